import { Registry } from 'prom-client';
import { registerTop, TopAgents } from './top-agents';

describe('the agents at the top', () => {
  let now = 0;
  const agents = (join: 'sum' | 'last'): TopAgents => new TopAgents(join, () => now);

  it('are ten, whoever many there are', async () => {
    const top = agents('sum');
    for (let i = 1; i <= 1000; i += 1) top.note(`agent-${i}`, i);
    const registry = new Registry();
    registerTop(registry, 'ymera_top', 'The top.', top);
    const text = await registry.metrics();
    expect(text.match(/^ymera_top\{/gm)).toHaveLength(10);
    expect(text).toContain('ymera_top{agent="agent-1000"} 1000');
  });

  it('add up what is work, and know the last of what is a size', () => {
    const [work, size] = [agents('sum'), agents('last')];
    for (const amount of [5, 2]) for (const each of [work, size]) each.note('a', amount);
    expect([work.top(), size.top()]).toEqual([[['a', 7]], [['a', 2]]]);
  });

  it('are forgotten after two windows', () => {
    now = 0;
    const top = agents('sum');
    top.note('a', 1);
    now = 300_000;
    top.note('b', 1);
    expect(top.top().map(([id]) => id)).toEqual(['a', 'b']);
    now = 600_000;
    expect(top.top()).toEqual([['b', 1]]);
    now = 1_500_000;
    expect(top.top()).toEqual([]);
  });
});
