import { execFileSync } from 'node:child_process';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeWithTools } from '../../../tests/_util/tools';
import { codeOf, outputOf, stepHarness, type StepHarness } from '../../_util/step-harness';
import type { StepResult } from '../order';

const source = `
variable "size" { type = number }
variable "password" {
  type      = string
  sensitive = true
}
resource "terraform_data" "a" { input = var.size }
resource "terraform_data" "b" { input = { password = var.password, of = terraform_data.a.output } }
output "size" { value = terraform_data.a.output }
output "password" {
  value     = var.password
  sensitive = true
}
`;

interface Planned {
  plan_file: string;
  hash: string;
  changed: boolean;
  changes: { address: string; actions: string[] }[];
}

/** With the real program; its built-in `terraform_data` needs nothing from outside. */
describeWithTools(['tofu'], 'infrastructure by OpenTofu', ({ tofu }) => {
  let harness: StepHarness;
  let dir: string;
  let steps = 0;
  beforeEach(async () => {
    harness = await stepHarness();
    harness.settings.tofu = tofu;
    harness.secrets['db'] = 'hunter-two-two';
    dir = join(harness.root, 'infra');
    await mkdir(dir);
    await writeFile(join(dir, 'main.tf'), source);
  });
  afterEach(() => harness.end());

  const module = (size = 1): Record<string, unknown> => ({ dir, variables: { size, password: 'secret://db' } });
  const step = (action: string, given: object, more: object = {}, info: object = {}): Promise<StepResult> =>
    harness.perform({ action, with: given as Record<string, unknown>, path: `s${++steps}`, ...more }, info);
  const plan = async (size?: number): Promise<Planned> => outputOf<Planned>(await step('tofu.plan', module(size)));
  const applied = async (size = 1): Promise<StepResult> => {
    const { plan_file, hash } = await plan(size);
    return step('tofu.apply', { ...module(size), plan: plan_file, hash });
  };
  const state = async (): Promise<{ serial: number; resources: { name: string }[] }> =>
    JSON.parse(await readFile(join(dir, 'terraform.tfstate'), 'utf8')) as never;

  it('plans, applies just that, and then has nothing left to do', async () => {
    const first = await plan();
    expect(first.changes.map(({ address, actions }) => [address, actions])).toEqual([
      ['output.password', ['create']],
      ['output.size', ['create']],
      ['terraform_data.a', ['create']],
      ['terraform_data.b', ['create']],
    ]);
    expect((await stat(first.plan_file)).mode & 0o077).toBe(0);
    const result = await step('tofu.apply', { ...module(), plan: first.plan_file, hash: first.hash });
    expect(outputOf(result)).toEqual({ hash: first.hash, changes: 4, outputs: { size: 1 } });
    expect(JSON.stringify([first, result, harness.logged])).not.toContain('hunter-two-two');
    expect(await plan()).toMatchObject({ changed: false, changes: [] });
    expect(outputOf(await step('tofu.drift', module()))).toMatchObject({ drifted: false, count: 0 });
  }, 60_000);

  it('refuses a plan that was changed after it was agreed to', async () => {
    const first = await plan();
    const order = {
      action: 'tofu.apply',
      with: { ...module(), plan: first.plan_file, hash: first.hash },
      path: 'apply',
    };
    const agreed = (await harness.runner.plan({ ...order, runId: 'run-1' })) as { planHash: string };
    // Somebody puts another plan in its place.
    execFileSync(tofu, ['plan', '-input=false', `-out=${first.plan_file}`], {
      cwd: dir,
      stdio: 'ignore',
      env: { ...process.env, TF_VAR_size: '99', TF_VAR_password: 'x', TF_DATA_DIR: join(harness.root, '.data') },
    });
    expect(codeOf(await harness.perform({ ...order, approvedPlan: agreed.planHash }))).toBe('plan_changed');
    expect(codeOf(await harness.perform(order))).toBe('plan_changed');
    await expect(stat(join(dir, 'terraform.tfstate'))).rejects.toThrow('ENOENT');
  }, 60_000);

  it('applies nothing where the world has moved on, unless it is a part of the same plan that is left', async () => {
    outputOf(await applied(1));
    const [two, three] = [await plan(2), await plan(3)];
    outputOf(await step('tofu.apply', { ...module(2), plan: two.plan_file, hash: two.hash }));
    const late = await step('tofu.apply', { ...module(3), plan: three.plan_file, hash: three.hash });
    expect(codeOf(late)).toBe('stale_plan');
    expect(outputOf(await step('tofu.apply', { ...module(2), plan: two.plan_file, hash: two.hash }))).toMatchObject({
      outputs: { size: 2 },
    });
  }, 90_000);

  it('takes things away within an approval only, and then all of it', async () => {
    outputOf(await applied(1));
    await writeFile(join(dir, 'main.tf'), source.replace(/resource "terraform_data" "b".*\n/, ''));
    expect(codeOf(await applied(1))).toBe('approval_required');
    const order = { action: 'tofu.destroy', with: module(), path: 'destroy', runId: 'run-1' };
    expect(codeOf(await harness.perform(order))).toBe('approval_required');
    const agreed = (await harness.runner.plan(order)) as { planHash: string; effect: string };
    expect(agreed.effect).toBe('destructive');
    expect(outputOf(await harness.perform({ ...order, approvedPlan: agreed.planHash }))).toMatchObject({
      destroyed: 4,
    });
    expect((await state()).resources).toEqual([]);
    // A worker was lost after it was done.
    expect(outputOf(await harness.perform({ ...order, approvedPlan: agreed.planHash }, { tries: 2 }))).toEqual({
      destroyed: 0,
    });
  }, 90_000);

  it('says what is wrong with a module, and with where it is', async () => {
    await writeFile(join(dir, 'main.tf'), 'resource "terraform_data" "a" { nonsense = 1 }');
    const broken = await step('tofu.plan', { dir });
    expect(broken).toMatchObject({ status: 'failed', error: { code: 'tofu_failed' } });
    expect((broken as { error: { message: string } }).error.message).toContain('Unsupported argument');
    expect(codeOf(await step('tofu.plan', { dir: '/etc' }))).toBe('not_allowed');
    expect(codeOf(await step('tofu.plan', { dir: join(harness.root, 'gone') }))).toBe('not_found');
    expect(codeOf(await step('tofu.plan', { ...module(), workspace: 'no-such' }))).toBe('tofu_failed');
  }, 60_000);
});
