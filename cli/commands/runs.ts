import type { Command } from 'commander';
import { ask } from '../api';
import { withContext } from '../context';
import { integer, jsonOf, pairsOf } from '../input';
import { localTime } from '../output';
import { showLogs, waitForEnd } from '../run-progress';

interface StartOptions {
  input?: string;
  set?: string[];
  id?: string;
  version?: number;
  reason?: string;
  dryRun?: boolean;
  follow?: boolean;
  wait?: boolean;
}

interface ListOptions {
  status?: 'running';
  runbook?: string;
  target?: string;
  attention?: true;
  limit: number;
  cursor?: string;
}

/** `runs …` and `logs`. */
export function addRunCommands(program: Command): void {
  const runs = program.command('runs').summary('begin runs of runbooks, look at them, control them');

  runs
    .command('list', { isDefault: true })
    .summary('newest first')
    .option('--status <status>')
    .option('--runbook <name>')
    .option('--target <key>')
    .option('--attention', 'those that wait for a person')
    .option('--limit <n>', 'most of them', integer('--limit'), 50)
    .option('--cursor <cursor>', 'where the page before ended')
    .action(
      withContext(async ({ api, out }, query: ListOptions) => {
        const page = await ask(api.GET('/api/v1/runs', { params: { query } }));
        out.table(page, page.runs, {
          id: (run) => run.id,
          runbook: (run) => `${run.runbook}@${run.version}`,
          status: (run) => run.status,
          phase: (run) => run.phase,
          'begun by': (run) => run.startedBy,
          begun: (run) => localTime(run.createdAt),
          ended: (run) => localTime(run.endedAt),
          waits: (run) => (run.attention ? 'for a person' : ''),
        });
        if (page.next) out.note(`more: --cursor ${page.next}`);
      }),
    );

  runs
    .command('show <run>')
    .summary('one as it stands, step by step')
    .action(
      withContext(async ({ api, out }, id: string) => {
        const run = await ask(api.GET('/api/v1/runs/{id}', { params: { path: { id } } }));
        if (out.json) return out.document(run);
        const { runbook, status, phase, startedBy, error, createdAt, endedAt } = run;
        out.record(run, {
          id,
          runbook: `${runbook.name}@${runbook.version}`,
          status,
          phase,
          'begun by': startedBy,
          begun: localTime(createdAt),
          ended: localTime(endedAt),
          error: error ? `${error.message} (${error.code})` : undefined,
        });
        out.line('');
        out.table(run.steps, run.steps, {
          step: (step) => step.path,
          status: (step) => step.status,
          action: (step) => step.action,
          attempt: (step) => step.attempt,
          begun: (step) => localTime(step.startedAt),
          error: (step) => step.error?.message ?? '',
        });
      }),
    );

  runs
    .command('start <runbook>')
    .summary('begin one, or with --dry-run see what it would do')
    .option('--set <key=value...>', 'input; a value may be JSON')
    .option('--input <json>', 'input as JSON, @file or @-')
    .option('--id <id>', 'id of the run')
    .option('--version <n>', 'of the runbook; the newest where it is left out', integer('--version'))
    .option('--reason <text>', 'why; kept in the events')
    .option('--dry-run', 'say what it would do; nothing is done')
    .option('-f, --follow', 'show its output until it has ended; exit 1 where it does not succeed')
    .option('--wait', 'as --follow, without the output')
    .action(
      withContext(async (context, runbook: string, options: StartOptions) => {
        const { api, out } = context;
        const input = {
          ...(options.input ? await jsonOf(options.input, '--input') : {}),
          ...pairsOf(options.set ?? []),
        };
        const { id, version, reason, dryRun, follow, wait } = options;
        const body = {
          runbook,
          input,
          ...(id === undefined ? {} : { id }),
          ...(version === undefined ? {} : { version }),
          ...(reason === undefined ? {} : { reason }),
          ...(dryRun ? { dry_run: true } : {}),
        };
        const answer = await ask(api.POST('/api/v1/runs', { body }));
        if (!('id' in answer)) return out.document(answer);
        if (!follow && !wait) return out.done(answer, `run ${answer.id} has begun`);
        out.note(`run ${answer.id} has begun`);
        if (follow) await showLogs(context, answer.id, { follow: true });
        await waitForEnd(context, answer.id);
      }),
    );

  control(runs, 'pause', 'begin no further step');
  control(runs, 'resume', 'go on after a pause');

  runs
    .command('cancel <run>')
    .summary('end it, and with --undo take back what it did')
    .option('--undo', 'take back what was done, the last first')
    .option('--reason <text>', 'why; kept in the events')
    .action(
      withContext(async ({ api, out }, id: string, { undo, reason }: { undo?: true; reason?: string }) => {
        const body = { ...(undo ? { undo } : {}), ...(reason === undefined ? {} : { reason }) };
        const done = await ask(api.POST('/api/v1/runs/{id}/cancel', { params: { path: { id } }, body }));
        out.done(done, `run ${id} is being cancelled`);
      }),
    );

  runs
    .command('retry <run> [step]')
    .summary('try again what failed; of an ended run a new one goes on where it failed')
    .option('--reason <text>', 'why; kept in the events')
    .action(
      withContext(async ({ api, out }, id: string, step: string | undefined, { reason }: { reason?: string }) => {
        const body = { ...(step === undefined ? {} : { step }), ...(reason === undefined ? {} : { reason }) };
        const answer = await ask(api.POST('/api/v1/runs/{id}/retry', { params: { path: { id } }, body }));
        out.done(answer, 'runbook' in answer ? `run ${answer.id} goes on from ${id}` : `run ${id} tries it again`);
      }),
    );

  runs
    .command('skip <run> <step>')
    .summary('do without a step that failed')
    .requiredOption('--reason <text>', 'why; kept in the events')
    .action(
      withContext(async ({ api, out }, id: string, path: string, body: { reason: string }) => {
        const call = api.POST('/api/v1/runs/{id}/steps/{path}/skip', { params: { path: { id, path } }, body });
        out.done(await ask(call), `run ${id} goes on without ${path}`);
      }),
    );

  program
    .command('logs <run>')
    .summary('what the steps of a run have printed')
    .option('--step <path>', 'of this step only')
    .option('-f, --follow', 'go on until the run has ended')
    .action(
      withContext((context, id: string, options: { step?: string; follow?: true }) => showLogs(context, id, options)),
    );
}

function control(runs: Command, name: 'pause' | 'resume', summary: string): void {
  runs
    .command(`${name} <run>`)
    .summary(summary)
    .option('--reason <text>', 'why; kept in the events')
    .action(
      withContext(async ({ api, out }, id: string, { reason }: { reason?: string }) => {
        const body = reason === undefined ? {} : { reason };
        const params = { path: { id } };
        const call =
          name === 'pause'
            ? api.POST('/api/v1/runs/{id}/pause', { params, body })
            : api.POST('/api/v1/runs/{id}/resume', { params, body });
        out.done(await ask(call), `run ${id}: ${name}d`);
      }),
    );
}
