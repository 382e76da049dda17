import { linkHeader, nextLink } from '../../pages';
import { route, type Reply, type Route } from '../../route';
import { agentParams, eventRecord } from '../../schemas';
import { histogram } from './histogram';
import { ndjson, ndjsonStream } from './ndjson';
import { momentRoutes } from './moments';
import { eventPage, eventsQuery } from './schema';

const tag = 'events';
const defaultLimit = 100;

const list = route({
  method: 'get',
  path: '/agents/{id}/events',
  operationId: 'listEvents',
  permission: 'events:read',
  tag,
  summary: "An agent's events, oldest first",
  description:
    'With `Accept: application/x-ndjson` one record a line, to the end where neither `to` nor `limit` says less.',
  params: agentParams,
  query: eventsQuery,
  responses: {
    200: {
      description: 'A page, or a stream.',
      schema: eventPage,
      line: eventRecord,
      headers: linkHeader,
    },
  },
  problems: ['agent_not_found', 'records_expired', 'unavailable'],
  async handler({ params: { id }, query: { from, to = Number.MAX_SAFE_INTEGER, limit }, accepts, record, deps }) {
    if (accepts('application/json', ndjson) === ndjson) {
      const end = limit === undefined ? to : Math.min(to, from + limit - 1);
      const body = await ndjsonStream(deps.events.read(id, from, end));
      await record({ type: 'EventsExported', about: id, detail: { from: String(from), to: String(end) } });
      return { body, type: ndjson };
    }
    const most = limit ?? defaultLimit;
    // One more than shown tells whether there is a next page.
    const records = await deps.events.range(id, from, Math.min(to, from + most));
    return pageReply(id, records.slice(0, most), records.length > most ? from + most : null, to, most);
  },
});

function pageReply(id: string, events: object[], next: number | null, to: number, limit: number): Reply {
  if (next === null) return { body: { events, next } };
  const end = to === Number.MAX_SAFE_INTEGER ? undefined : to;
  return { body: { events, next }, headers: nextLink(`/agents/${id}/events`, { from: next, limit, to: end }) };
}

export const eventRoutes: Route[] = [list, histogram, ...momentRoutes];
