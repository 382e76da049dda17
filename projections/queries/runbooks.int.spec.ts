import { Client, type Pool } from 'pg';
import { hashOf } from '../../actors/core/hash-chain';
import { createPool } from '../../infra/postgres/pool';
import { startTestServers, type TestServers } from '../../tests/_util/servers';
import { silent } from '../_util/fixtures';
import { migrate } from '../migrate';
import {
  createHook,
  deleteHook,
  findHook,
  listDeliveries,
  listHooks,
  noteDelivery,
  updateHook,
  type NewHook,
} from './hooks';
import { listRunbooks, listRunbookVersions, readRunbook, saveRunbook, type NewRunbook } from './runbooks';

jest.setTimeout(90_000);

const runbook = (name: string, n: number): NewRunbook => {
  const document = { name, description: `Number ${n}`, steps: [{ id: 'go', action: 'debug.echo', with: { n } }] };
  return { name, document, source: `# ${n}\n`, hash: hashOf(document), createdBy: 'ann' };
};
const hook = (id: string): NewHook => ({
  id,
  runbook: 'restart',
  version: null,
  form: 'github',
  agent: null,
  secretName: 'github-hook',
  filter: 'event.ref == "main"',
  input: { ref: '${{ event.ref }}' },
  createdBy: 'ann',
});

