import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../_util/api-client';
import { RunLab } from '../_util/run-lab';

/** Each action of pipelines, its worker killed with -9 in the middle of it. */
describe('an action of a pipeline whose worker is killed', () => {
  let lab: RunLab;
  let dir: string;
  let bare: string;
  let work: string;
  let sha: string;

  const git = (cwd: string, ...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  const content = 'what was made';
  const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'ymera-pipelines-crash-'));
    [bare, work] = [join(dir, 'app.git'), join(dir, 'app')];
    git(dir, 'init', '-q', '--bare', '-b', 'main', bare);
    git(dir, 'clone', '-q', bare, work);
    writeFileSync(join(work, 'source'), content);
    git(work, 'add', '.');
    git(work, 'commit', '-q', '-m', 'first');
    git(work, 'push', '-q', 'origin', 'HEAD:main');
    sha = git(work, 'rev-parse', 'HEAD');
    lab = await RunLab.open({ YMERA_READ_ROOTS: dir, YMERA_WRITE_ROOTS: dir });
  }, 120_000);
  afterAll(async () => {
    await lab.close();
    rmSync(dir, { recursive: true, force: true });
  }, 60_000);

  /** Goes on only the second time: the first try is in its middle when `begun` is there. */
  const slow = (begun: string): string => `if test -e ${begun}; then exit 0; fi; touch ${begun}; sleep 30; exit 1`;

  const table: { action: string; prepare(this: void, begun: string): object; holds(this: void): void }[] = [
    {
      action: 'pipeline.step',
      prepare: (begun) => ({
        path: work,
        sha,
        commands: [['sh', '-c', `cat source > out; (${slow(begun)})`]],
        artifacts: [{ name: 'out', path: 'out' }],
      }),
      holds: () => {
        const kept = join(lab.home, 'store', 'artifacts');
        expect(readdirSync(kept)).toEqual([digest.slice('sha256:'.length)]);
        const left = readdirSync(join(lab.home, 'workspace'), { recursive: true }) as string[];
        expect(left.filter((name) => name.includes('work-'))).toEqual([]);
      },
    },
    {
      action: 'artifact.fetch',
      prepare: (begun) => {
        // A pipe where the content should be: reading it waits, until it is the content.
        const blob = join(lab.home, 'store', 'artifacts', digest.slice('sha256:'.length));
        mkdirSync(join(lab.home, 'store', 'artifacts'), { recursive: true });
        rmSync(blob, { force: true });
        execFileSync('mkfifo', [blob]);
        writeFileSync(begun, '');
        writeFileSync(`${blob}.real`, content);
        afterKill = () => renameSync(`${blob}.real`, blob);
        return { digest, path: join(dir, 'fetched') };
      },
      holds: () => {
        expect(readFileSync(join(dir, 'fetched'), 'utf8')).toBe(content);
        expect(readdirSync(dir).filter((name) => name.startsWith('fetched'))).toEqual(['fetched']);
      },
    },
    {
      action: 'pipeline.status',
      prepare: (begun) => {
        writeFileSync(join(bare, 'hooks', 'pre-receive'), `#!/bin/sh\n${slow(begun)}\n`, { mode: 0o755 });
        return { repository: bare, sha, state: 'success', description: 'it did' };
      },
      holds: () => {
        const noted = JSON.parse(git(bare, 'notes', '--ref=ymera', 'show', sha)) as object;
        expect(noted).toEqual({ ymera: { state: 'success', description: 'it did', targetUrl: null } });
        expect(git(bare, 'rev-list', '--count', 'refs/notes/ymera')).toBe('1');
      },
    },
  ];
  let afterKill: () => void = () => undefined;

  it.each(table)(
    '$action',
    async ({ action, prepare, holds }) => {
      afterKill = () => undefined;
      const name = action.replace('.', '-');
      const begun = join(dir, `begun-${name}`);
      const given = JSON.stringify(prepare(begun));
      await lab.saveRunbook(`name: ${name}\nsteps: [{id: it, action: ${action}, with: ${given}}]\n`);
      const run = await lab.launch(name);
      await lab.reaches(run, ({ steps }) => steps['it'] !== undefined, 'its step');
      await until(() => existsSync(begun), 'the middle of it');
      await lab.killWorker();
      afterKill();
      const { status, steps } = await lab.ended(run, 60_000);
      expect({ status, steps }).toMatchObject({ status: 'succeeded', steps: { it: { status: 'succeeded' } } });
      holds();
    },
    90_000,
  );
});
