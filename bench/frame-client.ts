import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const pingOpcode = 9;
/** A client's frames are masked; with a mask of zeros their bytes stay as they are. */
const noMask = Buffer.alloc(4);
const pong = Buffer.concat([Buffer.from([0x8a, 0x80]), noMask]);

/** A WebSocket that does nothing but notice frames, so that the clients of a bench cost less than the server that they measure. */
export class FrameClient {
  /** Bytes of the frame under way that are still to come. */
  private missing = 0;
  private isMessage = false;
  private head: Buffer = Buffer.alloc(0);

  private constructor(
    private readonly socket: Socket,
    private readonly onMessage: () => void,
  ) {}

  /** @param subscription sent when it is open, where there is one @param onMessage called when a message has come in whole */
  static async open(port: number, token: string, subscription: string, onMessage: () => void): Promise<FrameClient> {
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    await once(socket, 'connect');
    const lines = [
      'GET /ws HTTP/1.1',
      'Host: 127.0.0.1',
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      `Authorization: Bearer ${token}`,
    ];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    if (!answer.toString('latin1').startsWith('HTTP/1.1 101')) throw new Error(answer.toString());
    const client = new FrameClient(socket, onMessage);
    socket.on('data', (chunk: Buffer) => client.take(chunk));
    socket.on('error', () => socket.destroy());
    if (subscription !== '') socket.write(textFrame(subscription));
    return client;
  }

  /** Reads nothing any more. */
  stall(): void {
    this.socket.pause();
  }

  private take(chunk: Buffer): void {
    let rest = this.head.length > 0 ? Buffer.concat([this.head, chunk]) : chunk;
    this.head = Buffer.alloc(0);
    while (rest.length > 0) {
      if (this.missing === 0) {
        const header = headerOf(rest);
        if (!header) {
          this.head = rest;
          return;
        }
        this.isMessage = header.opcode !== pingOpcode;
        if (!this.isMessage) this.socket.write(pong);
        this.missing = header.length;
        rest = rest.subarray(header.size);
      }
      const taken = Math.min(this.missing, rest.length);
      this.missing -= taken;
      rest = rest.subarray(taken);
      if (this.missing === 0 && this.isMessage) this.onMessage();
    }
  }
}

/** Null where not all of it is there. */
function headerOf(bytes: Buffer): { opcode: number; length: number; size: number } | null {
  if (bytes.length < 2) return null;
  const opcode = bytes.readUInt8(0) & 0x0f;
  const short = bytes.readUInt8(1) & 0x7f;
  const size = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < size) return null;
  const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  return { opcode, length, size };
}

/** @param text at most 125 bytes of it */
function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length]), noMask, payload]);
}
