import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kinds } from '../../actors/registry';
import { distDir } from '../../infra/paths';
import { Replayer, type Replayed } from '../../temporal/replay';
import { digestOf, readGolden, readManifest, recordsDigest, versions } from '../_util/golden-files';

jest.setTimeout(120_000);

/**
 * Histories of every release, replayed by the code as it is now. A replay alone does not notice a `decide` that yields other
 * events: so what is recorded on the way is compared by its hashes (docs/upgrade.md tells what to do when this fails).
 */
describe.each(versions())('the histories of release %s', (version) => {
  const manifest = readManifest(version);
  let replayer: Replayer;
  beforeAll(() => {
    replayer = new Replayer(readFileSync(join(distDir, 'workflow-bundle.js'), 'utf8'), []);
  });
  afterAll(() => replayer[Symbol.asyncDispose]());

  it('hold something of every kind of agent and of every workflow', () => {
    const there = new Set(manifest.map(({ kind }) => kind));
    expect(kinds.map(({ name }) => name).filter((name) => !there.has(name))).toEqual([]);
    const types = ['agent', 'run', 'watch', 'measure', 'alerts', 'follow', 'plan', 'launch', 'verification'];
    expect([...new Set(manifest.map(({ type }) => type))].sort()).toEqual(types.sort());
  });

  it.each(manifest.map((history) => [history.file, history] as const))('%s', async (_, history) => {
    const bytes = readGolden(version, history);
    expect(digestOf(bytes)).toBe(history.sha256);
    const { workflowId, runId, records } = history;
    const replayed = await replayer.replay({ workflowId, runId, history: bytes }, new AbortController().signal);
    expect(replayed.failure).toBeNull();
    // What an open run has made and not yet said is more than its history tells.
    const told: Replayed['records'] = replayed.records.slice(0, records.count);
    expect(recordsDigest(told.map(({ hash }) => hash))).toEqual(records);
  });
});
