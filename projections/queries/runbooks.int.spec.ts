import type { Pool } from 'pg';
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
      const versions = await listRunbookVersions(pool, 'restart');
      expect(versions.map(({ version }) => version)).toEqual([3, 2, 1]);
      expect(versions[2]).toMatchObject(first);
      expect(await listRunbookVersions(pool, 'none')).toEqual([]);
    });

    it('have no gap and no double in their versions, however many save at once', async () => {
      const saved = await Promise.all(
        Array.from({ length: 40 }, (_, i) => saveRunbook(pool, runbook('busy', Math.floor(i / 2)))),
      );
      const made = saved.filter(({ created }) => created).map(({ version }) => version);
      expect(made.sort((a, b) => a - b)).toEqual(made.map((_, i) => i + 1));
      const versions = await listRunbookVersions(pool, 'busy');
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
      expect(names.filter((name) => !name.startsWith('busy@'))).toEqual(['a@1', 'b@2', 'c@1', 'restart@3']);
      expect(names).toHaveLength(5);
    });

    it('never change', async () => {
      const refused = /append-only/;
      await expect(pool.query(`UPDATE runbooks SET source = 'x'`)).rejects.toThrow(refused);
      await expect(pool.query('DELETE FROM runbooks')).rejects.toThrow(refused);
      await expect(pool.query('TRUNCATE runbooks')).rejects.toThrow(refused);
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
      const last = await listDeliveries(pool, 'busy', 5);
      expect(last).toHaveLength(5);
      expect(last[0]).toMatchObject({ delivery: 'last', run: 'run-last' });
      await deleteHook(pool, 'busy');
      expect(await listDeliveries(pool, 'busy', 5)).toEqual([]);
    });
  });
});
