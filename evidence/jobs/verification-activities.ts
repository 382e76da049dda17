import { Context } from '@temporalio/activity';
import type { Pool } from 'pg';
import { uuidv7 } from 'uuidv7';
import { keyRing } from '../../actors/core/evidence/signature';
import type { EncryptionKey } from '../../infra/encryption-keys';
import { inTransaction } from '../../infra/postgres/transaction';
import { addAct } from '../../projections/queries/edge-acts';
import { evidenceKeys } from '../../projections/queries/evidence-keys';
import {
  beginVerification,
  closeVerification,
  countKnownAgents,
  knownAgents,
  noteCheckpoints,
  noteResult,
  noteTotal,
  verificationResults,
  type AgentResult,
  type VerificationScope,
  type VerificationSummary,
} from '../../projections/queries/verifications';
import type { VerificationActivities } from '../../workflows/messages';
import { checkCheckpoints } from './check-checkpoints';
import { Replays } from './replays';
import { SignedHeads } from './signed-heads';
import { verifyAgent, type VerifierPorts } from './verify-agent';

const heartbeatMs = 3_000;
const pageSize = 1_000;

/** What does not change from one verification to the next. */
export interface VerificationPorts extends Pick<
  VerifierPorts,
  'pool' | 'installation' | 'converter' | 'archive' | 'view' | 'mirror' | 'kept'
> {
  encryption: readonly EncryptionKey[];
}

/** The activities of `workflows/verification.ts`. Agents are verified one at a time, whoever asks, in turns. */
export function verificationActivities(ports: VerificationPorts): VerificationActivities {
  const { pool } = ports;
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  };

  return {
    async verifyAgents(id) {
      const context = Context.current();
      const signal = context.cancellationSignal;
      const begun = await beginVerification(pool, id);
      if (!begun) return;
      const { scope, after } = begun;
      const beating = setInterval(() => context.heartbeat(), heartbeatMs);
      try {
        const ring = keyRing(await evidenceKeys(pool));
        if (!('agents' in scope)) {
          await noteCheckpoints(pool, id, await checkCheckpoints(pool, ports.installation, ring.keys, signal));
        }
        await noteTotal(pool, id, await countOf(pool, scope));
        const heads = new SignedHeads(pool, ports.installation, ring.keys);
        await using replays = new Replays(pool, ports.encryption);
        for await (const agentId of agentsOf(pool, scope, after)) {
          const work = (): Promise<AgentResult | null> =>
            verifyAgent({ ...ports, keys: ring, heads, replays }, agentId, signal);
          const result = (await inTurn(work)) ?? unknown(agentId);
          await inTransaction(pool, (db) => noteResult(db, id, result, 'agents' in scope));
          context.heartbeat();
        }
      } finally {
        clearInterval(beating);
      }
    },

    async endVerification({ id, state, error }) {
      await inTransaction(pool, async (db) => {
        const ended = await closeVerification(db, id, state, error);
        if (!ended) return;
        const [first] = await verificationResults(db, id, 1);
        await addAct(db, { id: uuidv7(), act: actOf(ended, first) });
      });
    },
  };
}

async function* agentsOf(pool: Pool, scope: VerificationScope, after: string): AsyncGenerator<string> {
  if ('agents' in scope) {
    yield* [...new Set(scope.agents)].sort().filter((id) => id > after);
    return;
  }
  const kind = 'kind' in scope ? scope.kind : null;
  for (let last: string | undefined = after; last !== undefined;) {
    const page: string[] = await knownAgents(pool, kind, last, pageSize);
    yield* page;
    last = page.length < pageSize ? undefined : page.at(-1);
  }
}

async function countOf(pool: Pool, scope: VerificationScope): Promise<number> {
  if ('agents' in scope) return new Set(scope.agents).size;
  return countKnownAgents(pool, 'kind' in scope ? scope.kind : null);
}

function unknown(agent: string): AgentResult {
  const verdict = { verdict: 'not_checkable' as const, message: `there is no agent ${agent}` };
  const covered = { records: 0, from: 0, to: 0, tombstonesTo: 0, runs: 0, checkpoints: 0, signedTo: 0 };
  const verdicts = { intact: verdict, complete: verdict, attributed: verdict, replayConsistent: verdict };
  return { agent, kind: '', verdicts, covered };
}

/** What goes on record at the edge of a verification that has ended. */
function actOf(ended: VerificationSummary, first: AgentResult | undefined): object {
  const { id, scope, requestedBy, state, progress, failed, notCheckable } = ended;
  const single = 'agents' in scope && scope.agents.length === 1 ? first?.verdicts : undefined;
  const verdicts: Record<string, string> = {};
  for (const [name, { verdict }] of Object.entries(single ?? {})) verdicts[name] = verdict;
  const counts = { agents: String(progress.done), failed: String(failed), notCheckable: String(notCheckable) };
  return {
    type: 'EvidenceVerified',
    principal: requestedBy,
    method: 'verification',
    address: 'evidence',
    requestId: id,
    about: aboutOf(scope),
    detail: { verification: id, state, ...counts, ...verdicts },
  };
}

function aboutOf(scope: VerificationScope): string {
  if ('all' in scope) return 'all agents';
  if ('kind' in scope) return `kind ${scope.kind}`;
  return scope.agents.join(' ').slice(0, 400);
}
