import { DiscardPolicy, nanos, RetentionPolicy, StorageType, type JetStreamManager, type NatsConnection } from 'nats';

export const streamName = 'AGENT_MESSAGES';

/** What the stream keeps at most; older messages go first. */
export interface StreamLimits {
  maxMessages: number;
  maxAgeHours: number;
  /** On so many servers of a cluster; 1 unless told. */
  replicas?: number;
}

const streamNotFound = 10059;
const streamNameInUse = 10058;

/**
 * Creates the stream, or brings its limits to what is configured.
 * @throws NatsError when JetStream does not answer within some seconds or refuses
 */
export async function ensureStream(jsm: JetStreamManager, limits: StreamLimits): Promise<void> {
  const config = {
    subjects: [`${streamName}.>`],
    max_msgs: limits.maxMessages,
    max_age: nanos(limits.maxAgeHours * 3_600_000),
    num_replicas: limits.replicas ?? 1,
    discard: DiscardPolicy.Old,
    // The server refuses a window longer than the messages live.
    duplicate_window: nanos(Math.min(120_000, limits.maxAgeHours * 3_600_000)),
  };
  const fixed = { name: streamName, retention: RetentionPolicy.Limits, storage: StorageType.File };
  try {
    const { config: current } = await jsm.streams.info(streamName);
    const same =
      current.max_msgs === config.max_msgs &&
      current.max_age === config.max_age &&
      current.num_replicas === config.num_replicas &&
      current.duplicate_window === config.duplicate_window;
    if (!same) await jsm.streams.update(streamName, config);
  } catch (error) {
    if (apiCode(error) !== streamNotFound) throw error;
    await jsm.streams.add({ ...fixed, ...config }).catch((failure: unknown) => {
      // Another process was first.
      if (apiCode(failure) !== streamNameInUse) throw failure;
    });
  }
}

/** `ensureStream` as the preparation of a connection. */
export function withStream(limits: StreamLimits): (connection: NatsConnection) => Promise<void> {
  return async (connection) => ensureStream(await connection.jetstreamManager({ timeout: 2_000 }), limits);
}

/** JetStream's own number of an error, or undefined where it is none of JetStream's. */
export function apiCode(error: unknown): number | undefined {
  return (error as { api_error?: { err_code?: number } }).api_error?.err_code;
}
