import { ActionError } from './actions/action';
import { exchange } from './actions/http-exchange';

/** A Prometheus to ask, by the address that its own pages have. */
export interface PrometheusAddress {
  url: string;
  headers?: Record<string, string>;
}

/** One series of an answer, and its value now. A scalar has no labels. */
export interface Sample {
  labels: Record<string, string>;
  value: number;
}

const mostBytes = 4 * 1024 * 1024;

/**
 * Asks for the value of an expression now. Series that are not a number (`NaN`) are left out.
 * @param query PromQL that yields a vector or a scalar
 * @throws ActionError `unreachable`, `too_large`, `invalid_url`, `query_failed`
 */
export async function queryPrometheus(
  { url, headers = {} }: PrometheusAddress,
  query: string,
  signal: AbortSignal,
): Promise<Sample[]> {
  const address = `${url.replace(/\/+$/, '')}/api/v1/query?${new URLSearchParams({ query }).toString()}`;
  const { status, body } = await exchange({ method: 'GET', url: address, headers, maxBytes: mostBytes, signal });
  const answer = parsed(body);
  if (status !== 200 || answer?.status !== 'success') {
    throw new ActionError(
      'query_failed',
      `Prometheus answered ${status}: ${(answer?.error ?? 'no JSON').slice(0, 300)}`,
    );
  }
  return samplesOf(answer.data).filter(({ value }) => !Number.isNaN(value));
}

interface Answer {
  status?: string;
  error?: string;
  data?: { resultType?: string; result?: unknown };
}

type Value = [time: number, text: string];

function parsed(body: string): Answer | null {
  try {
    return JSON.parse(body) as Answer | null;
  } catch {
    return null;
  }
}

function samplesOf({ resultType, result }: NonNullable<Answer['data']> = {}): Sample[] {
  if (resultType === 'scalar') return [{ labels: {}, value: numberOf(result as Value) }];
  if (resultType === 'vector') {
    return (result as { metric: Record<string, string>; value: Value }[]).map(({ metric, value }) => ({
      labels: metric,
      value: numberOf(value),
    }));
  }
  throw new ActionError('query_failed', `the query yields a ${resultType ?? 'nothing'}, not a vector or a scalar`);
}

function numberOf([, text]: Value): number {
  if (text === '+Inf') return Infinity;
  return text === '-Inf' ? -Infinity : Number(text);
}
