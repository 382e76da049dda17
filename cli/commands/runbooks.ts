import type { Command } from 'commander';
import { ask } from '../api';
import { withContext } from '../context';
import { integer, jsonOf, pairsOf, textOf } from '../input';
import { localTime } from '../output';

interface PlanOptions {
  input?: string;
  set?: string[];
  version?: number;
}

/** `runbooks …`. */
export function addRunbookCommands(program: Command): void {
  const runbooks = program.command('runbooks').summary('list, check, save and plan runbooks');

  runbooks
    .command('list', { isDefault: true })
    .summary('all of them, in their newest version')
    .option('--limit <n>', 'most of them', integer('--limit'), 100)
    .option('--cursor <cursor>', 'where the page before ended')
    .action(
      withContext(async ({ api, out }, query: { limit: number; cursor?: string }) => {
        const page = await ask(api.GET('/api/v1/runbooks', { params: { query } }));
        out.table(page, page.runbooks, {
          name: (one) => one.name,
          version: (one) => one.version,
          description: (one) => one.description,
          by: (one) => one.createdBy,
          saved: (one) => localTime(one.createdAt),
        });
        if (page.next) out.note(`more: --cursor ${page.next}`);
      }),
    );

  runbooks
    .command('show <name>')
    .summary('its text')
    .option('--version <n>', 'an older one', integer('--version'))
    .action(
      withContext(async ({ api, out }, name: string, query: { version?: number }) => {
        const runbook = await ask(api.GET('/api/v1/runbooks/{name}', { params: { path: { name }, query } }));
        if (out.json) out.document(runbook);
        else out.line(runbook.source.trimEnd());
      }),
    );

  runbooks
    .command('lint <file>')
    .summary('check one without saving it; - reads stdin')
    .action(
      withContext(async ({ api, out }, file: string) => {
        const linted = await ask(api.POST('/api/v1/runbooks/lint', { body: { source: await textOf(file) } }));
        out.done(linted, `${file}: runbook ${linted.name} is valid`);
      }),
    );

  runbooks
    .command('save <file>')
    .summary('a new version; - reads stdin')
    .option('--reason <text>', 'why')
    .action(
      withContext(async ({ api, out }, file: string, { reason }: { reason?: string }) => {
        const body = { source: await textOf(file), ...(reason === undefined ? {} : { reason }) };
        const saved = await ask(api.POST('/api/v1/runbooks', { body }));
        out.done(saved, `${saved.name}@${saved.version}${saved.created ? '' : ' is just that already'}`);
      }),
    );

  runbooks
    .command('versions <name>')
    .summary('who saved what, and when')
    .action(
      withContext(async ({ api, out }, name: string) => {
        const call = api.GET('/api/v1/runbooks/{name}/versions', { params: { path: { name } } });
        const page = await ask(call);
        out.table(page, page.versions, {
          version: (one) => one.version,
          by: (one) => one.createdBy,
          saved: (one) => localTime(one.createdAt),
          why: (one) => one.reason,
          hash: (one) => one.hash.slice(0, 12),
        });
      }),
    );

  runbooks
    .command('plan <name>')
    .summary('what a run would do; nothing of it is done')
    .option('--set <key=value...>', 'input; a value may be JSON')
    .option('--input <json>', 'input as JSON, @file or @-')
    .option('--version <n>', 'an older one', integer('--version'))
    .action(
      withContext(async ({ api, out }, name: string, { input, set = [], version }: PlanOptions) => {
        const body = {
          input: { ...(input ? await jsonOf(input, '--input') : {}), ...pairsOf(set) },
          ...(version === undefined ? {} : { version }),
        };
        const plan = await ask(api.POST('/api/v1/runbooks/{name}/plan', { params: { path: { name } }, body }));
        out.table(plan, plan.steps, {
          step: (step) => step.path,
          kind: (step) => step.kind,
          reached: (step) => step.reached,
        });
        out.note(`plan ${plan.planHash}${plan.veto ? `; not allowed now: ${plan.veto.reason}` : ''}`);
      }),
    );
}
