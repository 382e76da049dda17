import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/**
 * A connection that sends one request again and again. It looks at nothing but status and length of an answer, so that the
 * server is what binds: Node's own client costs more than the server that it asks.
 */
export class RawClient {
  private constructor(
    private readonly socket: Socket,
    private readonly request: Buffer,
  ) {}

  static async connect(origin: string, path: string, headers: Record<string, string> = {}): Promise<RawClient> {
    const { hostname, port, host } = new URL(origin);
    const socket = connect(Number(port), hostname);
    socket.setNoDelay(true);
    await once(socket, 'connect');
    const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    return new RawClient(socket, Buffer.from(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`));
  }

  /** One round. @throws Error for any other status than 200 */
  send(): Promise<void> {
    return new Promise((resolve, reject) => {
      let answer = '';
      const take = (data: Buffer): void => {
        answer += data.toString('latin1');
        const headers = answer.indexOf('\r\n\r\n');
        if (headers < 0) return;
        const length = Number(/content-length: (\d+)/i.exec(answer)?.[1]);
        if (answer.length < headers + 4 + length) return;
        this.socket.removeListener('data', take);
        if (answer.startsWith('HTTP/1.1 200')) resolve();
        else reject(new Error(answer.slice(0, headers)));
      };
      this.socket.on('data', take);
      this.socket.write(this.request);
    });
  }

  close(): void {
    this.socket.destroy();
  }
}
