import { defaultPayloadConverter, type LoadedDataConverter } from '@temporalio/common';
import { defaultDataConverter } from '@temporalio/common/lib/converter/data-converter';
import { temporal } from '@temporalio/proto';
import { createAgent, type Creation } from '../../actors/core/agent';
import { foldAgent, unborn } from '../../actors/core/agent-state';
import { forkOf } from '../../actors/core/fork';
import { checkedConfig } from '../../actors/core/validate';
import { flags } from '../../actors/flags/flags';
import { recordsOfHistory } from '../../cli/verify/history-records';
import { chainOf } from '../../projections/_util/fixtures';
import { toldBy } from '../../temporal/history-facts';
import { beginningOf } from '../../temporal/history-records';

const { History } = temporal.api.history.v1;
const converter: LoadedDataConverter = { ...defaultDataConverter, payloadCodecs: [] };
const time = '2026-03-01T10:00:00.123Z';

describe('the birth of a fork', () => {
  const chain = chainOf('web', 5);
  const origin = foldAgent(flags, unborn(flags, 'web'), chain);
  const creation: Creation = {
    kind: 'flags',
    id: 'twin',
    name: 'Twin',
    config: checkedConfig(flags, {}),
    fork: forkOf(flags, origin),
    command: { id: 'fork', principal: 'ada', reason: 'what if' },
  };
  const [born] = createAgent(flags, creation, time).records;
  const bytes = History.encode({
    events: [
      {
        eventId: 1 as never,
        eventTime: { seconds: (Date.parse(time) - 123) / 1000, nanos: 123_456_789 } as never,
        workflowExecutionStartedEventAttributes: {
          originalExecutionRunId: 'run-1',
          input: { payloads: [defaultPayloadConverter.toPayload({ creation })] },
        },
      },
    ],
  }).finish();

  it('is told by its raw history, to the verifier without the code of its kind', () => {
    const { records, senders } = recordsOfHistory(bytes);
    expect(records).toEqual([born]);
    expect(born).toMatchObject({
      type: 'ymera.flags.AgentForked',
      data: { state: origin.state, forkedFrom: { agent: 'web', sequence: 5, hash: chain[4]?.hash } },
    });
    expect(senders.get('fork')).toBe('ada');
  });

  it('and to the server', async () => {
    const { events } = History.decode(bytes);
    const told = [];
    for await (const each of toldBy(converter, events, await beginningOf(converter, events[0]))) told.push(each);
    expect(told).toEqual([{ record: born, sender: 'ada' }]);
  });
});