describe('what people keep', () => {
  let servers: TestServers<'postgres'>;
  let pool: Pool;

  beforeAll(async () => {
    servers = await startTestServers({ postgres: true });
    await migrate(servers.postgres.url);
    pool = createPool(servers.postgres.url, silent, 20);
  });
  afterAll(async () => {
    await pool.end();
    await servers.stop();
  });

  describe('runbooks', () => {
    it('get a version with each change, and none without', async () => {
      expect(await saveRunbook(pool, { ...runbook('restart', 1), reason: 'first' })).toEqual({
        version: 1,
        created: true,
      });
      expect(await saveRunbook(pool, runbook('restart', 1))).toEqual({ version: 1, created: false });
      expect(await saveRunbook(pool, runbook('restart', 2))).toEqual({ version: 2, created: true });
      // Back to what it was is a change too.
      expect(await saveRunbook(pool, runbook('restart', 1))).toEqual({ version: 3, created: true });
      const { document, source, hash } = runbook('restart', 1);
      const first = { name: 'restart', version: 1, description: 'Number 1', hash, createdBy: 'ann', reason: 'first' };
      expect(await readRunbook(pool, 'restart', 1)).toEqual({
        ...first,
        document,
        source,
        createdAt: expect.any(String) as string,
      });
      expect(await readRunbook(pool, 'restart')).toMatchObject({ version: 3, reason: null });
      expect(await readRunbook(pool, 'restart', 4)).toBeNull();
      expect(await readRunbook(pool, 'none')).toBeNull();
      const { versions } = await listRunbookVersions(pool, 'restart', 10);
      expect(versions.map(({ version }) => version)).toEqual([3, 2, 1]);
      expect(versions[2]).toMatchObject(first);
      expect(await listRunbookVersions(pool, 'none', 10)).toEqual({ versions: [], next: null });
      const page = await listRunbookVersions(pool, 'restart', 2);
      expect(page.versions.map(({ version }) => version)).toEqual([3, 2]);
      const rest = await listRunbookVersions(pool, 'restart', 2, page.next ?? '');
      expect([rest.versions.map(({ version }) => version), rest.next]).toEqual([[1], null]);
    });

    it('are kept only where the newest version is the one that was expected', async () => {
      expect(await saveRunbook(pool, runbook('awaited', 1), 'any')).toBeNull();
      expect(await saveRunbook(pool, runbook('awaited', 1), 1)).toBeNull();
      await saveRunbook(pool, runbook('awaited', 1));
      expect(await saveRunbook(pool, runbook('awaited', 2), 1)).toEqual({ version: 2, created: true });
      expect(await saveRunbook(pool, runbook('awaited', 3), 1)).toBeNull();
      const raced = await Promise.all([4, 5, 6].map((n) => saveRunbook(pool, runbook('awaited', n), 2)));
      expect(raced.filter((saved) => saved !== null)).toHaveLength(1);
      expect(await saveRunbook(pool, runbook('awaited', 9), 'any')).toEqual({ version: 4, created: true });
    });

    it('have no gap and no double in their versions, however many save at once', async () => {
      const saved = await Promise.all(
        Array.from({ length: 40 }, (_, i) => saveRunbook(pool, runbook('busy', Math.floor(i / 2)))),
      );
      const made = saved.flatMap((each) => (each?.created ? [each.version] : []));
      expect(made.sort((a, b) => a - b)).toEqual(made.map((_, i) => i + 1));
      const { versions } = await listRunbookVersions(pool, 'busy', 100);
      expect(versions).toHaveLength(made.length);
      for (const [i, { hash }] of versions.entries()) expect(hash).not.toBe(versions[i + 1]?.hash);
    });

    it('are listed by name, each with its newest version', async () => {
      for (const name of ['a', 'b', 'c']) await saveRunbook(pool, runbook(name, 1));
      await saveRunbook(pool, runbook('b', 2));
      const names: string[] = [];
      for (let cursor: string | undefined; ;) {
        const page = await listRunbooks(pool, 2, cursor);
        names.push(...page.runbooks.map(({ name, version }) => `${name}@${version}`));
        if (page.next === null) break;
        cursor = page.next;
      }
      expect(names.filter((name) => !name.startsWith('busy@'))).toEqual([
        'a@1',
        'awaited@4',
        'b@2',
        'c@1',
        'restart@3',
      ]);
      expect(names).toHaveLength(6);
    });

    it('never change', async () => {
      const owner = new Client({ connectionString: servers.postgres.url });
      await owner.connect();
      for (const statement of [`UPDATE runbooks SET source = 'x'`, 'DELETE FROM runbooks', 'TRUNCATE runbooks']) {
        await expect(pool.query(statement)).rejects.toThrow(/permission denied/);
        await expect(owner.query(statement)).rejects.toThrow(/append-only/);
      }
      await owner.end();
    });

    it('may hold texts that Postgres has no text for', async () => {
      const odd = { ...runbook('odd', 1), createdBy: 'nul\0' };
      odd.document.description = 'a\0b\ud800';
      await saveRunbook(pool, odd);
      const read = await readRunbook(pool, 'odd');
      expect(read?.document).toEqual(odd.document);
      expect(read).toMatchObject({ description: 'a\uFFFDb\uFFFD', createdBy: 'nul\uFFFD' });
    });
  });

  describe('hooks', () => {
    it('are made once, switched, listed and removed', async () => {
      const made = await createHook(pool, hook('h1'));
      expect(made).toMatchObject({ ...hook('h1'), enabled: true });
      expect(await createHook(pool, { ...hook('h1'), runbook: 'other' })).toBeNull();
      expect(await findHook(pool, 'h1')).toEqual(made);
      expect(await updateHook(pool, 'h1', { enabled: false })).toMatchObject({ enabled: false, runbook: 'restart' });
      expect(await findHook(pool, 'h1')).toMatchObject({ enabled: false });
      expect(await updateHook(pool, 'none', { enabled: true })).toBeNull();
      for (const id of ['h2', 'h3', 'h4', 'h5']) await createHook(pool, hook(id));
      const ids: string[] = [];
      for (let cursor: string | undefined; ;) {
        const page = await listHooks(pool, 2, cursor);
        ids.push(...page.hooks.map(({ id }) => id));
        if (page.next === null) break;
        cursor = page.next;
      }
      expect([...ids].sort()).toEqual(['h1', 'h2', 'h3', 'h4', 'h5']);
      expect(ids.at(-1)).toBe('h1');
      expect(await deleteHook(pool, 'h5')).toBe(true);
      expect(await deleteHook(pool, 'h5')).toBe(false);
      expect(await findHook(pool, 'h5')).toBeNull();
    });

    it('note each delivery once, also of those that come at once', async () => {
      await createHook(pool, hook('busy'));
      const noted = await Promise.all(
        Array.from({ length: 60 }, (_, i) => noteDelivery(pool, 'busy', `d${i % 20}`, `run-${i % 20}`)),
      );
      expect(noted.filter(Boolean)).toHaveLength(20);
      expect(await noteDelivery(pool, 'busy', 'last', 'run-last')).toBe(true);
      const seen: string[] = [];
      for (let cursor: string | undefined; ;) {
        const { deliveries, next } = await listDeliveries(pool, 'busy', 5, cursor);
        seen.push(...deliveries.map(({ delivery }) => delivery));
        if (next === null) break;
        expect(deliveries).toHaveLength(5);
        cursor = next;
      }
      expect(seen[0]).toBe('last');
      expect(seen.slice().sort()).toEqual(['last', ...Array.from({ length: 20 }, (_, i) => `d${i}`)].sort());
      await deleteHook(pool, 'busy');
      expect(await listDeliveries(pool, 'busy', 5)).toEqual({ deliveries: [], next: null });
    });
  });
});
