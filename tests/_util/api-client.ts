import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { EventRecord } from '../../actors/core/event';

export interface Answer {
  status: number;
  headers: Headers;
  body: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- a test reads what it expects
}

/** Talks to a stack's API, as its admin unless told. */
export class ApiClient {
  private constructor(
    readonly origin: string,
    readonly ws: string,
    readonly token: string,
  ) {}

  static async login(stack: {
    api: string;
    ws: string;
    credentials: { username: string; password: string };
  }): Promise<ApiClient> {
    const { status, body } = await ApiClient.anonymous(stack).call('POST', 'auth/login', stack.credentials);
    if (status !== 200) throw new Error(`the login answered ${status} ${JSON.stringify(body)}`);
    return new ApiClient(stack.api, stack.ws, body.access_token as string);
  }

  /** Without a credential. */
  static anonymous({ api, ws }: { api: string; ws: string }): ApiClient {
    return new ApiClient(api, ws, '');
  }

  /** One request below `/api/v1`, with JSON unless `init` says otherwise. */
  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.raw(method, `/api/v1/${path}`, {
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async raw(method: string, path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(`${this.origin}${path}`, {
      ...init,
      method,
      headers: {
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
        ...(init.headers as Record<string, string>),
      },
      signal: AbortSignal.timeout(60_000),
    });
    const text = await response.text();
    const json =
      response.headers.get('content-type')?.includes('json') &&
      !/ndjson/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, body: json && text ? JSON.parse(text) : text };
  }

  /** A flags agent that is there. */
  async flagsAgent(id: string, config: object = {}): Promise<void> {
    const { status, body } = await this.call('POST', 'agents', { kind: 'flags', id, config });
    if (status !== 201) throw new Error(`agent ${id} was not made: ${status} ${JSON.stringify(body)}`);
  }

  setFlag(id: string, key: string, value: unknown, idempotencyKey?: string): Promise<Answer> {
    const headers: Record<string, string> = idempotencyKey ? { 'idempotency-key': idempotencyKey } : {};
    return this.call('POST', `agents/${id}/commands`, { type: 'SetFlag', data: { key, value } }, headers);
  }

  /** All events of an agent, page by page. */
  async events(id: string): Promise<EventRecord[]> {
    const events: EventRecord[] = [];
    for (;;) {
      const { status, body } = await this.call('GET', `agents/${id}/events?from=${events.length + 1}&limit=1000`);
      if (status !== 200) throw new Error(`events of ${id}: ${status} ${JSON.stringify(body)}`);
      const page = (Array.isArray(body) ? body : (body.items ?? body.events)) as EventRecord[];
      if (page.length === 0) return events;
      events.push(...page);
    }
  }

  /** Frames of a subscription as they come. */
  async follow(subscription: object): Promise<{ frames: Frame[]; socket: WebSocket }> {
    const socket = new WebSocket(this.ws, { headers: { authorization: `Bearer ${this.token}` } });
    const frames: Frame[] = [];
    socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString('utf8')) as Frame));
    await once(socket, 'open');
    socket.send(JSON.stringify({ op: 'subscribe', ...subscription }));
    await until(() => frames.some(({ op }) => op === 'subscribed'), 'the subscription');
    return { frames, socket };
  }
}

export interface Frame {
  op: string;
  event?: EventRecord;
  position?: number;
}

/** Waits until something holds. @throws with `what` when it does not within the limit */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string | (() => string),
  limitMs = 30_000,
): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > deadline) {
      throw new Error(`${typeof what === 'string' ? what : what()}: not within ${limitMs / 1000} s`);
    }
    await delay(50);
  }
}
