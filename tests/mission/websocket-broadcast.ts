import { once } from 'node:events';
import { WebSocket } from 'ws';
import { until, type Frame } from '../_util/api-client';
import type { Category } from './lab';

export const webSocketBroadcast: Category = (lab) => {
  const heard = (frames: Frame[], id: string): number[] =>
    frames.flatMap(({ event }) => (event?.source === `/agents/${id}` ? [event.sequence] : []));
  const refusal = async (path: string, headers: Record<string, string> = {}): Promise<number> => {
    const socket = new WebSocket(`${lab().stack.reload().ws}${path}`, { headers });
    const [, answer] = (await once(socket, 'unexpected-response')) as [
      unknown,
      { statusCode: number; destroy(): void },
    ];
    answer.destroy();
    return answer.statusCode;
  };
  const bearer = () => ({ authorization: `Bearer ${lab().api.token}` });

  it('brings one event to 100 clients, to each once', async () => {
    const id = await lab().flags('hundred');
    const clients = await Promise.all(Array.from({ length: 100 }, () => lab().api.follow({ agents: [id] })));
    await lab().set(id, 'a', 1);
    await until(() => clients.every(({ frames }) => heard(frames, id).length > 0), 'all 100');
    for (const { frames } of clients) expect(heard(frames, id)).toEqual([2]);
    for (const { socket } of clients) socket.close();
  });

  it('tells each client only what it has subscribed to', async () => {
    const [mine, other] = [await lab().flags('mine'), await lab().flags('other')];
    const one = await lab().api.follow({ agents: [mine] });
    const removals = await lab().api.follow({ agents: ['*'], types: ['FlagRemoved'] });
    await lab().set(other, 'a', 1);
    await lab().set(mine, 'a', 1);
    await until(() => heard(one.frames, mine).length === 1, 'the event');
    expect(heard(one.frames, other)).toEqual([]);
    expect(heard(removals.frames, mine)).toEqual([]);
    for (const { socket } of [one, removals]) socket.close();
  });

  it('goes on from a position without a gap, and repeats nothing', async () => {
    const id = await lab().flags('resumed');
    const first = await lab().api.follow({ agents: [id] });
    await lab().set(id, 'n', 1);
    await until(() => heard(first.frames, id).length === 1, 'the event');
    const since = first.frames.at(-1)?.position;
    first.socket.close();
    for (const n of [2, 3, 4]) await lab().set(id, 'n', n);
    const second = await lab().api.follow({ agents: [id], since });
    await lab().set(id, 'n', 5);
    await until(() => heard(second.frames, id).length === 4, 'the rest');
    expect(heard(second.frames, id)).toEqual([3, 4, 5, 6]);
    second.socket.close();
  });

  it('keeps the order of an agent', async () => {
    const id = await lab().flags('in-order');
    const { frames, socket } = await lab().api.follow({ agents: [id] });
    await Promise.all(Array.from({ length: 40 }, (_, i) => lab().set(id, `f${i}`, i)));
    await until(() => heard(frames, id).length === 40, 'all of them');
    expect(heard(frames, id)).toEqual(Array.from({ length: 40 }, (_, i) => i + 2));
    socket.close();
  });

  it('closes a client that does not drain, and costs the others nothing', async () => {
    const id = await lab().flags('stalled', { max_flags: 1000 });
    const good = await lab().api.follow({ agents: [id] });
    const stalled = await lab().api.follow({ agents: [id] });
    (stalled.socket as unknown as { _socket: { pause(): void } })._socket.pause();
    // More than the kernel keeps for a socket: some 10 MB, in commands of 100 at once.
    for (let i = 0; i < 60; i += 1) {
      const values = Array.from({ length: 100 }, (_, j) => `${i}-${j} ${'x'.repeat(900)}`);
      const commands = values.map((value) => ({ type: 'SetFlag', data: { key: 'a', value } }));
      expect((await lab().api.call('POST', `agents/${id}/commands`, commands)).status).toBe(200);
    }
    await until(() => heard(good.frames, id).length === 6_000, 'all to the one that reads');
    const text = async () => (await lab().stranger()('/metrics')).text();
    await until(async () => /^ymera_ws_closed_slow_total\{[^}]*\} [1-9]/m.test(await text()), 'the close', 30_000);
    for (const { socket } of [good, stalled]) socket.terminate();
  });

  it('forgets a client that is gone', async () => {
    const sockets = async (): Promise<number> => {
      const text = await (await lab().stranger()('/metrics')).text();
      return Number(/^ymera_ws_sockets\{[^}]*\} (\d+)$/m.exec(text)?.[1]);
    };
    const { socket } = await lab().api.follow({ agents: ['*'] });
    expect(await sockets()).toBeGreaterThan(0);
    socket.terminate();
    await until(async () => (await sockets()) === 0, 'none');
  });

  it('lets in nobody without a credential, and no page of another origin', async () => {
    expect(await refusal('')).toBe(401);
    expect(await refusal('', { authorization: 'Bearer not.a.token' })).toBe(401);
    expect(await refusal('', { ...bearer(), origin: 'https://elsewhere.example' })).toBe(403);
  });

  it('takes a ticket once', async () => {
    const { body } = await lab().api.call('POST', 'auth/ws-ticket');
    const path = `?ticket=${encodeURIComponent(body.ticket as string)}`;
    const socket = new WebSocket(`${lab().stack.file.ws}${path}`);
    await once(socket, 'open');
    socket.close();
    expect(await refusal(path)).toBe(401);
  });

  it('answers what it does not understand with an error, and stays', async () => {
    const { frames, socket } = await lab().api.follow({ agents: ['*'] });
    for (const text of ['{', '{"op":"sing"}', '{"op":"subscribe","agents":[]}', '"x"']) socket.send(text);
    await until(() => frames.filter(({ op }) => op === 'error').length === 4, 'four errors');
    socket.send('{"op":"ping"}');
    await until(() => frames.some(({ op }) => op === 'pong'), 'a pong');
    socket.close();
  });
};
