import type { Command } from 'commander';
import { ask } from '../api';
import { withContext } from '../context';
import { integer } from '../input';
import { localTime } from '../output';

const moment = 'a sequence, or a time such as 2026-01-31T12:00:00Z';

/** `state`, `diff`, `blame`, `fork`: an agent at any moment. */
export function addMomentCommands(program: Command): void {
  program
    .command('state <agent>')
    .summary('an agent as it stood at any moment')
    .option('--at <moment>', `${moment}; now where it is left out`)
    .action(
      withContext(async ({ api, out }, id: string, query: { at?: string }) => {
        out.document(await ask(api.GET('/api/v1/agents/{id}/state', { params: { path: { id }, query } })));
      }),
    );

  program
    .command('diff <agent> <from> <to>')
    .summary('what changed between two moments')
    .description(`What changed between two moments, each ${moment}.`)
    .action(
      withContext(async ({ api, out }, id: string, from: string, to: string) => {
        const call = api.GET('/api/v1/agents/{id}/diff', { params: { path: { id }, query: { from, to } } });
        const difference = await ask(call);
        out.table(difference, difference.diff, {
          op: (change) => change.op,
          path: (change) => change.path || '/',
          value: (change) => (change.op === 'move' ? `from ${change.from}` : change.value),
        });
      }),
    );

  program
    .command('blame <agent> <path>')
    .summary('who changed a value, when and why, newest first')
    .description('Who changed a value, such as /state/flags/dark-mode or /config/targets.')
    .option('--limit <n>', 'most events', integer('--limit'), 50)
    .option('--cursor <cursor>', 'where the page before ended')
    .action(
      withContext(async ({ api, out }, id: string, path: string, query: { limit: number; cursor?: string }) => {
        const call = api.GET('/api/v1/agents/{id}/blame', { params: { path: { id }, query: { path, ...query } } });
        const page = await ask(call);
        out.table(page, page.events, {
          event: (one) => one.sequence,
          when: (one) => localTime(one.time),
          who: (one) => one.principal,
          why: (one) => one.reason,
          changed: (one) =>
            one.changes.map((change) => `${change.path}: ${brief(change.before)} → ${brief(change.after)}`).join('; '),
        });
        if (page.next) out.note(`more: --cursor ${page.next}`);
      }),
    );

  program
    .command('fork <agent>')
    .summary('a new agent that begins as this one stood at a moment')
    .option('--at <moment>', `${moment}; now where it is left out`)
    .option('--id <id>', 'of the new one')
    .option('--name <name>', 'of the new one')
    .option('--reason <text>', 'why; kept in the events')
    .action(
      withContext(async ({ api, out }, id: string, options: Record<string, string | undefined>) => {
        const { at, ...rest } = options;
        const sequence = Number(at);
        const body = { ...(at === undefined ? {} : { at: Number.isInteger(sequence) ? sequence : at }), ...rest };
        const agent = await ask(api.POST('/api/v1/agents/{id}/fork', { params: { path: { id } }, body }));
        out.done(agent, `agent ${agent.id} begins as ${id} stood ${at === undefined ? 'now' : `at ${at}`}`);
      }),
    );
}

function brief(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
