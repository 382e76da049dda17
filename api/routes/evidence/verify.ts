import { setTimeout as delay } from 'node:timers/promises';
import type { VerificationScope } from '../../../projections/queries/verifications';
import type { Verification } from '../../../temporal/verifications';
import { demandReach, demandRunReach, inReach } from '../../access/authorize';
import type { Principal } from '../../access/principal';
import { liveAgent } from '../../agent-reader';
import type { Dependencies } from '../../dependencies';
import { checkCursor, linkHeader, pageReply } from '../../pages';
import { Problem } from '../../problem';
import { apiPrefix, route, type Call, type Reply, type Route } from '../../route';
import { readRun } from '../../run-reader';
import { agentParams } from '../../schemas';
import { runParams } from '../runs/schema';
import {
  agentVerdicts,
  verificationPage,
  verificationParams,
  verificationSchema,
  verificationsQuery,
  verifyBody,
} from './schema';

const tag = 'evidence';
const permission = 'evidence:verify';
/** How long a caller waits for the verdicts on one agent, before being told where they will be. */
const patienceMs = 20_000;
const lookMs = 250;
const location = { Location: 'Where it can be followed.' };
const waiting = { description: 'It goes on; look again at `Location`.', schema: verificationSchema, headers: location };

type Asked = Pick<Call, 'principal' | 'record' | 'deps'>;

const verifyOne = (path: '/agents/{id}/verify' | '/runs/{id}/verify', what: 'Agent' | 'Run'): Route =>
  route({
    method: 'post',
    path,
    operationId: `verify${what}`,
    tag,
    permission,
    summary: `The four verdicts on ${what === 'Agent' ? 'an agent' : 'a run'}`,
    description: 'From the ledger, the signed checkpoints, the raw histories and the code that ran.',
    params: what === 'Agent' ? agentParams : runParams,
    responses: { 200: { description: 'The verdicts.', schema: agentVerdicts }, 202: waiting },
    problems: [what === 'Agent' ? 'agent_not_found' : 'run_not_found', 'unavailable'],
    async handler({ params: { id }, principal, record, gone, deps }) {
      if (what === 'Agent') await demandKnown(deps, id);
      else await readRun(deps, id);
      const verification = await begin({ principal, record, deps }, { agents: [id] });
      const ended = await patiently(deps, verification, gone());
      const [result] = ended?.results ?? [];
      if (ended?.state !== 'done' || !result) return accepted(deps, verification);
      return { body: { verification, ...result } };
    },
  });

const verifyMany = route({
  method: 'post',
  path: '/evidence/verify',
  operationId: 'verifyEvidence',
  tag,
  permission,
  summary: 'Verify all agents, those of a kind, or some',
  body: verifyBody,
  responses: { 202: waiting },
  problems: ['agent_not_found', 'run_not_found', 'unavailable'],
  async handler({ body, principal, record, deps }) {
    const scope = body as VerificationScope;
    await demandScope(deps, principal, scope);
    return accepted(deps, await begin({ principal, record, deps }, scope));
  },
});

const list = route({
  method: 'get',
  path: '/evidence/verifications',
  operationId: 'listVerifications',
  tag,
  permission,
  summary: 'What was asked to be verified, newest first',
  query: verificationsQuery,
  responses: { 200: { description: 'A page of them.', schema: verificationPage, headers: linkHeader } },
  problems: ['invalid_cursor', 'unavailable'],
  async handler({ query, principal, deps }) {
    // A key that is limited to some agents sees no list of what concerns others.
    if (principal.agents !== null) demandReach(principal, '');
    checkCursor(query.cursor, ['time', 'text']);
    const page = await deps.verifications.list(query.limit, query.cursor);
    return pageReply('/evidence/verifications', { limit: query.limit }, page);
  },
});

const read = route({
  method: 'get',
  path: '/evidence/verifications/{id}',
  operationId: 'getVerification',
  tag,
  permission,
  summary: 'How far a verification is, and its verdicts',
  params: verificationParams,
  responses: { 200: { description: 'As it stands.', schema: verificationSchema } },
  problems: ['verification_not_found', 'agent_not_found', 'run_not_found', 'unavailable'],
  async handler({ params: { id }, principal, deps }) {
    return { body: await found(deps, principal, id) };
  },
});

const cancel = route({
  method: 'post',
  path: '/evidence/verifications/{id}/cancel',
  operationId: 'cancelVerification',
  tag,
  permission,
  summary: 'Ask a verification to end; what it has found stays',
  params: verificationParams,
  responses: { 202: waiting },
  problems: ['verification_not_found', 'agent_not_found', 'run_not_found', 'unavailable'],
  async handler({ params: { id }, principal, deps }) {
    await found(deps, principal, id);
    await deps.verifications.cancel(id);
    return accepted(deps, id);
  },
});

async function begin({ principal, record, deps }: Asked, scope: VerificationScope): Promise<string> {
  const verification = await deps.verifications.start(scope, principal.subject);
  const about = 'agents' in scope ? scope.agents.join(' ') : 'kind' in scope ? `kind ${scope.kind}` : 'all agents';
  await record({ type: 'VerificationRequested', about, detail: { verification } });
  return verification;
}

async function accepted(deps: Dependencies, id: string): Promise<Reply> {
  const headers = { Location: `${apiPrefix}/evidence/verifications/${id}` };
  return { status: 202, body: await existing(deps, id), headers };
}

/** Looks until it has ended, the time is up, or the caller is gone. */
async function patiently(deps: Dependencies, id: string, gone: AbortSignal): Promise<Verification | null> {
  for (const until = Date.now() + patienceMs; Date.now() < until && !gone.aborted;) {
    const verification = await deps.verifications.get(id);
    if (verification?.endedAt) return verification;
    await delay(lookMs, undefined, { signal: gone }).catch(() => undefined);
  }
  return null;
}

async function found(deps: Dependencies, principal: Principal, id: string): Promise<Verification> {
  const verification = await existing(deps, id);
  await demandScope(deps, principal, verification.scope);
  return verification;
}

async function existing({ verifications }: Dependencies, id: string): Promise<Verification> {
  const verification = await verifications.get(id);
  if (verification) return verification;
  throw new Problem('verification_not_found', `there is no verification ${id}`);
}

/** A key that is limited to some agents is good for these and their runs only. @throws Problem `forbidden` */
async function demandScope(deps: Dependencies, principal: Principal, scope: VerificationScope): Promise<void> {
  if (principal.agents === null) return;
  if (!('agents' in scope)) return demandReach(principal, '');
  for (const id of scope.agents) if (!inReach(principal, id)) await demandRunReach(deps, principal, id);
}

/** @throws Problem `agent_not_found` | `unavailable` */
async function demandKnown(deps: Dependencies, id: string): Promise<void> {
  if ((await deps.ledger.find(id)) === null) await liveAgent(deps, id);
}

export const verificationRoutes: Route[] = [
  verifyOne('/agents/{id}/verify', 'Agent'),
  verifyOne('/runs/{id}/verify', 'Run'),
  verifyMany,
  list,
  read,
  cancel,
];
