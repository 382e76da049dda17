import { AckPolicy, DeliverPolicy, nanos, RetentionPolicy, StorageType, type JsMsg } from 'nats';
import { eventAgent, type EventRecord } from '../../actors/core/event';
import { checkChain } from '../../actors/core/hash-chain';
import { until } from '../_util/api-client';
import { readStream } from '../_util/stream';
import type { Category } from './lab';

const stream = 'AGENT_MESSAGES';

export const jetStream: Category = (lab) => {
  const published = async (id: string) =>
    (await readStream(lab().stack.reload().nats)).filter(({ record }) => eventAgent(record) === id);

  it('has the stream that the contract names, with its limits', async () => {
    const { config } = await lab().nats(async (nats) => (await nats.jetstreamManager()).streams.info(stream));
    expect(config).toMatchObject({
      name: stream,
      subjects: ['AGENT_MESSAGES.>'],
      retention: RetentionPolicy.Limits,
      storage: StorageType.File,
      max_msgs: 100_000,
      max_age: nanos(24 * 3_600_000),
    });
  });

  it('has an event on it before its command is answered', async () => {
    const id = await lab().flags('published');
    const { body } = await lab().set(id, 'a', 1);
    expect((await published(id)).map(({ record }) => record.sequence)).toContain(body.sequence);
  });

  it('files it under kind, agent and type of message, with its id for a message id', async () => {
    const id = await lab().flags('filed');
    for (const { subject, msgId, record } of await published(id)) {
      expect(subject).toBe(`${stream}.flags.${id}.${record.messagetype}`);
      expect(msgId).toBe(`${id}:${record.sequence}`);
    }
    expect(await published(id)).toHaveLength(1);
  });

  it('carries the very record that the API shows', async () => {
    const id = await lab().flags('same');
    await lab().set(id, 'a', 'ünïcödé \u2028 "and quotes"');
    expect((await published(id)).map(({ record }) => record)).toEqual(await lab().api.events(id));
  });

  it('keeps the order of each agent and an unbroken chain', async () => {
    const id = await lab().flags('ordered');
    await Promise.all(Array.from({ length: 25 }, (_, i) => lab().set(id, `f${i}`, i)));
    const records = (await published(id)).map(({ record }) => record);
    expect(records.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 26 }, (_, i) => i + 1));
    expect(checkChain(records)).toBeNull();
  });

  it('has a record once, also where it is published twice', async () => {
    const id = await lab().flags('once');
    const [message] = await published(id);
    const again = await lab().nats((nats) =>
      nats.jetstream().publish(message!.subject, JSON.stringify(message!.record), { msgID: message!.msgId }),
    );
    expect(again.duplicate).toBe(true);
    expect(await published(id)).toHaveLength(1);
  });

  it('is read by a durable consumer that acks all that it has written', async () => {
    const id = await lab().flags('read');
    await lab().set(id, 'a', 1);
    const info = () => lab().nats(async (nats) => (await nats.jetstreamManager()).consumers.info(stream, 'projector'));
    expect((await info()).config).toMatchObject({ durable_name: 'projector', ack_policy: AckPolicy.Explicit });
    await until(async () => {
      const { num_pending, num_ack_pending } = await info();
      return num_pending + num_ack_pending === 0;
    }, 'an empty backlog');
    const { body } = await lab().api.call('GET', `agents?q=${id}`);
    expect(body.agents[0]).toMatchObject({ id, sequence: 2 });
  });

  it('sends again what a consumer of others nak’d, until it is acked', async () => {
    const id = await lab().flags('again');
    const deliveries = await lab().nats(async (nats) => {
      const jsm = await nats.jetstreamManager();
      const filter_subject = `${stream}.flags.${id}.>`;
      const durable_name = `reader-${id}`;
      const deliver_policy = DeliverPolicy.All;
      await jsm.consumers.add(stream, { durable_name, filter_subject, deliver_policy, ack_policy: AckPolicy.Explicit });
      const consumer = await nats.jetstream().consumers.get(stream, durable_name);
      const first = (await consumer.next({ expires: 5_000 })) as JsMsg;
      first.nak();
      const second = (await consumer.next({ expires: 5_000 })) as JsMsg;
      const same = first.json<EventRecord>().id === second.json<EventRecord>().id;
      const times = second.info.deliveryCount;
      await second.ackAck();
      const third = await consumer.next({ expires: 1_000 });
      await jsm.consumers.delete(stream, durable_name);
      return { same, times, third };
    });
    expect(deliveries).toEqual({ same: true, times: 2, third: null });
  });

  it('loses nothing when the broker is killed with -9 between commands', async () => {
    const id = await lab().flags('broker');
    await lab().set(id, 'n', 0);
    lab().stack.kill('nats');
    const during = await Promise.all(Array.from({ length: 5 }, (_, i) => lab().set(id, `f${i}`, i)));
    expect(during).toHaveLength(5);
    await lab().stack.waitRestarted('nats');
    await until(async () => new Set((await published(id)).map(({ msgId }) => msgId)).size === 7, 'all published');
    expect(checkChain((await published(id)).map(({ record }) => record))).toBeNull();
  });
};
