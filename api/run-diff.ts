import { jsonDiff } from './json-diff';
import type { Run } from './run-reader';
import type { StepState } from '../actors/run/step-state';

/** Something of two runs side by side: of the one that was asked about, and of the other. */
interface Pair<T> {
  a: T;
  b: T;
}

/** How two runs differ: what they were given, what they ran, which way they went, what came of it, and how long it took. */
export function runDiff(a: Run, b: Run): object {
  const paths = [...new Set([...Object.keys(a.state.steps), ...Object.keys(b.state.steps)])];
  const steps = paths.map((path) => ({ path, a: a.state.steps[path], b: b.state.steps[path] }));
  return {
    a: summaryOf(a),
    b: summaryOf(b),
    input: jsonDiff(a.config.input, b.config.input),
    runbook: {
      ...pair(a, b, ({ config }) => config.runbook),
      document: jsonDiff(a.config.document, b.config.document),
    },
    config: jsonDiff(settingsOf(a), settingsOf(b)),
    branches: steps
      .map(({ path, ...of }) => ({ path, ...pair(of.a, of.b, (step) => step?.status ?? null) }))
      .filter((each) => each.a !== each.b),
    outputs: steps
      .map(({ path, ...of }) => ({ path, diff: jsonDiff(of.a?.output ?? null, of.b?.output ?? null) }))
      .filter(({ diff }) => diff.length > 0),
    approvals: pair(a, b, ({ state }) =>
      Object.entries(state.approvals).map(([path, { status, given }]) => ({
        path,
        status,
        by: given.map(({ by }) => by),
      })),
    ),
    timings: {
      totalMs: pair(a, b, ({ state }) => lengthOf(state.startedAt, state.endedAt)),
      steps: steps.map(({ path, ...of }) => ({ path, ...pair(of.a, of.b, stepLength) })),
    },
    outcome: {
      status: pair(a, b, ({ state }) => state.status),
      error: pair(a, b, ({ state }) => state.error),
      output: jsonDiff(a.state.output, b.state.output),
    },
  };
}

function pair<From, T>(a: From, b: From, of: (from: From) => T): Pair<T> {
  return { a: of(a), b: of(b) };
}

function summaryOf({ id, sequence, hash }: Run): object {
  return { id, sequence, hash };
}

/** What a run was pinned to, beside its runbook and its input. */
function settingsOf({ config }: Run): object {
  const { runbook: _, document: __, input: ___, ...settings } = config;
  return settings;
}

function stepLength(step: StepState | undefined): number | null {
  return step ? lengthOf(step.startedAt, step.endedAt ?? null) : null;
}

function lengthOf(from: string | null, to: string | null): number | null {
  return from === null || to === null ? null : Date.parse(to) - Date.parse(from);
}
