import { alarmOf, at, doing, targetAfter, type Target } from '../../tests/_util/target-specification';
import type { Step } from '../../tests/_util/decider-specification';
import { foldAgent } from '../core/agent-state';
import type { TargetEvent } from './events';
import { sameClaim, type Claim } from './state';
import { target } from './target';

/** Chance that comes out the same each time (mulberry32). */
function chance(seed: number): (below: number) => number {
  let a = seed;
  return (below) => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** The line as somebody would draw it who sees the events only. */
class Line {
  waiting: Claim[] = [];
  holding: Claim[] = [];

  see({ type, data }: TargetEvent): void {
    switch (type) {
      case 'TargetQueued':
        this.waiting.push(data);
        return;
      case 'TargetAcquired':
        if (data.waited) this.first(data);
        else expect(this.waiting).toEqual([]);
        this.holding.push(data);
        return;
      case 'TargetVetoed':
        if (data.waited) this.first(data);
        return;
      case 'TargetReleased':
        if (data.held) this.free(data);
        else this.waiting = this.waiting.filter((claim) => !sameClaim(claim, data));
        return;
      case 'LeaseExpired':
      case 'LockBroken':
        this.free(data);
        return;
      case 'OwnerInquired':
      case 'LeaseRenewed':
        expect(this.holding.some((claim) => sameClaim(claim, data))).toBe(true);
        return;
      case 'OwnerSuperseded':
        // It is told, and gives its place up itself.
        expect([...this.holding, ...this.waiting].some(({ owner }) => owner === data.owner)).toBe(true);
    }
  }

  private first(claim: Claim): void {
    expect(sameClaim(this.waiting.shift() ?? { owner: '' }, claim)).toBe(true);
  }

  private free(claim: Claim): void {
    const left = this.holding.filter((holder) => !sameClaim(holder, claim));
    expect(left).toHaveLength(this.holding.length - 1);
    this.holding = left;
  }
}

const claims = (list: Claim[]): string[] => list.map(({ owner, step = '' }) => `${owner}/${step}`);

interface Mix {
  slots: number;
  guards: object;
}

function anyCommand(below: (n: number) => number, seconds: number, { slots, guards }: Mix): Step {
  const owner = `r${below(12)}`;
  const step = below(3) === 0 ? { step: `s${below(2)}` } : {};
  const command = (type: string, data: object): Step => ({ type, data, at: at(seconds) });
  switch (below(10)) {
    case 0:
      return command('Alarm', { at: at(seconds) });
    case 1:
      return command('ReportOwner', { owner, alive: below(3) > 0 });
    case 2:
      return command('Break', below(2) === 0 ? {} : { owner });
    case 3:
    case 4:
    case 5:
      return command('Release', { owner, ...step, ...(below(4) === 0 ? { outcome: 'vetoed' } : {}) });
    default:
      return command('Acquire', { owner, ...step, slots, lease: 4, guards: below(2) === 0 ? guards : {} });
  }
}

describe.each<Mix & { name: string }>([
  { name: 'a lock', slots: 1, guards: {} },
  { name: 'a semaphore of three', slots: 3, guards: {} },
  { name: 'a guarded lock', slots: 1, guards: { cooldown: 5, maxRuns: 40, window: 300 } },
])('$name under 2,000 commands of chance', (mix) => {
  it.each([1, 2, 3])('is fair and never held by too many (seed %d)', (seed) => {
    const below = chance(seed);
    const line = new Line();
    let agent: Target = targetAfter();
    const seen = new Map<string, number>();
    for (let i = 0, seconds = 0; i < 2000; i += 1, seconds += below(8)) {
      const before = agent;
      const step = anyCommand(below, seconds, mix);
      const done = tried(() => doing(before, step, { principal: 'system:test', roles: ['admin'], reason: 'chance' }));
      if (!done) continue;
      agent = done.next;
      for (const [type, data] of done.events as [string, object][]) {
        seen.set(type, (seen.get(type) ?? 0) + 1);
        line.see({ type, data } as TargetEvent);
      }
      const { holders, queue } = agent.state;
      expect(holders.length).toBeLessThanOrEqual(mix.slots);
      if (queue.length > 0) expect(holders).toHaveLength(mix.slots);
      expect(claims(queue)).toEqual(claims(line.waiting));
      expect(claims(holders).sort()).toEqual(claims(line.holding).sort());
      expect(alarmOf(agent) === null).toBe(holders.length === 0);
      expect(foldAgent(target, before, done.records).state).toEqual(agent.state);
      if (step.type !== 'Break') expect(doing(agent, step).records).toHaveLength(0);
    }
    const all = ['TargetQueued', 'TargetAcquired', 'TargetReleased', 'OwnerInquired', 'LeaseRenewed', 'LeaseExpired'];
    for (const type of [...all, 'LockBroken']) expect(seen.get(type) ?? 0).toBeGreaterThan(0);
    if ('cooldown' in mix.guards) expect(seen.get('TargetVetoed') ?? 0).toBeGreaterThan(0);
  });
});

/** Null where there was nothing to break. */
function tried<T>(run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    expect(error).toMatchObject({ code: 'not_found' });
    return null;
  }
}
