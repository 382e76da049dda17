import type { AgentCheck } from '../../actors/core/evidence/agent-check';
import { verdictNames, type Coverage, type Verdict, type Verdicts } from '../../actors/core/evidence/verdicts';

const replay =
  'it takes the code that ran and the servers that run it: ask the installation by POST /api/v1/agents/{id}/verify';
const selection =
  'these are selected records: that nothing of what was asked for was left out is the word of the installation; export the whole agent to check it';

/**
 * What the checks of an agent's segments say together: the first fault, else the first doubt.
 * @param partial whether the segments are only some of the agent's records
 */
export function merged(checks: readonly AgentCheck[], partial: boolean): { verdicts: Verdicts; coverage: Coverage } {
  const of = (name: keyof Verdicts): Verdict => {
    const found = checks.map(({ findings }) => findings.verdict(name));
    return found.find(isFail) ?? found.find(isDoubt) ?? { verdict: 'pass' };
  };
  const verdicts = Object.fromEntries(verdictNames.map((name) => [name, of(name)])) as Verdicts;
  verdicts.replayConsistent = { verdict: 'not_checkable', message: replay };
  if (partial && !isOwnGap(verdicts.complete)) verdicts.complete = { verdict: 'not_checkable', message: selection };
  return { verdicts, coverage: together(checks.map(({ coverage }) => coverage)) };
}

/** Within a segment nothing may be missing or too much, whatever was selected. */
function isOwnGap(verdict: Verdict): boolean {
  return verdict.verdict === 'fail' && ['gap', 'cut', 'extra'].includes(verdict.code);
}

function isFail({ verdict }: Verdict): boolean {
  return verdict === 'fail';
}

function isDoubt({ verdict }: Verdict): boolean {
  return verdict === 'not_checkable';
}

function together(parts: readonly Coverage[]): Coverage {
  const sum = (name: 'records' | 'runs' | 'checkpoints'): number => parts.reduce((all, part) => all + part[name], 0);
  return {
    records: sum('records'),
    from: parts[0]?.from ?? 0,
    to: parts.at(-1)?.to ?? 0,
    tombstonesTo: parts[0]?.tombstonesTo ?? 0,
    runs: sum('runs'),
    checkpoints: sum('checkpoints'),
    signedTo: parts.at(-1)?.signedTo ?? 0,
  };
}
