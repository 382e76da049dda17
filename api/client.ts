import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
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

/** The other end of a connection. */
interface Peer {
  address: ReturnType<typeof parseAddress>;
  trusted: boolean;
  where: Pick<Client, 'address' | 'subscriber'>;
}

/** Tells callers from the proxies between them and this server. What other proxies say of a request is not believed. */
export class Clients {
  private readonly proxies: Network[];
  /** Parsing an address costs as much as serving a health check; a connection carries many requests. */
  private readonly peers = new WeakMap<Socket, Peer>();

  /** @param trusted `TRUSTED_PROXIES`, whose form config has checked */
  constructor(trusted: string) {
    this.proxies = listed(trusted)
      .map(parseNetwork)
      .filter((network) => network !== null);
  }

  of(request: IncomingMessage): Client {
    const { socket, headers } = request;
    const peer = this.peers.get(socket) ?? this.peerOf(socket);
    const scheme = (socket as Partial<TLSSocket>).encrypted ? 'https' : 'http';
    if (!peer.trusted) return { ...peer.where, origin: `${scheme}://${headers.host}` };
    const said = (name: string): string[] => listed(String(headers[name] ?? ''));
    const origin = `${said('x-forwarded-proto').at(-1) ?? scheme}://${said('x-forwarded-host').at(-1) ?? headers.host}`;
    return { ...this.callerBehind(peer, said('x-forwarded-for')), origin };
  }

  /** From the right: each trusted proxy has added whom it was called by. What stands left of a stranger, the stranger wrote. */
  private callerBehind(peer: Peer, hops: string[]): Peer['where'] {
    let caller = peer.address;
    while (hops.length > 0 && caller && isWithin(caller, this.proxies)) {
      const before = parseAddress(hops.pop() ?? '');
      if (before === null) break;
      caller = before;
    }
    return whereOf(caller);
  }

  private peerOf(socket: Socket): Peer {
    const address = parseAddress(socket.remoteAddress ?? '');
    const trusted = address !== null && isWithin(address, this.proxies);
    const peer = { address, trusted, where: whereOf(address) };
    this.peers.set(socket, peer);
    return peer;
  }
}

function whereOf(address: Peer['address']): Peer['where'] {
  return address
    ? { address: address.toString(), subscriber: subscriberOf(address) }
    : { address: 'unknown', subscriber: 'unknown' };
}
