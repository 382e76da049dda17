import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
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
  /** NaN and the infinities are among them. */
  value: number;
}

const mostBytes = 4 * 1024 * 1024;

const point = Type.Tuple([Type.Number(), Type.String()]);
const answer = Type.Object({
  status: Type.Literal('success'),
  data: Type.Union([
    Type.Object({
      resultType: Type.Literal('vector'),
      result: Type.Array(Type.Object({ metric: Type.Record(Type.String(), Type.String()), value: point })),
    }),
    Type.Object({ resultType: Type.Literal('scalar'), result: point }),
  ]),
});

/**
 * Asks for the value of an expression now.
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
  const told = parsed(body);
  if (status !== 200 || !Value.Check(answer, told)) throw new ActionError('query_failed', faultOf(status, told));
  const { data } = told;
  if (data.resultType === 'scalar') return [{ labels: {}, value: numberOf(data.result[1]) }];
  return data.result.map(({ metric, value }) => ({ labels: metric, value: numberOf(value[1]) }));
}

/** Without the series that are not a number (`NaN`), such as a ratio of nothing to nothing. */
export function withoutNaN(samples: Sample[]): Sample[] {
  return samples.filter(({ value }) => !Number.isNaN(value));
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function numberOf(text: string): number {
  if (text === '+Inf') return Infinity;
  return text === '-Inf' ? -Infinity : Number(text);
}

function faultOf(status: number, told: unknown): string {
  const { error, data } = (told ?? {}) as { error?: unknown; data?: { resultType?: unknown } };
  if (typeof error === 'string') return `Prometheus answered ${status}: ${error.slice(0, 300)}`;
  const type = data?.resultType;
  return `Prometheus answered ${status}, and no vector and no scalar${typeof type === 'string' ? `: a ${type.slice(0, 50)}` : ''}`;
}
