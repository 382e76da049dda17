import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';

/** What of a WebSocket is needed to send on it. */
export interface Wire {
  /** Bytes handed over and not yet taken by the system, of frames made ready too. */
  readonly bufferedAmount: number;
  /** Sends one text message. `done` is called when it has left, or never will. */
  send(payload: Buffer, done: (error?: Error | null) => void): void;
  /** Sends what `prepared` has made. */
  sendPrepared(frame: Buffer, done: (error?: Error | null) => void): void;
  close(code: number, reason: string): void;
  terminate(): void;
}

/** Makes the frames of a message, as `ws` itself does; its types do not tell of it. */
const { Sender } = WebSocket as unknown as {
  Sender: {
    frame(
      data: Buffer,
      options: { fin: boolean; rsv1: boolean; opcode: number; mask: boolean; readOnly: boolean },
    ): Buffer[];
  };
};
const textOpcode = 1;

/**
 * A text message as it goes over the wire: a server's frames carry no mask, and none is compressed, so its bytes are the same for
 * all sockets.
 */
export function prepared(payload: Buffer): Buffer {
  const options = { fin: true, rsv1: false, opcode: textOpcode, mask: false, readOnly: true };
  return Buffer.concat(Sender.frame(payload, options));
}

/** @param stream what `socket` was made on: a frame made ready goes there at once, since `ws` holds nothing back without compression */
export function wireOf(socket: WebSocket, stream: Duplex): Wire {
  return {
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    send: (payload, done) => socket.send(payload, { binary: false }, done),
    sendPrepared: (frame, done) => {
      // Nothing may follow a close.
      if (socket.readyState === WebSocket.OPEN) stream.write(frame, done);
      else done();
    },
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.terminate(),
  };
}
