import { verdictNames, type VerdictName } from '../../../../actors/core/evidence/verdicts';
import type { Tone } from '../../ui/badge';
import type { AgentResult, Verdict, VerificationSummary } from './evidence-queries';

/** What each of the four verdicts is called, and what it says where it is `pass`. */
export const verdictWords: Record<VerdictName, { title: string; says: string }> = {
  intact: {
    title: 'Intact',
    says: 'Every record hashes to what it says, links to the one before it, and is the one that was signed.',
  },
  complete: {
    title: 'Complete',
    says: 'No record is missing, none was cut off at the end, and none is there that no history tells of.',
  },
  attributed: {
    title: 'Attributed',
    says: 'Every record names the command that caused it and who sent that, as the raw history has it.',
  },
  replayConsistent: {
    title: 'Replay-consistent',
    says: 'The code that ran, run again over the raw history, makes these very records.',
  },
};

export const outcomeWords: Record<Verdict['verdict'], { word: string; tone: Tone }> = {
  pass: { word: 'Pass', tone: 'ok' },
  fail: { word: 'Fail', tone: 'bad' },
  not_checkable: { word: 'Not checkable', tone: 'warn' },
};

export const stateWords: Record<VerificationSummary['state'], { word: string; tone: Tone }> = {
  waiting: { word: 'Waiting', tone: 'info' },
  running: { word: 'Running', tone: 'info' },
  done: { word: 'Done', tone: 'neutral' },
  cancelled: { word: 'Cancelled', tone: 'warn' },
  failed: { word: 'Broke off', tone: 'bad' },
};

/** Whom a verification is about, as the API tells it. */
export function scopeWords(scope: unknown): string {
  const { all, kind, agents } = scope as { all?: true; kind?: string; agents?: string[] };
  if (all) return 'Everything';
  if (kind !== undefined) return `All agents of kind ${kind}`;
  const names = agents ?? [];
  return names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
}

/** A record that verdicts name as the first bad one. */
export interface BadRecord {
  sequence: number;
  /** Verdicts that name it. */
  named: { name: VerdictName; verdict: Verdict }[];
}

/** The first bad records of an agent, in the order of the chain: most often one that several verdicts name. */
export function badRecords(verdicts: AgentResult['verdicts']): BadRecord[] {
  const found = new Map<number, BadRecord>();
  for (const name of verdictNames) {
    const verdict = verdicts[name];
    if (verdict.verdict !== 'fail' || verdict.sequence === undefined || verdict.sequence < 1) continue;
    const bad = found.get(verdict.sequence) ?? { sequence: verdict.sequence, named: [] };
    bad.named.push({ name, verdict });
    found.set(verdict.sequence, bad);
  }
  return [...found.values()].sort((a, b) => a.sequence - b.sequence);
}

/** How the agents of a verification came out, in words that leave none of it out. */
export function outcomeOf({ state, progress, failed, notCheckable }: VerificationSummary): string {
  const { done } = progress;
  const agents = `${done} ${done === 1 ? 'agent' : 'agents'}`;
  const passed = done - failed - notCheckable;
  const parts = [
    ...(failed > 0 ? [`${failed} with a failed verdict`] : []),
    ...(notCheckable > 0 ? [`${notCheckable} not wholly checkable`] : []),
    ...(passed > 0 || done === 0 ? [`${passed} with all four passed`] : []),
  ];
  const ended = state === 'done' ? agents : `${agents} so far`;
  return `${ended}: ${parts.join(', ')}`;
}

/** The chain of all checkpoints, where all agents or a kind were verified. */
export type CheckpointsVerdict =
  { verdict: 'pass'; checked: number } | { verdict: 'fail'; number: number; message: string };

export function checkpointsWords(checkpoints: CheckpointsVerdict): string {
  if (checkpoints.verdict === 'fail') return `Fail at checkpoint ${checkpoints.number}: ${checkpoints.message}`;
  return checkpoints.checked === 0 ? 'None was there yet' : `Pass: ${checkpoints.checked} checked`;
}
