import {
  context,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Context,
  type Span,
} from '@opentelemetry/api';
import type { Environment } from './config';

export { SpanKind };

/** Most traces that one batch of records is put down to; what belongs to more is not followed further. */
const mostTraces = 32;
const form = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

let tracing = false;

/**
 * Sends spans to where `OTEL_EXPORTER_OTLP_ENDPOINT` says, as OTLP over HTTP; the standard variables of OpenTelemetry say the
 * rest. Where it says nothing, nothing is loaded and no span is made.
 * @param role the process, `service.name` being `ymera-{role}`
 * @returns sends what is left, and ends it
 */
export async function startTracing(role: string, env: Environment): Promise<() => Promise<void>> {
  if (env.OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return async () => undefined;
  const [{ BatchSpanProcessor, NodeTracerProvider }, { OTLPTraceExporter }, { resourceFromAttributes }] =
    await Promise.all([
      import('@opentelemetry/sdk-trace-node'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ]);
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({
      'service.name': `ymera-${role}`,
      'service.instance.id': String(process.pid),
      'deployment.environment.name': env.ENVIRONMENT,
    }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  tracing = true;
  return async () => {
    tracing = false;
    // A collector that is away must not hold up the end of a process; what it misses is a trace, not an event.
    await provider.shutdown().catch(() => undefined);
  };
}

/** Whether spans are made in this process. */
export function isTracing(): boolean {
  return tracing;
}

/** The id of the trace that a `traceparent` of version 00 names. */
export function traceIdOf(traceparent: string | undefined): string | undefined {
  return form.exec(traceparent ?? '')?.[1];
}

/** Begins a span below what a `traceparent` names, or the first one of a new trace. */
export function beginSpan(name: string, kind: SpanKind, traceparent?: string, attributes: Attributes = {}): Span {
  return trace.getTracer('ymera').startSpan(name, { kind, attributes }, parentOf(traceparent));
}

/** Does work as part of a span, which is ended with it. */
export async function withSpan<T>(span: Span, work: () => Promise<T>): Promise<T> {
  return withSpans([span], work);
}

/** What others put into their `traceparent` to go on from this span; undefined where nobody collects it. */
export function traceparentOfSpan(span: Span): string | undefined {
  if (!span.isRecording()) return undefined;
  const { traceId, spanId } = span.spanContext();
  return `00-${traceId}-${spanId}-01`;
}

/** What can belong to a trace: a command, an event record. */
export interface Traced {
  traceparent?: string | undefined;
}

/**
 * Begins one span for each trace that something in the batch belongs to, as far as those traces are collected: the batch is one
 * piece of work, and each of them shows it whole.
 */
export function beginSpans(
  name: string,
  kind: SpanKind,
  batch: readonly Traced[],
  attributes: Attributes = {},
): readonly Span[] {
  if (!tracing) return none;
  const parents = new Set<string>();
  for (const { traceparent } of batch) {
    if (isSampled(traceparent) && parents.size < mostTraces) parents.add(traceparent);
  }
  return [...parents].map((parent) => beginSpan(name, kind, parent, attributes));
}

/** Does work as part of spans, which are ended with it; the first of them is the one that is active meanwhile. */
export async function withSpans<T>(spans: readonly Span[], work: () => Promise<T>): Promise<T> {
  const [first] = spans;
  if (!first) return work();
  try {
    return await context.with(trace.setSpan(context.active(), first), work);
  } catch (error) {
    for (const span of spans) span.setStatus({ code: SpanStatusCode.ERROR, message: codeOf(error) });
    throw error;
  } finally {
    for (const span of spans) span.end();
  }
}

const none: readonly Span[] = [];

/** Never the message: it may quote what somebody has sent. */
function codeOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : typeof name === 'string' ? name : 'error';
}

function isSampled(traceparent: string | undefined): traceparent is string {
  const flags = form.exec(traceparent ?? '')?.[3];
  return flags !== undefined && (Number.parseInt(flags, 16) & TraceFlags.SAMPLED) !== 0;
}

function parentOf(traceparent: string | undefined): Context {
  const [, traceId, spanId, flags] = form.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return context.active();
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED;
  return trace.setSpanContext(context.active(), { traceId, spanId, traceFlags, isRemote: true });
}
