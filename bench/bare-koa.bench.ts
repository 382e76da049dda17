import type { AddressInfo } from 'node:net';
import Koa from 'koa';

/** What the edge is compared with: Koa and one answer, in a process of its own. */
const app = new Koa();
app.use((ctx) => {
  ctx.body = { status: 'ok' };
});
const server = app.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit(0));
