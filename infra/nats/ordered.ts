import { DeliverPolicy, type ConsumerMessages, type NatsConnection } from 'nats';
import { streamName } from './stream';

/** The stream's messages from a position or a time on, in order and without a gap, until closed. */
export async function consumeFrom(connection: NatsConnection, start: number | Date): Promise<ConsumerMessages> {
  const from =
    typeof start === 'number'
      ? { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: start }
      : { deliver_policy: DeliverPolicy.StartTime, opt_start_time: start.toISOString() };
  const consumer = await connection
    .jetstream({ timeout: 2_000 })
    .consumers.get(streamName, { ...from, inactive_threshold: 30_000 });
  return consumer.consume({ max_messages: 500, expires: 5_000, abort_on_missing_resource: true });
}

/** Positions of the oldest and the newest message; `first = last + 1` where the stream is empty. */
export async function boundsOf(connection: NatsConnection): Promise<{ first: number; last: number }> {
  const jsm = await connection.jetstreamManager({ timeout: 2_000, checkAPI: false });
  const { state } = await jsm.streams.info(streamName);
  return { first: Math.max(state.first_seq, 1), last: state.last_seq };
}
