import { Redis } from 'ioredis';
import { connect, type NatsConnection } from 'nats';
import { ApiClient, until, type Answer } from '../_util/api-client';
import { startTestStack, type TestStack } from '../_util/stack';

/** The limits as they are by default, but for who is signed in. Each caller comes from an address of its own, through a proxy. */
const env = {
  TRUSTED_PROXIES: '127.0.0.1',
  RATE_LIMIT_PER_MINUTE: '',
  RATE_LIMIT_LOGIN_PER_MINUTE: '',
  WS_CONNECTIONS_PER_PRINCIPAL: '500',
};

/** One stack for all eight categories, and ways to it. Names that it hands out are used once. */
export class Lab {
  private made = 0;

  private constructor(
    readonly stack: TestStack,
    readonly api: ApiClient,
    readonly redis: Redis,
    readonly env: NodeJS.ProcessEnv,
  ) {}

  static async start(): Promise<Lab> {
    const stack = await startTestStack({ env });
    const redis = new Redis(stack.file.redis);
    redis.on('error', () => undefined);
    return new Lab(stack, await ApiClient.login(stack.file), redis, env);
  }

  async stop(): Promise<void> {
    this.redis.disconnect();
    await this.stack.stop();
  }

  name(prefix: string): string {
    this.made += 1;
    return `${prefix}-${this.made}`;
  }

  /** Somebody whom nobody has heard of: an address without a past. */
  stranger(): (path: string, init?: RequestInit) => Promise<Response> {
    this.made += 1;
    const address = `10.${this.made >> 8}.${this.made & 255}.1`;
    return async (path, init = {}) => {
      const response = await fetch(`${this.stack.file.api}${path}`, {
        ...init,
        headers: { 'x-forwarded-for': address, ...(init.headers as Record<string, string>) },
      });
      return response;
    };
  }

  async flags(prefix: string, config: object = {}): Promise<string> {
    const id = this.name(prefix);
    await this.api.flagsAgent(id, config);
    return id;
  }

  /** @throws where it was refused */
  async set(id: string, key: string, value: unknown): Promise<Answer> {
    const answer = await this.api.setFlag(id, key, value);
    if (answer.status !== 200) throw new Error(`SetFlag: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer;
  }

  async checkpoint(id: string): Promise<Record<string, unknown> | null> {
    const text = await this.redis.get(`agent:checkpoint:${id}`);
    return text === null ? null : (JSON.parse(text) as Record<string, unknown>);
  }

  /** The checkpoint, once it is as far as that. */
  async checkpointAt(id: string, sequence: number): Promise<Record<string, unknown>> {
    await until(async () => (await this.checkpoint(id))?.['sequence'] === sequence, `checkpoint ${sequence} of ${id}`);
    return (await this.checkpoint(id)) as Record<string, unknown>;
  }

  /** A connection to the stack's broker for as long as `work` takes. */
  async nats<T>(work: (connection: NatsConnection) => Promise<T>): Promise<T> {
    const { hostname, port, username, password } = new URL(this.stack.reload().nats);
    const connection = await connect({ servers: `${hostname}:${port}`, user: username, pass: password });
    try {
      return await work(connection);
    } finally {
      await connection.close();
    }
  }
}

/** A category of the mission: its tests, given the lab once it stands. */
export type Category = (lab: () => Lab) => void;
