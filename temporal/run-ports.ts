import type { Client } from '@temporalio/client';
import type { RunSignals, Targets } from '../activities/ports';
import { stepVeto } from '../actors/policy/vetoes';
import { agentWorkflowId, delivered } from '../workflows/messages';
import type { PolicyReader } from './policy';
import type { LockAnswer, TargetLocks } from './target-locks';

/** What the activities of runs reach, of what this folder has. */

/** The locks that runs as a whole take. */
export function runTargets(locks: Pick<TargetLocks, 'acquire' | 'release'>): Targets {
  return {
    acquire: async (request) => answerOf(await locks.acquire(request), request.key),
    release: (claim) => locks.release(claim),
  };
}

function answerOf(answer: LockAnswer, key: string): Awaited<ReturnType<Targets['acquire']>> {
  if (answer.status !== 'vetoed') return answer;
  const { code, reason, until } = answer;
  const veto = { code, reason: `${key}: ${reason}`, ...(until === undefined ? {} : { until }) };
  return { agent: '', status: 'vetoed', holders: [], veto };
}

interface StepOwner {
  run: string;
  path: string;
}

/** The locks that single steps take, one after the other in the order of their keys, so that no two steps wait for each other. */
export function stepLocks(locks: Pick<TargetLocks, 'acquire' | 'release'>) {
  return {
    async take(keys: string[], { run, path }: StepOwner): Promise<{ key: string; agent: string }[]> {
      for (const key of [...keys].sort()) {
        const { status, ...answer } = await locks.acquire({ key, owner: run, step: path });
        if (status === 'queued') return [{ key, agent: 'agent' in answer ? answer.agent : '' }];
        if (status === 'vetoed') throw new Error(`${key}: ${'reason' in answer ? answer.reason : 'refused'}`);
      }
      return [];
    },
    async release(keys: string[], { run, path }: StepOwner): Promise<void> {
      for (const key of keys) await locks.release({ key, owner: run, step: path });
    },
  };
}

/** What policy says of a step, asked at the moment it is done. */
export function policyCheck(policy: Pick<PolicyReader, 'read'>) {
  return async (check: {
    runbook: string;
    action: string;
    effect: 'read' | 'reversible' | 'destructive';
    targets: string[];
  }): Promise<{ code: string; reason: string } | null> =>
    stepVeto(await policy.read(), { ...check, now: new Date().toISOString() });
}

export function runSignals(client: Client): RunSignals {
  return {
    delivered: (runId, published) => client.workflow.getHandle(agentWorkflowId(runId)).signal(delivered, published),
  };
}
