import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../infra/paths';
import { describeWithTools } from '../_util/tools';

describeWithTools(['promtool'], 'the rules of Prometheus', ({ promtool }) => {
  const folder = join(projectRoot, 'deploy/prometheus');
  const files = (of: string): string[] => readdirSync(join(folder, of)).map((name) => join(folder, of, name));
  const run = (...args: string[]): { status: number | null; said: string } => {
    const { status, stdout, stderr } = spawnSync(promtool, args, { encoding: 'utf8', timeout: 30_000 });
    return { status, said: stdout + stderr };
  };

  it('are sound', () => {
    expect(run('check', 'rules', ...files('rules'))).toMatchObject({ status: 0 });
    expect(run('check', 'config', join(folder, 'prometheus.yml'))).toMatchObject({ status: 0 });
  });

  it('ring where they must and nowhere else', () => {
    expect(run('test', 'rules', ...files('tests'))).toMatchObject({ status: 0 });
  });
});
