import { checkCursor, linkHeader, pageReply } from '../../pages';
import { route, type Route } from '../../route';
import { agentParams } from '../../schemas';
import { faultPage, faultQuery, rebuilt, rebuildRequest } from './keeping-schema';

const tag = 'evidence';
/** How long one call may take, in ms. */
const rebuildMs = 20_000;

const listFaults = route({
  method: 'get',
  path: '/agents/{id}/faults',
  operationId: 'listFaults',
  permission: 'audit:read',
  tag,
  summary: 'Records that the ledger has refused of an agent, the last one first',
  description: 'Altered, not linked, or of a sequence that the ledger has another record of.',
  params: agentParams,
  query: faultQuery,
  responses: { 200: { description: 'A page; empty where all is well.', schema: faultPage, headers: linkHeader } },
  problems: ['invalid_cursor', 'unavailable'],
  async handler({ params: { id }, query, record, deps }) {
    checkCursor(query.cursor, ['number', 'text', 'text']);
    const page = await deps.ledger.faults(id, query.limit, query.cursor);
    await record({ type: 'FaultsRead', about: id });
    return pageReply(`/agents/${id}/faults`, query, page);
  },
});

const rebuild = route({
  method: 'post',
  path: '/evidence/rebuild',
  operationId: 'rebuildLedger',
  permission: 'evidence:govern',
  tag,
  summary: "Rebuild the ledger from the agents' own histories, and say what differed",
  description:
    'Adds what is missing, where it links with what is there; what differs is reported and never overwritten. A call goes as far as 20 s allow: `next` says where another one goes on, as its `after`.',
  body: rebuildRequest,
  responses: { 200: { description: 'What was compared, agent by agent.', schema: rebuilt } },
  problems: ['unavailable'],
  async handler({ body: { agent, dryRun, after }, record, deps }) {
    const request = { dryRun, ...(agent === undefined ? {} : { agent }), after: after ?? null };
    const page = await deps.rebuild.run(request, rebuildMs);
    const sum = (name: 'missing' | 'repaired' | 'different' | 'extra'): string =>
      String(page.agents.reduce((total, report) => total + report[name], 0));
    await record({
      type: 'LedgerRebuilt',
      ...(agent === undefined ? {} : { about: agent }),
      detail: {
        dryRun: String(dryRun),
        agents: String(page.agents.length),
        missing: sum('missing'),
        repaired: sum('repaired'),
        different: sum('different'),
        extra: sum('extra'),
      },
    });
    return { body: page };
  },
});

export const rebuildRoutes: Route[] = [listFaults, rebuild];
