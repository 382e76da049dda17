import { FrameClient } from './frame-client';
import { microseconds } from './microseconds';

/** Many clients of one server, in a process of their own. It tells when each event has come to all that read, and to each when. */
const [port, count, stalled, token = ''] = process.argv.slice(2);
const atOnce = 50;
/** Ymera greets those who have subscribed; the bare loop asks for nothing. */
const subscription = token === '' ? '' : '{"op":"subscribe","agents":["*"]}';

void (async () => {
  const reading = Number(count) - Number(stalled);
  let greeted = 0;
  let times: number[] = [];
  const clients: FrameClient[] = [];
  const heard = (): void => {
    times.push(microseconds());
    if (times.length < reading) return;
    process.send?.({ times });
    times = [];
  };
  const openOne = async (): Promise<void> => {
    let first = subscription !== '';
    const client = await FrameClient.open(Number(port), token, subscription, () => {
      if (!first) return heard();
      first = false;
      greeted += 1;
    });
    clients.push(client);
  };
  for (let from = 0; from < Number(count); from += atOnce) {
    await Promise.all(Array.from({ length: Math.min(atOnce, Number(count) - from) }, openOne));
  }
  while (subscription !== '' && greeted < Number(count)) await new Promise((resolve) => setTimeout(resolve, 20));
  for (const client of clients.slice(0, Number(stalled))) client.stall();
  process.send?.('open');
})();
process.on('disconnect', () => process.exit(0));
