import { setTimeout as delay } from 'node:timers/promises';
import { eventName, type EventRecord } from '../actors/core/event';
import type { DemoStack } from './demo-stack';

const patienceMs = 60_000;

/** The API of a stack, for who is signed in. */
export class DemoApi {
  private constructor(
    private readonly origin: string,
    readonly token: string,
  ) {}

  static async signIn({ api, credentials }: DemoStack): Promise<DemoApi> {
    const { access_token } = (await new DemoApi(api, '').post('auth/login', credentials)) as { access_token: string };
    return new DemoApi(api, access_token);
  }

  get(path: string): Promise<unknown> {
    return this.call('GET', path);
  }

  post(path: string, body: unknown): Promise<unknown> {
    return this.call('POST', path, body);
  }

  delete(path: string): Promise<unknown> {
    return this.call('DELETE', path);
  }

  /** Waits until an agent has an event of that name. */
  has(id: string, name: string): Promise<void> {
    return this.until(async () => {
      const { events } = (await this.get(`agents/${id}/events?limit=1000`)) as { events: EventRecord[] };
      return events.some((event) => eventName(event) === name);
    });
  }

  /** @throws Error where it is not so within a minute */
  async until(isSo: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + patienceMs;
    while (!(await isSo().catch(() => false))) {
      if (Date.now() > deadline) throw new Error(`waited ${patienceMs / 1000} s for nothing`);
      await delay(100);
    }
  }

  /** @throws Error where it was refused */
  private async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.origin}/api/v1/${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return text ? (JSON.parse(text) as unknown) : undefined;
  }
}
