import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { temporal } from '@temporalio/proto';
import { agentWorkflowId } from '../../workflows/messages';
import { until } from '../_util/api-client';
import { RunLab } from '../_util/run-lab';
import { readStream } from '../_util/stream';

const planted = 'pl4nted-s3cret/with+odd=chars';

/** A secret goes where it is used, and nowhere else. */
describe('a secret', () => {
  let lab: RunLab;
  beforeAll(async () => {
    lab = await RunLab.open({ YMERA_SECRET_PLANTED: planted, LOG_LEVEL: 'trace' });
    await lab.startProjector();
  }, 120_000);
  afterAll(() => lab.close(), 60_000);

  it('is in no history, event, log, checkpoint or file of Ymera', async () => {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization ?? '');
      response.end(`you sent ${request.headers.authorization}`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const echo = JSON.stringify([
      process.execPath,
      '-e',
      'console.log(process.argv[1], Buffer.from(process.argv[1]).toString("base64")); console.error(process.env.KEY); process.exit(process.env.CODE)',
      '${{ input.key }}',
    ]);
    const step = (id: string, code: number): string =>
      `  - {id: ${id}, action: shell.run, continue_on_error: true, with: {argv: ${echo}, env: {KEY: "\${{ input.key }}", CODE: "${code}"}}}\n`;
    const runbook = await lab.saveRunbook(
      `name: leaky\ninput: {key: {type: secret}}\nsteps:\n${step('good', 0)}${step('bad', 3)}` +
        `  - {id: ask, action: http.request, with: {url: "${url}", headers: {authorization: "\${{ input.key }}"}}}\n` +
        `  - {id: say, action: debug.echo, with: {value: "\${{ steps.ask.output }}"}}\n` +
        `output: {said: "\${{ steps.good.output.stdout }}"}\n`,
    );
    await expect(lab.launch(runbook, { key: planted })).rejects.toMatchObject({ code: 'invalid_input' });
    const run = await lab.launch(runbook, { key: 'secret://planted' });
    expect(await lab.ended(run)).toMatchObject({ status: 'succeeded', steps: { bad: { status: 'failed' } } });
    expect(seen).toEqual([planted]);
    server.close();

    const { sequence } = await lab.agents.view(run);
    const ledger = async (): Promise<string[]> =>
      (
        await lab.pool.query<{ record: string }>('SELECT record::text AS record FROM events WHERE agent_id = $1', [run])
      ).rows.map(({ record }) => record);
    await until(async () => (await ledger()).length === sequence, 'the ledger');
    const places: Record<string, string> = {
      ledger: (await ledger()).join('\n'),
      'read side': JSON.stringify((await lab.pool.query('SELECT folded FROM agents')).rows),
      stream: JSON.stringify(await readStream(lab.servers.nats.url)),
      logs: JSON.stringify(await lab.logs.read(run, 0, 1000)),
      worker: lab.output(),
    };
    const history = await lab.client.workflow.getHandle(agentWorkflowId(run)).fetchHistory();
    places['history'] = Buffer.from(temporal.api.history.v1.History.encode(history).finish()).toString('latin1');
    const redis = new Redis(lab.servers.redis.url);
    for (const key of await redis.keys('*')) places[`redis ${key}`] = (await redis.get(key).catch(() => '')) ?? '';
    await redis.quit();
    const walk = (path: string): void => {
      for (const name of readdirSync(path)) {
        const file = join(path, name);
        if (statSync(file).isDirectory()) walk(file);
        else places[file] = readFileSync(file, 'latin1');
      }
    };
    walk(lab.home);
    // The logs prove that the step did print it.
    expect(places['logs']).toContain('[secret]');
    expect(places['history']).toContain('[secret]');
    expect(places['ledger']).toContain('[secret]');
    const forms = [planted, Buffer.from(planted).toString('base64'), encodeURIComponent(planted)];
    const leaks = Object.entries(places).flatMap(([place, text]) =>
      forms.some((form) => text.includes(form)) ? [place] : [],
    );
    expect(leaks).toEqual([]);
    expect(Object.keys(places).length).toBeGreaterThan(4);
  }, 90_000);
});
