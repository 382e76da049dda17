import { liveAgent } from '../../agent-reader';
import { route } from '../../route';
import { agentParams } from '../../schemas';
import { eventHistogram, histogramQuery } from './schema';

export const histogram = route({
  method: 'get',
  path: '/agents/{id}/events/histogram',
  operationId: 'countEvents',
  permission: 'events:read',
  tag: 'events',
  summary: 'How many events fall into each part of a history',
  description: 'As far as the ledger goes, which may be a little behind the agent.',
  params: agentParams,
  query: histogramQuery,
  responses: { 200: { description: 'Counts by type of message.', schema: eventHistogram } },
  problems: ['agent_not_found', 'unavailable'],
  async handler({ params: { id }, query: { by, buckets: slices }, deps }) {
    const buckets = await deps.ledger.histogram(id, by, slices);
    // The ledger may not have come to it yet.
    if (buckets.length === 0) await liveAgent(deps, id);
    return { body: { by, buckets } };
  },
});
