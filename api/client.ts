import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { isWithin, listed, parseAddress, parseNetwork, subscriberOf, type Network } from '../infra/network';

/** Where a request comes from, as far as it can be known. */
export interface Client {
  /** Of the caller; `unknown` where the connection is gone already. */
  address: string;
  /** What limits count by: the address, or the /64 of an IPv6 one. */
  subscriber: string;
  /** Scheme and host as the caller knows this server. */
  origin: string;
}

/** Tells callers from the proxies between them and this server. What other proxies say of a request is not believed. */
export class Clients {
  private readonly proxies: Network[];

  /** @param trusted `TRUSTED_PROXIES`, whose form config has checked */
  constructor(trusted: string) {
    this.proxies = listed(trusted)
      .map(parseNetwork)
      .filter((network) => network !== null);
  }

  of(request: IncomingMessage): Client {
    const peer = parseAddress(request.socket.remoteAddress ?? '');
    if (peer === null) return { address: 'unknown', subscriber: 'unknown', origin: '' };
    const said = (name: string): string[] => listed(String(request.headers[name] ?? ''));
    const hops = said('x-forwarded-for');
    let caller = peer;
    // From the right: each trusted proxy has added whom it was called by. What stands left of a stranger, the stranger wrote.
    while (hops.length > 0 && isWithin(caller, this.proxies)) {
      const before = parseAddress(hops.pop() ?? '');
      if (before === null) break;
      caller = before;
    }
    const believed = isWithin(peer, this.proxies);
    const scheme = (believed && said('x-forwarded-proto').at(-1)) || schemeOf(request);
    const host = (believed && said('x-forwarded-host').at(-1)) || request.headers.host;
    return { address: caller.toString(), subscriber: subscriberOf(caller), origin: `${scheme}://${host}` };
  }
}

function schemeOf({ socket }: IncomingMessage): string {
  return (socket as Partial<TLSSocket>).encrypted ? 'https' : 'http';
}
