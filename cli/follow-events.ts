import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { ask } from './api';
import type { Context } from './context';
import { CliError, exitCodes } from './errors';

/** An event as it comes over the hub. */
export interface FollowedEvent {
  type: string;
  time: string;
  sequence: number;
  principal: string;
  source: string;
  messagetype: string;
  data: unknown;
}

interface Frame {
  op: string;
  event?: FollowedEvent;
  position?: number;
  code?: string;
  message?: string;
}

const againMs = 1000;
const openMs = 10_000;

/**
 * Events as they happen, until aborted. A connection that was lost is made again and goes on after the last position, so that
 * nothing is missed and nothing comes twice.
 * @param agents ids, or `*`
 * @throws CliError where the server refuses it
 */
export async function* followEvents(
  { api, credential }: Pick<Context, 'api' | 'credential'>,
  agents: string[],
  types: string[],
  signal: AbortSignal,
): AsyncGenerator<FollowedEvent> {
  let since: number | undefined;
  while (!signal.aborted) {
    const socket = await opened(api, credential.url, signal).catch((error: unknown) => {
      if (error instanceof CliError && (error.exit !== exitCodes.unreachable || since === undefined)) throw error;
      return null;
    });
    if (socket) {
      socket.send(JSON.stringify({ op: 'subscribe', agents, types, ...(since === undefined ? {} : { since }) }));
      for await (const frame of framesOf(socket, signal)) {
        if (frame.op === 'error') throw new CliError(`${frame.message} (${frame.code})`, exitCodes.refused);
        if (frame.position !== undefined) since = frame.position;
        if (frame.event) yield frame.event;
      }
    }
    await delay(againMs, undefined, { signal }).catch(() => undefined);
  }
}

async function opened(api: Context['api'], url: string, signal: AbortSignal): Promise<WebSocket> {
  const { ticket } = await ask(api.POST('/api/v1/auth/ws-ticket'));
  const address = new URL('/ws', url.replace(/^http/, 'ws'));
  address.searchParams.set('ticket', ticket);
  const socket = new WebSocket(address, { handshakeTimeout: openMs, followRedirects: false });
  signal.addEventListener('abort', () => socket.terminate(), { once: true });
  try {
    await once(socket, 'open');
  } catch (error) {
    throw new CliError(`no events from ${url}: ${(error as Error).message}`, exitCodes.unreachable);
  }
  return socket;
}

/** The frames of a socket until it closes. */
async function* framesOf(socket: WebSocket, signal: AbortSignal): AsyncGenerator<Frame> {
  const waiting: Frame[] = [];
  let wake = (): void => undefined;
  let open = true;
  socket.on('message', (data: Buffer) => (waiting.push(JSON.parse(data.toString('utf8')) as Frame), wake()));
  socket.on('close', () => ((open = false), wake()));
  socket.on('error', () => undefined);
  while ((open || waiting.length > 0) && !signal.aborted) {
    const frame = waiting.shift();
    if (frame) yield frame;
    else await new Promise<void>((resolve) => (wake = resolve));
  }
  socket.terminate();
}
