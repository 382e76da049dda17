import { createServer, connect, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** What lies between two processes: bytes pass after `delayMs`, or not at all while it is `cut` or `stalled`. */
export class TcpProxy {
  delayMs = 0;
  private mode: 'open' | 'cut' | 'stalled' = 'open';
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /** @param target `host:port` */
  static async to(target: string): Promise<TcpProxy> {
    const [host = '', port = ''] = target.split(':');
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new TcpProxy(server, (server.address() as AddressInfo).port);
    server.on('connection', (client) => proxy.join(client, connect(Number(port), host)));
    return proxy;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Ends all connections, and refuses new ones until `open`. */
  cut(): void {
    this.mode = 'cut';
    for (const socket of this.sockets) socket.destroy();
  }

  /** Takes what is sent and hands on nothing until `open`: the other side seems to be there. */
  stall(): void {
    this.mode = 'stalled';
    for (const socket of this.sockets) socket.pause();
  }

  open(): void {
    this.mode = 'open';
    for (const socket of this.sockets) socket.resume();
  }

  close(): void {
    this.cut();
    this.server.close();
  }

  private join(client: Socket, server: Socket): void {
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(from);
      from.on('error', () => undefined);
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
      from.on('data', (bytes) => this.pass(bytes, to));
      if (this.mode === 'stalled') from.pause();
    }
    if (this.mode === 'cut') client.destroy();
  }

  /** In order: all that is sent waits equally long. */
  private pass(bytes: Buffer | string, to: Socket): void {
    if (this.delayMs === 0) void to.write(bytes);
    else setTimeout(() => to.writable && to.write(bytes), this.delayMs);
  }
}
