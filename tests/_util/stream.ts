import { connect, type NatsConnection } from 'nats';
import type { EventRecord } from '../../actors/core/event';

function connectTo(url: string): Promise<NatsConnection> {
  const { hostname, port, username, password } = new URL(url);
  return connect({
    servers: `${hostname}:${port}`,
    ...(username ? { user: username, pass: password } : {}),
    timeout: 3000,
  });
}

/** Every message of AGENT_MESSAGES in the order of the stream. */
export async function readStream(url: string): Promise<{ subject: string; msgId: string; record: EventRecord }[]> {
  const connection = await connectTo(url);
  try {
    const { state } = await (await connection.jetstreamManager()).streams.info('AGENT_MESSAGES');
    if (state.messages === 0) return [];
    const consumer = await connection.jetstream().consumers.get('AGENT_MESSAGES');
    const messages: { subject: string; msgId: string; record: EventRecord }[] = [];
    for await (const message of await consumer.consume()) {
      const { subject, headers, info } = message;
      messages.push({ subject, msgId: headers?.get('Nats-Msg-Id') ?? '', record: message.json<EventRecord>() });
      if (info.streamSequence >= state.last_seq) break;
    }
    return messages;
  } finally {
    await connection.close();
  }
}
