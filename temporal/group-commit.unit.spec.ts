import type { CommandEnvelope } from '../actors/core/command';
import { AgentFailure } from './failures';
import { GroupCommit, defaultGroupLimits } from './group-commit';

const command = (id: string, size = 1): CommandEnvelope => ({ id, type: 'T', data: 'x'.repeat(size), principal: 'p' });

/** Answers each batch when told to, and keeps what was sent. */
function recorder() {
  const batches: string[][] = [];
  const gates: (() => void)[] = [];
  const send = async (_agent: string, batch: CommandEnvelope[]) => {
    batches.push(batch.map(({ id }) => id));
    await new Promise<void>((resolve) => gates.push(resolve));
    return batch.map(({ id }) => `done ${id}`);
  };
  const settle = () => new Promise((resolve) => setTimeout(resolve, 5));
  return { batches, send, release: async () => (gates.shift()?.(), settle()) };
}

describe('group commit', () => {
  it('has one batch per agent under way and sends what waited as the next, each with its own result', async () => {
    const { batches, send, release } = recorder();
    const groups = new GroupCommit(send);
    const results = ['a', 'b', 'c'].map((id) => groups.send('x', [command(id)]));
    await release();
    await release();
    expect((await Promise.all(results)).flat()).toEqual(['done a', 'done b', 'done c']);
    expect(batches).toEqual([['a'], ['b', 'c']]);
    expect(groups.depth).toBe(0);
  });

  it('bounds a batch by count and by bytes', async () => {
    const { batches, send, release } = recorder();
    const groups = new GroupCommit(send, { ...defaultGroupLimits, batchCount: 3, batchBytes: 1000 });
    const all = groups.send('x', [
      command('0'),
      ...['1', '2', '3', '4'].map((id) => command(id)),
      command('5', 900),
      command('6', 900),
    ]);
    for (let i = 0; i < 4; i += 1) await release();
    await all;
    expect(batches).toEqual([['0', '1', '2'], ['3', '4'], ['5'], ['6']]);
  });

  it('refuses what would not fit, whole, and takes it later', async () => {
    const { send, release } = recorder();
    const groups = new GroupCommit(send, { ...defaultGroupLimits, queueCount: 2 });
    const first = groups.send('x', [command('a')]);
    const waiting = groups.send('x', [command('b'), command('c')]);
    await expect(groups.send('x', [command('d')])).rejects.toMatchObject({ code: 'queue_full', retryAfterSeconds: 1 });
    await release();
    await release();
    await Promise.all([first, waiting]);
    const later = groups.send('x', [command('d')]);
    await release();
    expect(await later).toEqual(['done d']);
  });

  it('fails just the batch that failed', async () => {
    let calls = 0;
    const groups = new GroupCommit(async (_agent, batch) => {
      calls += 1;
      if (calls === 1) throw new Error('lost');
      return batch.map(({ id }) => id);
    });
    const first = groups.send('x', [command('a')]);
    const second = groups.send('x', [command('b')]);
    await expect(first).rejects.toThrow('lost');
    expect(await second).toEqual(['b']);
  });

  it('refuses what waits behind a batch whose agent did not answer: it has waited as long', async () => {
    const sent: string[] = [];
    const groups = new GroupCommit(async (_agent, batch): Promise<string[]> => {
      sent.push(...batch.map(({ id }) => id));
      await new Promise((resolve) => setTimeout(resolve, 5));
      throw new AgentFailure('unavailable', 'no answer', 2);
    });
    const all = ['a', 'b', 'c'].map((id) => groups.send('x', [command(id)]));
    for (const one of all) await expect(one).rejects.toMatchObject({ code: 'unavailable' });
    expect([sent, groups.depth]).toEqual([['a'], 0]);
  });
});
