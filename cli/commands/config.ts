import type { Command } from 'commander';
import { ask } from '../api';
import { withContext } from '../context';
import { integer, jsonOf } from '../input';
import { localTime } from '../output';

/** `config …`: read, change, compare and roll back the config of an agent. */
export function addConfigCommands(program: Command): void {
  const config = program.command('config').summary('the config of an agent, and its versions');

  config
    .command('show <agent>')
    .summary('as it is')
    .action(
      withContext(async ({ api, out }, id: string) => {
        out.document(await ask(api.GET('/api/v1/agents/{id}/config', { params: { path: { id } } })));
      }),
    );

  config
    .command('schema <agent>')
    .summary('the JSON Schema that it must match')
    .action(
      withContext(async ({ api, out }, id: string) => {
        out.document(await ask(api.GET('/api/v1/agents/{id}/schema', { params: { path: { id } } })));
      }),
    );

  config
    .command('set <agent> <json>')
    .summary('a new version: JSON, @file or @- for stdin')
    .option('--if-match <etag>', 'only where this is still the version (412 otherwise)')
    .action(
      withContext(async ({ api, out }, id: string, json: string, { ifMatch }: { ifMatch?: string }) => {
        const header = ifMatch === undefined ? {} : { 'if-match': ifMatch };
        const body = await jsonOf(json, 'the config');
        const changed = await ask(api.POST('/api/v1/agents/{id}/config', { params: { path: { id }, header }, body }));
        out.done(changed, `config of ${id} is version ${changed.version}`);
      }),
    );

  config
    .command('versions <agent>')
    .summary('who changed what, and when')
    .option('--limit <n>', 'most of them', integer('--limit'), 20)
    .option('--before <version>', 'older than this one', integer('--before'))
    .action(
      withContext(async ({ api, out }, id: string, query: { limit: number; before?: number }) => {
        const call = api.GET('/api/v1/agents/{id}/config/versions', { params: { path: { id }, query } });
        const page = await ask(call);
        out.table(page, page.versions, {
          version: (one) => one.version,
          when: (one) => localTime(one.time),
          who: (one) => one.principal,
          why: (one) => one.reason ?? (one.rollbackOf ? `rollback to ${one.rollbackOf}` : ''),
          changed: (one) => one.diff.map(({ op, path }) => `${op} ${path || '/'}`).join(', '),
        });
        if (page.next) out.note(`more: --before ${page.next}`);
      }),
    );

  config
    .command('rollback <agent> <version>')
    .summary('a new version that equals an old one')
    .option('--reason <text>', 'why; kept in the events')
    .action(
      withContext(async ({ api, out }, id: string, version: string, { reason }: { reason?: string }) => {
        const body = { version: integer('version')(version), ...(reason === undefined ? {} : { reason }) };
        const call = api.POST('/api/v1/agents/{id}/config/rollback', { params: { path: { id } }, body });
        const changed = await ask(call);
        out.done(changed, `config of ${id} is version ${changed.version}, equal to ${version}`);
      }),
    );
}
