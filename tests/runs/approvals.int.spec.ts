import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventName } from '../../actors/core/event';
import { RunLab } from '../_util/run-lab';

const approver = (principal: string) => ({ principal, roles: ['approver'] });

describe('an approval', () => {
  let lab: RunLab;
  let dir: string;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'ymera-approvals-'));
    lab = await RunLab.open({ YMERA_WRITE_ROOTS: dir });
  }, 120_000);
  afterAll(async () => {
    await lab.close();
    rmSync(dir, { recursive: true, force: true });
  }, 60_000);

  const asking = async (
    spec: string,
    name: string,
    steps = `      - {id: act, action: debug.echo, with: {value: 1}}`,
  ) => {
    await lab.saveRunbook(`name: ${name}\nsteps:\n  - id: ask\n    approval: ${spec}\n    steps:\n${steps}\n`);
    const run = await lab.launch(name);
    await lab.reaches(run, ({ approvals }) => approvals['ask']?.status === 'pending', 'the question');
    return run;
  };
  const hashOf = async (run: string): Promise<string> => (await lab.state(run)).approvals['ask']?.planHash ?? '';
  const approve = async (run: string, who: object, planHash?: string) =>
    lab.command(run, 'Approve', { step: 'ask', planHash: planHash ?? (await hashOf(run)) }, who);
  const refusals = async (run: string): Promise<unknown[]> =>
    (await lab.records(run))
      .filter((record) => eventName(record) === 'ApprovalRefused')
      .map(({ data, principal }) => [principal, (data as { code: string }).code]);

  it('takes N of M by role, never from who asked, once from each, for this very plan; and records each refusal', async () => {
    const run = await asking('{roles: [approver], count: 2, reason: required}', 'two-of-many');
    const code = async (answer: Promise<{ status: string; code?: string }>) => (await answer).code;
    expect(await code(approve(run, { ...approver('ada'), reason: 'mine' }))).toBe('self_approval');
    expect(await code(approve(run, { principal: 'eve', roles: ['operator'], reason: 'please' }))).toBe('role_missing');
    expect(await code(approve(run, { ...approver('bob'), reason: 'ok' }, 'f'.repeat(64)))).toBe('plan_changed');
    expect(await code(approve(run, approver('bob')))).toBe('reason_required');
    expect((await approve(run, { ...approver('bob'), reason: 'looked at it' })).status).toBe('accepted');
    expect(await code(approve(run, { ...approver('bob'), reason: 'again' }))).toBe('already_answered');
    expect((await lab.state(run)).steps['act']).toBeUndefined();
    expect((await approve(run, { ...approver('cyd'), reason: 'me too' })).status).toBe('accepted');
    expect(await lab.ended(run)).toMatchObject({ status: 'succeeded' });
    expect(await refusals(run)).toEqual([
      ['ada', 'self_approval'],
      ['eve', 'role_missing'],
      ['bob', 'plan_changed'],
      ['bob', 'reason_required'],
      ['bob', 'already_answered'],
    ]);
  }, 60_000);

  it('is denied by a person with a reason, and by nobody when the time is up', async () => {
    const denied = await asking('{roles: [approver]}', 'denied');
    expect((await lab.command(denied, 'Deny', { step: 'ask' }, approver('bob'))).status).toBe('rejected');
    await lab.command(denied, 'Deny', { step: 'ask' }, { ...approver('bob'), reason: 'not today' });
    expect(await lab.ended(denied)).toMatchObject({ status: 'failed', error: { code: 'denied' } });

    const late = await asking(
      '{roles: [approver], timeout: 2500ms, remind: 1s, escalate: {after: 1500ms, roles: [boss]}}',
      'late',
    );
    await lab.reaches(late, ({ approvals }) => approvals['ask']?.escalatedTo[0] === 'boss', 'the escalation');
    expect(await lab.ended(late)).toMatchObject({ status: 'failed', error: { code: 'denied' } });
    const answer = await approve(late, approver('bob'));
    expect(answer).toMatchObject({ status: 'rejected', code: 'approval_expired' });
    expect(await refusals(late)).toEqual([['bob', 'approval_expired']]);
    const records = await lab.records(late);
    const names = records.map(eventName);
    expect(names).toEqual(expect.arrayContaining(['ApprovalReminded', 'ApprovalEscalated', 'ApprovalDenied']));
    const denial = records.find((record) => eventName(record) === 'ApprovalDenied');
    expect(denial?.data).toMatchObject({ by: null });
    expect(names.indexOf('StepStarted')).toBe(names.lastIndexOf('StepStarted'));
  }, 60_000);

  it('is asked again where what would be done is not what was agreed to', async () => {
    const file = join(dir, 'config');
    writeFileSync(file, 'one');
    const run = await asking(
      '{roles: [approver], count: 2}',
      'changed',
      `      - {id: act, action: file.write, with: {path: ${file}, content: "three"}}`,
    );
    const first = await hashOf(run);
    await approve(run, approver('bob'));
    writeFileSync(file, 'two');
    await approve(run, approver('cyd'));
    await lab.reaches(run, ({ approvals }) => approvals['ask']?.planHash !== first, 'the second question');
    expect(readFileSync(file, 'utf8')).toBe('two');
    expect((await approve(run, approver('bob'), first)).status).toBe('rejected');
    await approve(run, approver('bob'));
    await approve(run, approver('cyd'));
    expect(await lab.ended(run)).toMatchObject({ status: 'succeeded' });
    expect(readFileSync(file, 'utf8')).toBe('three');
    expect(await lab.eventNames(run)).toContain('ApprovalVoided');
  }, 60_000);

  it('is asked again in a run that goes on where one has failed, and not by whoever asked for the first', async () => {
    const flag = join(dir, 'go-on');
    const check = JSON.stringify([process.execPath, '-e', `process.exit(require('fs').existsSync('${flag}') ? 0 : 1)`]);
    await lab.saveRunbook(
      `name: bare\nsteps:\n  - {id: ask, approval: {roles: [approver]}}\n  - {id: act, action: shell.run, with: {argv: ${check}}}\n`,
    );
    const first = await lab.launch('bare');
    await lab.reaches(first, ({ approvals }) => approvals['ask']?.status === 'pending', 'the question');
    expect(await lab.command(first, 'SkipStep', { step: 'ask' }, { reason: 'no time' })).toMatchObject({
      code: 'not_allowed',
    });
    await approve(first, approver('bob'));
    expect(await lab.ended(first)).toMatchObject({ status: 'failed', error: { code: 'exit_code' } });
    writeFileSync(flag, '');
    const successor = { id: `${first}-again`, principal: 'cyd' };
    await expect(lab.launcher.retry(first, { ...successor, skip: { ask: 'no time' } })).rejects.toMatchObject({
      code: 'not_allowed',
    });
    const { id } = await lab.launcher.retry(first, successor);
    await lab.reaches(id, ({ approvals }) => approvals['ask']?.status === 'pending', 'the same question');
    expect(await approve(id, approver('ada'))).toMatchObject({ code: 'self_approval' });
    expect((await approve(id, approver('bob'))).status).toBe('accepted');
    expect(await lab.ended(id)).toMatchObject({ status: 'succeeded' });
  }, 60_000);

  it('does not let one step through whose plan has changed while the steps before it were done', async () => {
    const file = join(dir, 'late-config');
    writeFileSync(file, 'one');
    const touch = JSON.stringify([
      process.execPath,
      '-e',
      `require('fs').writeFileSync(${JSON.stringify(file)}, 'two')`,
    ]);
    const run = await asking(
      '{roles: [approver]}',
      'changed-late',
      `      - {id: touch, action: shell.run, with: {argv: ${touch}}}\n` +
        `      - {id: act, action: file.write, with: {path: ${file}, content: "three"}}`,
    );
    const first = await hashOf(run);
    await approve(run, approver('bob'));
    await lab.reaches(
      run,
      ({ approvals }) => approvals['ask']?.status === 'pending' && approvals['ask'].planHash !== first,
      'the second question',
    );
    expect(readFileSync(file, 'utf8')).toBe('two');
    await approve(run, approver('cyd'));
    expect(await lab.ended(run)).toMatchObject({ status: 'succeeded' });
    expect(readFileSync(file, 'utf8')).toBe('three');
    expect((await lab.eventNames(run)).filter((name) => name === 'ApprovalVoided')).toHaveLength(1);
  }, 60_000);
});
