import type { DomainEvent, EventRecord } from '../../actors/core/event';
import { genesisHash, seal } from '../../actors/core/hash-chain';
import type { AnyKind } from '../../actors/core/kind';
import type { RunConfig } from '../../actors/run/config';
import type { RunEvent } from '../../actors/run/events';
import { evolveRun, initialRun } from '../../actors/run/state';

const start = Date.UTC(2026, 0, 1);

/** Folds runs as their kind does; it decides nothing. */
export const foldedRun = {
  name: 'run',
  title: 'Run',
  description: '',
  config: { type: 'object', properties: {} } as AnyKind['config'],
  commands: {},
  events: {},
  internal: true,
  initialState: () => initialRun,
  decide: () => [],
  evolve: evolveRun,
} satisfies AnyKind;

/** What a run begins with, as `change` wants it. */
export function runConfigOf(change: Partial<RunConfig> = {}): RunConfig {
  return {
    checkpoint_interval: 60,
    log_level: 'info',
    runbook: { name: 'restart', version: 3, hash: 'f'.repeat(64) },
    document: { name: 'restart', steps: [{ id: 'go', action: 'debug.echo' }] },
    input: {},
    trigger: { type: 'api' },
    startedBy: 'ann',
    targets: [],
    guards: {},
    ...change,
  };
}

/**
 * The records of a run that these events happened to, one a second.
 * @param day of January 2026 on which it was made
 */
export function recordsOf(
  runId: string,
  config: RunConfig,
  events: readonly (RunEvent | DomainEvent<'AgentStopped'>)[],
  day = 1,
): EventRecord[] {
  const born = { type: 'AgentCreated', data: { name: `The ${runId}`, config, version: 1 } };
  const records: EventRecord[] = [];
  for (const { type, data } of [born, ...events]) {
    const sequence = records.length + 1;
    records.push(
      seal({
        specversion: '1.0',
        id: `${runId}:${sequence}`,
        source: `/agents/${runId}`,
        type: `ymera.run.${type}`,
        time: runTime(sequence, day),
        datacontenttype: 'application/json',
        data,
        sequence,
        messagetype: 'EVENT',
        commandid: `${runId}-${sequence}`,
        principal: 'system:run',
        prevhash: records.at(-1)?.hash ?? genesisHash,
      }),
    );
  }
  return records;
}

/** When the record of that sequence was made, ISO 8601 UTC. */
export function runTime(sequence: number, day = 1): string {
  return new Date(start + (day - 1) * 86_400_000 + sequence * 1000).toISOString();
}
