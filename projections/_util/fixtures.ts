import { applyCommand, createAgent, type Applied } from '../../actors/core/agent';
import type { EventRecord } from '../../actors/core/event';
import { seal } from '../../actors/core/hash-chain';
import { flags } from '../../actors/flags/flags';
import pino from 'pino';

const start = Date.UTC(2026, 0, 1);

export const silent = pino({ level: 'silent' });

/** The records of a flags agent that has set flag after flag, made as an agent makes them. */
export function chainOf(agentId: string, length: number): EventRecord[] {
  const command = { id: `${agentId}-0`, principal: 'ann' };
  const born = createAgent(
    flags,
    {
      kind: 'flags',
      id: agentId,
      name: `The ${agentId}`,
      config: { checkpoint_interval: 60, log_level: 'info', max_flags: 500 },
      command,
    },
    at(0),
  );
  const records = [...born.records];
  let agent = born.agent;
  for (let i = 1; i < length; i += 1) {
    const data = { key: `flag-${i % 50}`, value: i };
    const applied: Applied = applyCommand(
      flags,
      agent,
      { id: `${agentId}-${i}`, type: 'SetFlag', data, principal: 'ann' },
      at(i),
    );
    ({ agent } = applied);
    records.push(...applied.records);
  }
  return records;
}

/** Another record in place of this one: its own hash is right, so only its links can tell. */
export function forge(record: EventRecord, change: Partial<EventRecord>): EventRecord {
  const { hash: _hash, ...content } = { ...record, ...change };
  return seal(content);
}

/** The same items in an order that looks random and is the same each time. */
export function shuffled<T>(items: readonly T[], seed = 7): T[] {
  const copy = [...items];
  let x = seed;
  for (let i = copy.length - 1; i > 0; i -= 1) {
    x = (x * 1_103_515_245 + 12_345) % 2_147_483_648;
    const j = x % (i + 1);
    [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
  }
  return copy;
}

/** Waits until it is so. @throws after `ms` */
export async function until(holds: () => boolean | Promise<boolean>, ms = 40_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it did not come to be in time');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function at(second: number): string {
  return new Date(start + second * 1000).toISOString();
}
