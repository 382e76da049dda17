import { eventDemand } from '../../access/policy';
import { demand, demandReach } from '../../access/authorize';
import type { Principal } from '../../access/principal';
import { kinds } from '../../../actors/registry';
import { beginExport } from '../../export/begin';
import { Problem } from '../../problem';
import { route, type Route } from '../../route';
import { agentParams } from '../../schemas';
import { noRun } from '../../run-reader';
import { runParams } from '../runs/schema';
import { bundleResponse, exportQuery } from './export-schema';

const tag = 'evidence';
/** Agents of one bundle: of each some lines are held in memory while it is made. */
const mostAgents = 10_000;
const description =
  'A zip that is made while it is read: NDJSON, raw histories, signed heads, public keys, a report to read, and last the signed manifest. ' +
  'One that breaks off has no manifest and is no bundle. Who takes what is put on record before the first byte.';

const exportAgent = route({
  method: 'get',
  path: '/agents/{id}/export',
  operationId: 'exportAgent',
  permission: 'evidence:export',
  tag,
  summary: 'Everything that is kept of an agent, as signed evidence',
  description,
  params: agentParams,
  responses: { 200: bundleResponse },
  problems: ['agent_not_found', 'too_many_streams', 'unavailable'],
  async handler({ params: { id }, principal, gone, record, deps }) {
    const filter = { patterns: [id] };
    const agents = await deps.evidence.agents(filter, 1);
    const [agent] = agents;
    if (!agent) throw new Problem('agent_not_found', `there is no agent ${id} in the ledger`);
    demand(principal, eventDemand(`ymera.${agent.kind}.`));
    return beginExport(deps, { principal, gone, record }, { scope: { type: 'agent', agent: id }, filter, agents });
  },
});

const exportRun = route({
  method: 'get',
  path: '/runs/{id}/export',
  operationId: 'exportRun',
  permission: 'evidence:export',
  tag,
  summary: 'Everything that is kept of a run and of the runs that it began, as signed evidence',
  description,
  params: runParams,
  responses: { 200: bundleResponse },
  problems: ['run_not_found', 'export_too_large', 'too_many_streams', 'unavailable'],
  async handler({ params: { id }, principal, gone, record, deps }) {
    const agents = bounded(await deps.evidence.family(id, mostAgents + 1));
    if (agents[0]?.id !== id || agents[0].kind !== 'run') throw noRun(id);
    return beginExport(deps, { principal, gone, record }, { scope: { type: 'run', run: id }, filter: {}, agents });
  },
});

const exportLedger = route({
  method: 'get',
  path: '/evidence/export',
  operationId: 'exportEvidence',
  permission: 'evidence:export',
  tag,
  summary: 'Records of many agents, by time, principal, agent or kind, as signed evidence',
  description: `${description} With \`from\`, \`to\` or \`principal\` each record comes with those after it up to the next signed head, which prove it.`,
  query: exportQuery,
  responses: { 200: bundleResponse },
  problems: ['invalid_parameter', 'export_too_large', 'too_many_streams', 'unavailable'],
  async handler({ query: { from, to, agent, principal: doer, kind }, principal, gone, record, deps }) {
    if (agent !== undefined) demandReach(principal, agent);
    const asked = {
      ...(from === undefined ? {} : { from: moment(from, 'from') }),
      ...(to === undefined ? {} : { to: moment(to, 'to') }),
      ...(doer === undefined ? {} : { principal: doer }),
      ...(kind === undefined ? {} : { kind }),
    };
    const patterns = agent === undefined ? principal.agents : [agent];
    const filter = { ...asked, ...(patterns ? { patterns } : {}), hidden: hiddenFrom(principal) };
    const agents = bounded(await deps.evidence.agents(filter, mostAgents + 1));
    const scope = { type: 'ledger' as const, ...asked, ...(agent === undefined ? {} : { agent }) };
    return beginExport(deps, { principal, gone, record }, { scope, filter, agents });
  },
});

function bounded<T>(agents: T[]): T[] {
  if (agents.length <= mostAgents) return agents;
  throw new Problem(
    'export_too_large',
    `more than ${mostAgents} agents are concerned: ask for a shorter time or one kind`,
  );
}

/** Kinds whose records the caller may not see. */
function hiddenFrom({ permissions }: Principal): string[] {
  return kinds.map(({ name }) => name).filter((name) => !permissions.has(eventDemand(`ymera.${name}.`)));
}

/** The same moment in UTC. @throws Problem `invalid_parameter` where there is no such moment within the years 1 to 9999 */
function moment(text: string, name: string): string {
  const time = new Date(text);
  const year = Number.isNaN(time.getTime()) ? 0 : time.getUTCFullYear();
  if (year >= 1 && year <= 9999) return time.toISOString();
  throw new Problem('invalid_parameter', 'the query is not valid', [{ pointer: `/${name}`, message: 'is no moment' }]);
}

export const exportRoutes: Route[] = [exportAgent, exportRun, exportLedger];
