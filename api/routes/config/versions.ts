import type { AgentState, ConfigVersion } from '../../../actors/core/agent-state';
import type { EventRecord } from '../../../actors/core/event';
import type { AgentEvents } from '../../agent-events';
import { jsonDiff } from '../../json-diff';
import { Problem } from '../../problem';

interface ConfigEventData {
  version: number;
  config: unknown;
  rollbackOf?: number;
}

/** The event that made a version of the config: AgentCreated for the first, ConfigChanged for the others. */
export async function configRecord(
  events: AgentEvents,
  agentId: string,
  { sequence }: ConfigVersion,
): Promise<EventRecord<ConfigEventData>> {
  return (await events.one(agentId, sequence)) as EventRecord<ConfigEventData>;
}

/** @throws Problem `version_not_found` */
export function findVersion({ id, configVersions }: AgentState, version: number): ConfigVersion {
  const found = configVersions.find((each) => each.version === version);
  if (!found) throw new Problem('version_not_found', `agent ${id} has no version ${version} of its config`);
  return found;
}

/** Versions of an agent's config, newest first: who, when, and what changed. */
export async function versionPage(
  events: AgentEvents,
  { id, configVersions }: AgentState,
  limit: number,
  before = Infinity,
): Promise<{ versions: object[]; next: number | null }> {
  const older = configVersions.filter(({ version }) => version < before).reverse();
  // One more than shown: the last one shown is compared with it.
  const read = await Promise.all(
    older.slice(0, limit + 1).map(async (each) => ({ ...each, record: await configRecord(events, id, each) })),
  );
  const versions = read.slice(0, limit).map(({ version, sequence, hash, record }, index) => ({
    version,
    sequence,
    hash,
    time: record.time,
    principal: record.principal,
    ...(record.reason === undefined ? {} : { reason: record.reason }),
    ...(record.data.rollbackOf === undefined ? {} : { rollbackOf: record.data.rollbackOf }),
    config: record.data.config,
    diff: jsonDiff(read[index + 1]?.record.data.config ?? {}, record.data.config),
  }));
  return { versions, next: older.length > limit ? (versions.at(-1)?.version ?? null) : null };
}
