import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';

/** One series of an instant vector, as it stood at the moment of asking; a scalar has no labels. */
export interface Sample {
  labels: Record<string, string>;
  /** NaN and the infinities are among them. */
  value: number;
}

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

/** Prometheus did not answer a query with numbers. */
export class PrometheusError extends Error {
  readonly code = 'prometheus_failed';
}

/**
 * Evaluates a PromQL expression now.
 * @param url of the server, such as `http://127.0.0.1:9090`
 * @throws PrometheusError where it is away, refuses the expression, or the result is no vector and no scalar
 */
export async function queryPrometheus(url: string, query: string, signal: AbortSignal): Promise<Sample[]> {
  const response = await fetch(`${url.replace(/\/+$/, '')}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query }),
    redirect: 'manual',
    signal,
  }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new PrometheusError('Prometheus does not answer', { cause: error });
  });
  const body: unknown = await response.json().catch(() => null);
  if (!Value.Check(answer, body)) throw new PrometheusError(faultOf(body, response.status));
  if (body.data.resultType === 'scalar') return [{ labels: {}, value: numberOf(body.data.result[1]) }];
  return body.data.result.map(({ metric, value }) => ({ labels: metric, value: numberOf(value[1]) }));
}

function numberOf(text: string): number {
  return text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);
}

function faultOf(body: unknown, status: number): string {
  const { error } = (body ?? {}) as { error?: unknown };
  return typeof error === 'string'
    ? `Prometheus: ${error.slice(0, 500)}`
    : `Prometheus answered ${status} without numbers`;
}
