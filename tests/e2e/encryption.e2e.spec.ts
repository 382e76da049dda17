import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findBinary } from '../../stack/binaries/find';
import { ApiClient } from '../_util/api-client';
import { startTestStack, TestStack } from '../_util/stack';

const planted = 'pl4nted-m4rker';
const secret = randomBytes(32).toString('base64');
const run = promisify(execFile);

/** The whole stack with YMERA_ENCRYPTION_KEY, as somebody meets it who operates it. */
describe('a stack that encrypts', () => {
  let stack: TestStack;
  let api: ApiClient;

  beforeAll(async () => {
    stack = await startTestStack({
      env: { YMERA_ENCRYPTION_KEY: `k1:${secret}`, CODEC_ORIGINS: 'http://127.0.0.1:8233' },
    });
    api = await ApiClient.login(stack.file);
  }, 150_000);
  afterAll(() => stack.stop(), 60_000);

  /** What the command line of Temporal shows of an agent's history, the bytes of its payloads as text. */
  const shown = async (agent: string, ...more: string[]): Promise<string> => {
    const { address, namespace } = stack.file.temporal;
    const where = ['--address', address, '--namespace', namespace, '--output', 'json'];
    const args = ['workflow', 'show', '--workflow-id', `agent:${agent}`, ...where, ...more];
    const { stdout } = await run(await findBinary('temporal'), args, { timeout: 30_000, maxBuffer: 16e6 });
    return stdout.replace(/(?<="data": ")[^"]*/g, (data) => Buffer.from(data, 'base64').toString('latin1'));
  };

  it('serves agents as ever', async () => {
    await api.flagsAgent('shop');
    expect((await api.setFlag('shop', 'banner', planted)).body).toMatchObject({ sequence: 2 });
    expect((await api.call('GET', 'agents/shop')).body.state).toEqual({ flags: { banner: planted } });
    expect((await api.call('GET', 'agents/shop/state?at=1')).body.state).toEqual({ flags: {} });
    expect((await api.events('shop')).map(({ sequence }) => sequence)).toEqual([1, 2]);
  }, 60_000);

  it("lets Temporal's own tools read by way of the API, with a token, and not without", async () => {
    const endpoint = ['--codec-endpoint', `${api.origin}/api/v1/codec`];
    expect(await shown('shop')).not.toContain(planted);
    expect(await shown('shop', ...endpoint, '--codec-auth', `Bearer ${api.token}`)).toContain(planted);
    const headers = { authorization: '', 'content-type': 'application/json' };
    const anonymous = await api.raw('POST', '/api/v1/codec/decode', { headers, body: '{"payloads":[]}' });
    expect(anonymous).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  }, 60_000);

  it('tells the UI where to ask', async () => {
    const response = await fetch(`${stack.file.temporal.ui}/api/v1/settings`);
    const { Codec } = (await response.json()) as { Codec: { Endpoint: string } };
    expect(Codec.Endpoint).toBe(`${api.origin}/api/v1/codec`);
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('gives the key to its own processes and to no server', () => {
    const holders = Object.entries(stack.reload().pids)
      .filter(([, pid]) => pid !== null && readFileSync(`/proc/${pid}/environ`, 'latin1').includes(secret))
      .map(([role]) => role);
    expect(holders.sort()).toEqual(['api', 'evidence', 'projector', 'worker']);
  });

  it('writes the key nowhere', () => {
    const files = (dir: string): string[] =>
      readdirSync(dir).flatMap((name) => {
        const path = join(dir, name);
        return statSync(path).isDirectory() ? files(path) : [path];
      });
    const all = files(stack.home);
    expect(all.map((file) => file.slice(stack.home.length + 1))).toEqual(
      expect.arrayContaining(['stack.json', 'logs/api.log', 'logs/worker.log', 'temporal/temporal.db']),
    );
    expect(all.filter((file) => readFileSync(file, 'latin1').includes(secret))).toEqual([]);
    expect(stack.output).not.toContain(secret);
  });

  it('does not start with a key that is none, and says so in one line without it', async () => {
    const bad = randomBytes(31).toString('base64');
    const other = new TestStack(`${stack.home}-bad`, { env: { YMERA_ENCRYPTION_KEY: `k1:${bad}` } });
    await expect(other.start()).rejects.toThrow(/the stack ended \(2\)/);
    expect(other.output).toMatch(/^invalid environment: YMERA_ENCRYPTION_KEY: must be [^\n]+\n$/);
    expect(other.output).not.toContain(bad.slice(0, 8));
  }, 60_000);

  it('without its key says which one is missing, and with it again has lost nothing', async () => {
    await stack.end();
    const keyless = new TestStack(stack.home, {});
    await keyless.start();
    const stranger = await ApiClient.login(keyless.file);
    expect((await stranger.call('GET', 'agents/shop')).body).toMatchObject({ code: 'unavailable' });
    await keyless.end();
    const log = readFileSync(join(stack.home, 'logs', 'worker.log'), 'utf8');
    expect(log).toContain('a payload is encrypted by key \\"k1\\", which YMERA_ENCRYPTION_KEY does not hold');
    await stack.start();
    api = await ApiClient.login(stack.file);
    expect((await api.setFlag('shop', 'again', true)).body).toMatchObject({ sequence: 3 });
  }, 180_000);
});
