import type { Command } from 'commander';
import { askPage } from '../api';
import { withContext, type Context } from '../context';
import { CliError, exitCodes } from '../errors';
import { followEvents, type FollowedEvent } from '../follow-events';
import { integer } from '../input';
import { localTime } from '../output';

interface EventsOptions {
  from: number;
  to?: number;
  limit: number;
  type?: string[];
  follow?: boolean;
}

const pageSize = 1000;

/** `events`: what happened to an agent or a run, and with `--follow` what happens. */
export function addEventCommands(program: Command): void {
  program
    .command('events [agent]')
    .summary('what happened; with --follow also what happens')
    .description(
      'The events of an agent or a run, oldest first. With --follow it goes on with what happens, through lost connections, without a gap; ' +
        'without an agent it then follows all of them.',
    )
    .option('--from <sequence>', 'the first one', integer('--from'), 1)
    .option('--to <sequence>', 'the last one', integer('--to'))
    .option('--limit <n>', 'most of them', integer('--limit'), 100)
    .option('--type <type...>', 'only these, such as IssueDetected; where they are followed')
    .option('-f, --follow', 'go on with what happens')
    .action(
      withContext(async (context, agent: string | undefined, options: EventsOptions) => {
        if (options.follow) return follow(context, agent, options);
        if (agent === undefined)
          throw new CliError('name an agent, or follow all of them with --follow', exitCodes.usage);
        const { from, to, limit } = options;
        const query = { from, limit, ...(to === undefined ? {} : { to }) };
        const call = context.api.GET('/api/v1/agents/{id}/events', { params: { path: { id: agent }, query } });
        const page = await askPage(call);
        for (const event of page.events) show(context, event);
        if (page.next !== null) context.out.note(`more: --from ${page.next}`);
      }),
    );
}

async function follow(context: Context, agent: string | undefined, { from, type = [] }: EventsOptions): Promise<void> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const live = followEvents(context, [agent ?? '*'], type, stop.signal);
  // Asked for before the past is read, so that nothing falls between the two.
  const first = live.next();
  first.catch(() => undefined);
  const shown = agent === undefined ? 0 : await past(context, agent, from, type);
  for (let next = await first; !next.done; next = await live.next()) {
    if (agent === undefined || next.value.sequence > shown) show(context, next.value);
  }
}

/** @returns sequence of the last event that there was */
async function past(context: Context, id: string, from: number, types: string[]): Promise<number> {
  for (let next = from; ;) {
    const query = { from: next, limit: pageSize };
    const page = await askPage(context.api.GET('/api/v1/agents/{id}/events', { params: { path: { id }, query } }));
    for (const event of page.events as FollowedEvent[]) {
      if (types.length === 0 || types.some((type) => event.type === type || event.type.endsWith(`.${type}`))) {
        show(context, event);
      }
      next = event.sequence + 1;
    }
    if (page.next === null) return next - 1;
  }
}

function show({ out }: Context, event: FollowedEvent): void {
  const { time, source, sequence, type, principal, messagetype, data } = event;
  const told = messagetype === 'EVENT' ? '' : ` ${messagetype}`;
  const name = type.split('.').at(-1);
  const agent = source.split('/').at(-1);
  out.item(event, `${localTime(time)}  ${agent}:${sequence}  ${name}${told}  ${principal}  ${brief(data)}`);
}

function brief(data: unknown): string {
  const text = JSON.stringify(data) ?? '';
  return text.length > 160 ? `${text.slice(0, 159)}…` : text;
}
