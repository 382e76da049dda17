import type { JsMsg } from 'nats';

/** The message is done with. */
export function ack(message: JsMsg): void {
  send(() => message.ack());
}

/** The message is never to be sent again. */
export function refuse(message: JsMsg, reason: string): void {
  send(() => message.term(reason));
}

/** The message is to be sent again, after `delayMs` or at once. */
export function retry(message: JsMsg, delayMs?: number): void {
  send(() => message.nak(delayMs));
}

function send(answer: () => void): void {
  try {
    answer();
  } catch {
    // The connection it came on is gone, so the server gets no answer and sends it again: what a consumer must bear anyway.
  }
}
