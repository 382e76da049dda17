import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../_util/api-client';
import type { Category } from './lab';

export const checkpointing: Category = (lab) => {
  it('mirrors a new agent at once, with all that the contract names', async () => {
    const id = await lab().flags('mirrored');
    const mirrored = await lab().checkpointAt(id, 1);
    const { body } = await lab().api.call('GET', `agents/${id}`);
    expect(mirrored).toMatchObject({
      agent_id: id,
      kind: 'flags',
      state: body.state,
      config: body.config,
      config_version: 1,
      sequence: 1,
      hash: body.hash,
      run_id: expect.any(String) as string,
    });
    expect(Date.parse(mirrored['checkpoint_time'] as string)).not.toBeNaN();
    expect(mirrored).toHaveProperty('custom_state');
  });

  it('mirrors what has changed when the interval has passed', async () => {
    const id = await lab().flags('interval', { checkpoint_interval: 10 });
    await lab().checkpointAt(id, 1);
    await lab().set(id, 'a', true);
    await delay(1_000);
    expect((await lab().checkpoint(id))?.['sequence']).toBe(1);
    expect(await lab().checkpointAt(id, 2)).toMatchObject({ state: { flags: { a: true } } });
  });

  it('mirrors a config that was changed at once', async () => {
    const id = await lab().flags('config-mirrored', { checkpoint_interval: 3600 });
    await lab().api.call('POST', `agents/${id}/config`, { max_flags: 3 });
    expect(await lab().checkpointAt(id, 2)).toMatchObject({ config: { max_flags: 3 }, config_version: 2 });
  });

  it('mirrors an agent that ends, with all that it was', async () => {
    const id = await lab().flags('ended', { checkpoint_interval: 3600 });
    await lab().set(id, 'a', 1);
    expect((await lab().api.call('DELETE', `agents/${id}`)).status).toBe(200);
    expect(await lab().checkpointAt(id, 3)).toMatchObject({ state: { flags: { a: 1 } } });
  });

  it('takes an interval of 10 to 3,600 seconds, 60 where nobody says', async () => {
    const of = (checkpoint_interval: number) =>
      lab().api.call('POST', 'agents', { kind: 'flags', id: lab().name('bounds'), config: { checkpoint_interval } });
    for (const bad of [0, 9, 3601, 10.5]) expect((await of(bad)).status).toBe(422);
    for (const good of [10, 3600]) expect((await of(good)).status).toBe(201);
    const { body } = await lab().api.call('GET', `agents/${await lab().flags('default')}`);
    expect(body.config.checkpoint_interval).toBe(60);
  });

  it('is never written backwards', async () => {
    const id = await lab().flags('forward', { checkpoint_interval: 10 });
    const ahead = { ...(await lab().checkpointAt(id, 1)), sequence: 1_000 };
    await lab().redis.set(`agent:checkpoint:${id}`, JSON.stringify(ahead));
    await lab().api.call('POST', `agents/${id}/config`, { checkpoint_interval: 10, max_flags: 3 });
    await delay(1_000);
    expect((await lab().checkpoint(id))?.['sequence']).toBe(1_000);
  });

  it('answers reads of the snapshot', async () => {
    const id = await lab().flags('snapshot');
    await lab().checkpointAt(id, 1);
    const { status, body } = await lab().api.call('GET', `agents/${id}?consistency=snapshot`);
    expect([status, body.sequence]).toEqual([200, 1]);
  });

  it('resumes an agent after kill -9 of its worker with sequence, hash and state as they were', async () => {
    const id = await lab().flags('resumed');
    for (let i = 0; i < 5; i += 1) await lab().set(id, 'n', i);
    const { body: before } = await lab().api.call('GET', `agents/${id}`);
    lab().stack.kill('worker');
    await lab().stack.waitRestarted('worker');
    await until(async () => (await lab().api.call('GET', `agents/${id}`)).status === 200, 'the agent');
    const { body: after } = await lab().api.call('GET', `agents/${id}`);
    expect([after.sequence, after.hash, after.state]).toEqual([before.sequence, before.hash, before.state]);
    expect((await lab().set(id, 'n', 5)).body).toMatchObject({ sequence: before.sequence + 1 });
  });

  it('stops no agent while Redis is away, and is made up for', async () => {
    const id = await lab().flags('without-redis', { checkpoint_interval: 10 });
    lab().stack.kill('redis');
    await lab().set(id, 'a', 1);
    await lab().stack.waitRestarted('redis');
    expect(await lab().checkpointAt(id, 2)).toMatchObject({ state: { flags: { a: 1 } } });
  });
};
