import { AckPolicy, DeliverPolicy, nanos, type ConsumerMessages, type JsMsg, type NatsConnection } from 'nats';
import { streamName } from './stream';

const timeoutMs = 2_000;

/** Messages in the order of the stream; they end where one is missing, or with the connection. */
export interface OrderedMessages extends AsyncIterable<JsMsg> {
  /** No more come, not even those that are here already. */
  close(): void;
}

/**
 * The stream's messages from a position or a time on, in order and without a gap, until closed. It stands on a plain consumer: the
 * ordered one of nats.js asks up to 30 times more, some seconds apart, where the server does not make it at once, even on a
 * connection that has closed meanwhile, and can't be told to stop.
 * @throws where the server does not answer within 2 s
 */
export async function consumeFrom(connection: NatsConnection, start: number | Date): Promise<OrderedMessages> {
  const from =
    typeof start === 'number'
      ? { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: Math.max(start, 1) }
      : { deliver_policy: DeliverPolicy.StartTime, opt_start_time: start.toISOString() };
  const jsm = await connection.jetstreamManager({ timeout: timeoutMs, checkAPI: false });
  const { name } = await jsm.consumers.add(streamName, {
    ...from,
    ack_policy: AckPolicy.None,
    max_deliver: 1,
    mem_storage: true,
    num_replicas: 1,
    inactive_threshold: nanos(30_000),
  });
  const consumer = await connection.jetstream({ timeout: timeoutMs }).consumers.get(streamName, name);
  const messages = await consumer.consume({ max_messages: 500, expires: 5_000, abort_on_missing_resource: true });
  let closed = false;
  // What it returns never resolves where nobody iterates any more.
  const close = (): void => {
    closed = true;
    void messages.close();
  };
  void connection.closed().then(close);
  return { [Symbol.asyncIterator]: () => unbroken(messages, () => closed), close };
}

/** Without acknowledgements the server sends each message once: one that is lost on its way shows in the count. */
async function* unbroken(messages: ConsumerMessages, closed: () => boolean): AsyncGenerator<JsMsg> {
  let count = 0;
  for await (const message of messages) {
    count += 1;
    if (closed() || message.info.deliverySequence !== count) return;
    yield message;
  }
}

/** Positions of the oldest and the newest message; `first = last + 1` where the stream is empty. */
export async function boundsOf(connection: NatsConnection): Promise<{ first: number; last: number }> {
  const jsm = await connection.jetstreamManager({ timeout: timeoutMs, checkAPI: false });
  const { state } = await jsm.streams.info(streamName);
  return { first: Math.max(state.first_seq, 1), last: state.last_seq };
}
