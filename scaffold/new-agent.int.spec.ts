import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../infra/paths';

/** What a stranger gets must work as it is: it is checked and tested in a copy of this checkout. */
describe('a kind of agent of your own', () => {
  const root = mkdtempSync(join(tmpdir(), 'ymera-scaffold-'));
  const run = (command: string, ...args: string[]) =>
    spawnSync(process.execPath, [command, ...args], { cwd: root, encoding: 'utf8', timeout: 240_000 });
  const scaffold = (...args: string[]) => run(join(projectRoot, 'scaffold/new-agent.mjs'), ...args);

  beforeAll(() => {
    for (const part of [
      'actors',
      'activities',
      'infra',
      'tests/_util',
      'package.json',
      'tsconfig.json',
      'jest.config.cjs',
    ]) {
      cpSync(join(projectRoot, part), join(root, part), { recursive: true });
    }
    symlinkSync(join(projectRoot, 'node_modules'), join(root, 'node_modules'));
  });
  afterAll(() => rmSync(root, { recursive: true }));

  it('compiles, passes its own test, and is in both lists', () => {
    expect(scaffold('disk-keeper', root)).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(join(root, 'actors/registry.ts'), 'utf8')).toContain('diskKeeper');
    expect(readFileSync(join(root, 'activities/actions/catalogue.ts'), 'utf8')).toContain('diskKeeperMeasure');
    expect(run('node_modules/typescript/bin/tsc', '-p', 'actors')).toMatchObject({ status: 0, stdout: '' });
    const jest = run(
      'node_modules/jest/bin/jest.js',
      'actors/disk-keeper',
      '--selectProjects',
      'unit',
      '--reporters=default',
    );
    expect(jest.stderr).toContain('3 passed');
    expect(jest.status).toBe(0);
  }, 300_000);

  it.each([['Disk'], ['1disk'], ['a--b'], [''], ['flags']])('refuses the name %j, and says why', (name) => {
    const { status, stderr } = scaffold(name, root);
    expect(status).toBe(2);
    expect(stderr).toMatch(/A kind is named in|There is a kind/);
    expect(stderr).not.toContain('at ');
  });
});
