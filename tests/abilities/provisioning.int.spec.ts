import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventName } from '../../actors/core/event';
import { hashOf } from '../../actors/core/hash-chain';
import { projectRoot } from '../../infra/paths';
import { TemporalSchedules } from '../../temporal/schedules';
import { until } from '../_util/api-client';
import { RunLab } from '../_util/run-lab';
import { describeWithTools } from '../_util/tools';

/** `slow` takes its time when it is made and when it is taken away, and tells of it. */
const source = `
variable "size" { type = number }
variable "password" {
  type      = string
  sensitive = true
}
resource "terraform_data" "a" { input = var.size }
resource "terraform_data" "b" { input = var.password }
`;
const slow = `
resource "terraform_data" "slow" {
  provisioner "local-exec" { command = "echo made >> told; sleep 3" }
  provisioner "local-exec" {
    when    = destroy
    command = "echo gone >> told; sleep 3"
  }
}
`;

describeWithTools(['tofu'], 'provisioning', ({ tofu }) => {
  const password = 'hunter-two-two';
  let lab: RunLab;
  let root: string;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'ymera-provision-'));
    lab = await RunLab.open({ YMERA_WRITE_ROOTS: root, YMERA_TOFU: tofu, YMERA_SECRET_DB: password });
    for (const name of ['provision', 'detect-drift']) {
      await lab.saveRunbook(readFileSync(join(projectRoot, 'runbooks', `${name}.yaml`), 'utf8'));
    }
  }, 120_000);
  afterAll(async () => {
    await lab?.close();
    rmSync(root, { recursive: true, force: true });
  }, 60_000);

  const module = (name: string, text: string): string => {
    const dir = join(root, name);
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, 'main.tf'), text);
    return dir;
  };
  const resources = (dir: string): string[] => {
    const state = JSON.parse(readFileSync(join(dir, 'terraform.tfstate'), 'utf8')) as { resources: { name: string }[] };
    return state.resources.map(({ name }) => name).sort();
  };
  const agree = async (run: string): Promise<void> => {
    await lab.reaches(run, ({ approvals }) => approvals['agreed']?.status === 'pending', 'the question');
    const planHash = (await lab.state(run)).approvals['agreed']?.planHash;
    const bob = { principal: 'bob', roles: ['approver'] };
    expect((await lab.command(run, 'Approve', { step: 'agreed', planHash }, bob)).status).toBe('accepted');
  };

  it('applies what was agreed to, and finds drift made by hand within one interval', async () => {
    const dir = module('web', source);
    const input = { dir, variables: { size: 1 }, secret: 'secret://db', secret_variable: 'password' };
    const run = await lab.launch('provision', input);
    await agree(run);
    expect(JSON.stringify((await lab.state(run)).approvals['agreed']?.plan)).toContain('terraform_data.a');
    expect(await lab.ended(run)).toMatchObject({ status: 'succeeded', error: null, output: { changed: true } });
    expect(resources(dir)).toEqual(['a', 'b']);
    expect(JSON.stringify(await lab.records(run))).not.toContain(password);
    const again = await lab.launch('provision', input);
    expect(await lab.ended(again)).toMatchObject({ status: 'succeeded', output: { changed: false } });

    const schedules = new TemporalSchedules(lab.client, 'ymera');
    const common = { paused: false, overlap: 'skip' as const, catchupWindowMs: 60_000, createdBy: 'ada' };
    await schedules.create({ id: 'drift', runbook: 'detect-drift', input, everyMs: 4000, ...common });
    const looked = async (): Promise<{ run: string; drifted: unknown }[]> => {
      const { recent } = await schedules.get('drift');
      const runs = recent.map(({ workflow }) => `run-${hashOf(workflow).slice(0, 32)}`);
      const states = await Promise.all(runs.map(async (id) => ({ id, state: await lab.state(id).catch(() => null) })));
      const ended = states.filter(({ state }) => state?.phase === 'ended');
      expect(ended.map(({ state }) => state?.error)).toEqual(ended.map(() => null));
      return ended.map(({ id, state }) => ({ run: id, drifted: (state?.output as { drifted: boolean }).drifted }));
    };
    await until(async () => (await looked()).some(({ drifted }) => drifted === false), 'a look', 40_000);
    expect((await looked()).some(({ drifted }) => drifted)).toBe(false);
    execFileSync(tofu, ['apply', '-input=false', '-auto-approve'], {
      cwd: dir,
      stdio: 'ignore',
      env: { ...process.env, TF_VAR_size: '7', TF_VAR_password: password, TF_DATA_DIR: join(root, '.by-hand') },
    });
    const { counts } = await schedules.get('drift');
    await until(async () => (await looked()).some(({ drifted }) => drifted === true), 'the drift', 40_000);
    // The look that found it was the next one, or the one after where that was under way already.
    const finding = (await looked()).findIndex(({ drifted }) => drifted === true);
    expect(finding).toBeLessThanOrEqual(counts.taken + 1);
    const found = (await looked())[finding] as { run: string };
    await schedules.remove('drift');
    const told = (await lab.records(found.run)).find((record) => eventName(record) === 'NotificationSent');
    expect(told).toMatchObject({ messagetype: 'NOTIFICATION' });
    expect(JSON.stringify(told)).toContain('terraform_data.a');
  }, 180_000);

  describe('a worker killed in the middle', () => {
    const killed = async (run: string, dir: string, word: string): Promise<void> => {
      await agree(run);
      const told = (): string => (existsSync(join(dir, 'told')) ? readFileSync(join(dir, 'told'), 'utf8') : '');
      await until(async () => told().includes(word), 'the middle');
      await lab.killWorker();
    };

    it('of an apply and of a destruction: each is done once, and the run ends well', async () => {
      const dir = module('slow', source + slow);
      const run = await lab.launch('provision', { dir, variables: { size: 1, password: 'x' } });
      await killed(run, dir, 'made');
      expect(await lab.ended(run, 90_000)).toMatchObject({ status: 'succeeded', error: null });
      expect(resources(dir)).toEqual(['a', 'b', 'slow']);
      const destroy = await lab.saveRunbook(
        `name: destroy\ninput: {dir: {type: string}}\nsteps:\n  - id: agreed\n    approval: {roles: [approver]}\n    steps:\n` +
          `      - {id: destroy, action: tofu.destroy, with: {dir: "\${{ input.dir }}", variables: {size: 1, password: x}}}\n`,
      );
      const gone = await lab.launch(destroy, { dir });
      await killed(gone, dir, 'gone');
      expect(await lab.ended(gone, 90_000)).toMatchObject({ status: 'succeeded', error: null });
      expect(resources(dir)).toEqual([]);
      expect(readFileSync(join(dir, 'told'), 'utf8')).toBe('made\ngone\n');
    }, 240_000);
  });
});
