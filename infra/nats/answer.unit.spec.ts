import type { JsMsg } from 'nats';
import { ack, refuse, retry } from './answer';

describe('an answer to a message', () => {
  it('is given', () => {
    const message = { ack: jest.fn(), term: jest.fn(), nak: jest.fn() };
    ack(message as unknown as JsMsg);
    refuse(message as unknown as JsMsg, 'why');
    retry(message as unknown as JsMsg, 100);
    expect(message.ack).toHaveBeenCalledTimes(1);
    expect(message.term).toHaveBeenCalledWith('why');
    expect(message.nak).toHaveBeenCalledWith(100);
  });

  it('is harmless when the connection is gone', () => {
    const gone = (): never => {
      throw new Error('CONNECTION_CLOSED');
    };
    const message = { ack: gone, term: gone, nak: gone } as unknown as JsMsg;
    expect(() => {
      ack(message);
      refuse(message, 'why');
      retry(message);
    }).not.toThrow();
  });
});
