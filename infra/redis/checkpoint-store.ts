import type { Redis, Result } from 'ioredis';
import type { WrittenCheckpoint } from '../metrics/delivery';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    putCheckpoint(key: string, sequence: number, checkpoint: string): Result<number, Context>;
    checkpointSequences(count: number, ...keys: string[]): Result<number[], Context>;
  }
}

const prefix = 'agent:checkpoint:';

/** A value that is not JSON counts as none: it is nothing that Ymera wrote. */
const sequenceOf = `
local function sequenceOf(value)
  if not value then return -1 end
  local ok, checkpoint = pcall(cjson.decode, value)
  if ok and type(checkpoint) == 'table' then return tonumber(checkpoint.sequence) or -1 end
  return -1
end
`;

const putCheckpoint = `${sequenceOf}
if sequenceOf(redis.call('GET', KEYS[1])) > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
`;

const checkpointSequences = `${sequenceOf}
local sequences = {}
for i, key in ipairs(KEYS) do sequences[i] = sequenceOf(redis.call('GET', key)) end
return sequences
`;

/** The mirror of the agents in Redis: `agent:checkpoint:{id}`, one JSON object each, never written backwards. */
export class RedisCheckpointStore {
  /** @param onWritten told of each mirror that it tried to write */
  constructor(
    private readonly redis: Redis,
    private readonly onWritten: (what: WrittenCheckpoint) => void = () => undefined,
  ) {
    redis.defineCommand('putCheckpoint', { numberOfKeys: 1, lua: putCheckpoint });
    redis.defineCommand('checkpointSequences', { lua: checkpointSequences });
  }

  /**
   * Writes unless a later sequence is there already.
   * @throws when Redis can't be reached, after a second at most
   */
  async put(agentId: string, sequence: number, checkpoint: object): Promise<void> {
    const startedAt = performance.now();
    const text = JSON.stringify(checkpoint);
    const { kind = 'unknown' } = checkpoint as { kind?: string };
    const tell = (written: boolean): void => {
      const seconds = (performance.now() - startedAt) / 1000;
      this.onWritten({ agentId, kind, bytes: Buffer.byteLength(text), seconds, written });
    };
    try {
      await this.redis.putCheckpoint(prefix + agentId, sequence, text);
    } catch (error) {
      tell(false);
      throw error;
    }
    tell(true);
  }

  /** The checkpoint of an agent, or null where there is none. */
  async get(agentId: string): Promise<Record<string, unknown> | null> {
    const value = await this.redis.get(prefix + agentId);
    return value === null ? null : (JSON.parse(value) as Record<string, unknown>);
  }

  /** How far the mirror is, agent by agent, in batches. Sees every agent that was there all the time, perhaps twice. */
  async *sequences(): AsyncGenerator<Map<string, number>> {
    let cursor = '0';
    do {
      const [next, keys] = await this.redis.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', 200);
      cursor = next;
      if (keys.length === 0) continue;
      const found = await this.redis.checkpointSequences(keys.length, ...keys);
      yield new Map(keys.map((key, i) => [key.slice(prefix.length), found[i] ?? -1]));
    } while (cursor !== '0');
  }
}
