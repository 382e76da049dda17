import type { Command } from 'commander';
import { ask } from '../api';
import { withContext } from '../context';
import { integer, jsonOf } from '../input';
import { localTime } from '../output';

interface ListOptions {
  kind?: string;
  status?: 'running' | 'stopped';
  q?: string;
  limit: number;
  cursor?: string;
}

/** `agents …` and `send`. */
export function addAgentCommands(program: Command): void {
  const agents = program.command('agents').summary('list, make, look at and stop agents');

  agents
    .command('list', { isDefault: true })
    .summary('newest first')
    .option('--kind <kind>')
    .option('--status <status>', 'running or stopped')
    .option('-q <text>', 'how the id or the name begins')
    .option('--limit <n>', 'most of them', integer('--limit'), 50)
    .option('--cursor <cursor>', 'where the page before ended')
    .action(
      withContext(async ({ api, out }, query: ListOptions) => {
        const page = await ask(api.GET('/api/v1/agents', { params: { query } }));
        out.table(page, page.agents, {
          id: (agent) => agent.id,
          kind: (agent) => agent.kind,
          name: (agent) => agent.name,
          status: (agent) => agent.status,
          events: (agent) => agent.sequence,
          'last event': (agent) => agent.lastEventType,
          changed: (agent) => localTime(agent.updatedAt),
        });
        if (page.next) out.note(`more: --cursor ${page.next}`);
      }),
    );

  agents
    .command('show <agent>')
    .summary('one as it stands')
    .action(
      withContext(async ({ api, out }, id: string) => {
        const agent = await ask(api.GET('/api/v1/agents/{id}', { params: { path: { id } } }));
        const { kind, name, status, sequence, hash, configVersion, state, updatedAt } = agent;
        out.record(agent, {
          id,
          kind,
          name,
          status,
          events: sequence,
          hash,
          config: configVersion,
          changed: localTime(updatedAt),
          state,
        });
      }),
    );

  agents
    .command('create <kind>')
    .summary('make one; `agents kinds` says which kinds there are')
    .option('--id <id>')
    .option('--name <name>')
    .option('--config <json>', 'its config, or @file, or @- for stdin')
    .action(
      withContext(async ({ api, out }, kind: string, { id, name, config }: Record<string, string | undefined>) => {
        const body = {
          kind,
          ...(id === undefined ? {} : { id }),
          ...(name === undefined ? {} : { name }),
          ...(config === undefined ? {} : { config: await jsonOf(config, '--config') }),
        };
        const agent = await ask(api.POST('/api/v1/agents', { body }));
        out.done(agent, `agent ${agent.id} of kind ${agent.kind}`);
      }),
    );

  agents
    .command('stop <agent>')
    .summary('stop one; its history stays')
    .action(
      withContext(async ({ api, out }, id: string) => {
        const stopped = await ask(api.DELETE('/api/v1/agents/{id}', { params: { path: { id } } }));
        out.done(stopped, `agent ${id} is stopped`);
      }),
    );

  agents
    .command('kinds')
    .summary('what kinds of agents there are')
    .action(
      withContext(async ({ api, out }) => {
        const answer = await ask(api.GET('/api/v1/kinds'));
        out.table(answer, answer.kinds, {
          kind: (kind) => kind.name,
          commands: (kind) => kind.commands.map(({ type }) => type).join(', '),
        });
      }),
    );

  program
    .command('send <agent> <command> [data]')
    .summary('send an agent a command')
    .description(
      'Sends a command with data as JSON, @file or @-. It is applied once, also where it is sent again under the same --key.',
    )
    .option('--reason <text>', 'why; kept in the events')
    .option('--key <key>', 'idempotency key')
    .action(
      withContext(
        async (
          { api, out },
          id: string,
          type: string,
          data: string | undefined,
          options: Record<string, string | undefined>,
        ) => {
          const { reason, key } = options;
          const body = {
            type,
            ...(data === undefined ? {} : { data: await jsonOf(data, 'the data') }),
            ...(reason === undefined ? {} : { reason }),
          };
          const header = key === undefined ? {} : { 'idempotency-key': key };
          const call = api.POST('/api/v1/agents/{id}/commands', { params: { path: { id }, header }, body });
          const answer = await ask(call);
          const made = Array.isArray(answer) ? [] : answer.events.map((event) => event.type.split('.').at(-1));
          out.done(answer, `${type}: ${made.length > 0 ? made.join(', ') : 'nothing changed'}`);
        },
      ),
    );
}
