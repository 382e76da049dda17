import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient, until } from '../../_util/api-client';
import { startLoad, type LoadResult } from '../../_util/load';
import type { TestStack } from '../../_util/stack';
import { findings, type Findings } from './invariants';

/** Agents of one stack under load, while something is done to it. */
export class Siege {
  private made = 0;

  constructor(private readonly stack: TestStack) {}

  /**
   * Puts ten new agents under load, does the harm, waits until commands go through again, and counts.
   * @param harm what is done; whatever it takes away it gives back
   * @returns what was found, and how many commands were acknowledged before it and after
   */
  async under(harm: () => Promise<void>): Promise<{ found: Findings; before: number; after: number }> {
    const api = await this.loggedIn();
    const agents = Array.from({ length: 10 }, () => `siege-${(this.made += 1)}`);
    for (const id of agents) await api.flagsAgent(id);
    const load = startLoad(api, agents, 20);
    await delay(3_000);
    const before = load.acknowledged();
    await harm();
    const healed = load.acknowledged();
    await this.goesOn(() => load.acknowledged() - healed >= 2 * agents.length);
    const result: LoadResult = await load.stop();
    const counted = await findings(api, this.stack.reload(), result);
    const found = [...counted, ...replayFaults(this.stack.home)];
    return { found, before, after: load.acknowledged() - healed };
  }

  /** What the case before took away may be known to be back only some seconds later: until then a login is refused. */
  private async loggedIn(): Promise<ApiClient> {
    let api: ApiClient | undefined;
    const tryIt = async (): Promise<boolean> => {
      api = await ApiClient.login(this.stack.reload()).catch(() => undefined);
      return api !== undefined;
    };
    await until(tryIt, 'a login', 30_000);
    return api as ApiClient;
  }

  private async goesOn(isSo: () => boolean): Promise<void> {
    const deadline = Date.now() + 120_000;
    while (!isSo()) {
      if (Date.now() > deadline) throw new Error(`no command goes through any more\n${this.stack.describe()}`);
      await delay(100);
    }
  }
}

/** What is logged where code does not do again what a history says that it did: such a workflow stands still until someone mends it. */
const nondeterminism = /TMPRL1100|nondeterminism|does not handle this event/i;

function replayFaults(home: string): Findings {
  const folder = join(home, 'logs');
  return readdirSync(folder).flatMap((name) =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .filter((line) => nondeterminism.test(line))
      .map((line) => `${name}: ${line}`),
  );
}
