import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiClient, until } from '../_util/api-client';
import { findSchemathesis } from '../_util/schemathesis';
import { startTestStack, type TestStack } from '../_util/stack';

const found = findSchemathesis();
const missing = 'missing' in found ? found.missing : null;
// Where everything has to be there, nothing may be skipped.
const tried = missing !== null && !process.env['CI'] ? it.skip : it;

const hookKey = 'what the sender was told';
const greet = `name: greet
input:
  text: { type: string, default: hello }
targets: ['door:\${{ input.text }}']
steps:
  - id: ask
    approval: { message: Say it?, roles: [approver], timeout: 1h }
    steps:
      - { id: say, action: debug.echo, with: { text: '\${{ input.text }}' } }
`;

/** The API, tried by what it says of itself: `tests/schemathesis` has the how. */
describe('the OpenAPI document', () => {
  let stack: TestStack;
  let api: ApiClient;
  beforeAll(async () => {
    stack = await startTestStack();
    mkdirSync(join(stack.home, 'secrets'), { recursive: true, mode: 0o700 });
    writeFileSync(join(stack.home, 'secrets', 'key'), hookKey, { mode: 0o600 });
    api = await ApiClient.login(stack.reload());
  }, 120_000);
  afterAll(() => stack.stop(), 60_000);

  const make = async (path: string, body: object): Promise<void> => {
    const { status, body: answer } = await api.call('POST', path, body);
    if (status >= 300) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
  };

  /** What the dictionaries of `schemathesis.toml` name. */
  const makeWorld = async (): Promise<void> => {
    await make('runbooks', { source: greet });
    for (const n of [0, 1, 2]) await make('runs', { runbook: 'greet', id: `greet-${n}`, input: { text: `${n}` } });
    await make('runs/greet-0/cancel', {});
    await make('users', { username: 'vera', password: 'the password of vera', roles: ['viewer'] });
    await api.flagsAgent('shop');
    await api.flagsAgent('spare');
    for (const id of ['hourly', 'daily']) await make('schedules', { id, runbook: 'greet', cron: ['0 3 * * *'] });
    await make('hooks', { id: 'pushes', runbook: 'greet', form: 'github', secret: 'secret://key' });
    await make('hooks', { id: 'signed', runbook: 'greet', form: 'generic', secret: 'secret://key' });
    await until(async () => (await api.call('GET', 'runs/greet-0')).body.endedAt !== null, 'the end of a run');
    await until(async () => (await api.call('GET', 'approvals?run=greet-1')).body.approvals.length === 1, 'a question');
  };

  tried(
    `holds, with nothing undocumented and no fault of the server${missing === null ? '' : ` (${missing})`}`,
    async () => {
      if ('missing' in found) throw new Error(found.missing);
      await makeWorld();
      const address = `${api.origin}/api/v1/openapi.json`;
      const { code, output } = await found.run(['run', address, '--phases', 'examples,coverage,fuzzing,stateful'], {
        YMERA_TOKEN: api.token,
        YMERA_SPARE_TOKEN: (await ApiClient.login(stack.file)).token,
        YMERA_CREDENTIALS: JSON.stringify(stack.file.credentials),
        YMERA_HOOK_KEY: hookKey,
      });
      if (code !== 0) throw new Error(output);
      const { body } = await api.call('GET', 'openapi.json');
      const operations = Object.values(body.paths as object).flatMap((path: object) => Object.keys(path));
      // It leaves out the route that serves the document itself.
      expect(Number(/Tested: (\d+)/.exec(output)?.[1])).toBe(operations.length - 1);
      expect(output).toMatch(/\d{3,} generated, \d{3,} passed/);
    },
    900_000,
  );
});
