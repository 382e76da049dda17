import type { Command } from 'commander';
import { ask } from '../api';
import { withContext, type Context } from '../context';
import { CliError, exitCodes } from '../errors';
import { integer } from '../input';
import { localTime } from '../output';

interface AnswerOptions {
  planHash?: string;
  reason?: string;
}

const mostOfOneRun = 200;

/** `approvals …`: what runs ask people. */
export function addApprovalCommands(program: Command): void {
  const approvals = program.command('approvals').summary('what runs ask people; look at the plan, approve or deny it');

  approvals
    .command('list', { isDefault: true })
    .summary('those that wait, the one that expires first at the top')
    .option('--mine', 'those that you may answer')
    .option('--run <run>', 'of this run only')
    .option('--limit <n>', 'most of them', integer('--limit'), 50)
    .action(
      withContext(async ({ api, out }, options: { mine?: true; run?: string; limit: number }) => {
        const page = await ask(api.GET('/api/v1/approvals', { params: { query: { status: 'pending', ...options } } }));
        out.table(page, page.approvals, {
          run: (one) => one.run,
          step: (one) => one.path,
          asks: (one) => one.message,
          'begun by': (one) => one.startedBy,
          roles: (one) => one.roles.join(', '),
          given: (one) => `${one.given.length}/${one.count}`,
          expires: (one) => localTime(one.expiresAt),
          'plan hash': (one) => one.planHash.slice(0, 12),
        });
      }),
    );

  approvals
    .command('show <run> <step>')
    .summary('the exact plan and its hash')
    .action(
      withContext(async (context, run: string, path: string) => {
        const approval = await find(context, run, path);
        const { message, status, startedBy, roles, expiresAt, planHash, plan } = approval;
        context.out.record(approval, {
          run,
          step: path,
          asks: message,
          status,
          'begun by': startedBy,
          roles: roles.join(', '),
          expires: localTime(expiresAt),
          'plan hash': planHash,
          plan,
        });
      }),
    );

  answer(approvals, 'approve', 'agree to the plan with this hash; --plan-hash says which one you have looked at');
  answer(approvals, 'deny', 'refuse it');
}

function answer(approvals: Command, name: 'approve' | 'deny', summary: string): void {
  const command = approvals.command(`${name} <run> <step>`).summary(summary);
  if (name === 'approve')
    command.requiredOption(
      '--plan-hash <hash>',
      'of the plan that you have looked at, or how it begins (12 digits or more)',
    );
  command.option('--reason <text>', 'why; kept in the events').action(
    withContext(async (context, id: string, path: string, { planHash, reason }: AnswerOptions) => {
      const { api, out } = context;
      const body = {
        answer: name,
        ...(planHash === undefined ? {} : { planHash: await wholeHash(context, id, path, planHash) }),
        ...(reason === undefined ? {} : { reason }),
      };
      const call = api.POST('/api/v1/runs/{id}/approvals/{path}', { params: { path: { id, path } }, body });
      out.done(await ask(call), `${path} of run ${id}: ${name === 'approve' ? 'approved' : 'denied'}`);
    }),
  );
}

/** A hash may be given by how it begins, as the list shows it. */
async function wholeHash(context: Context, run: string, path: string, begins: string): Promise<string> {
  if (!/^[0-9a-f]{12,64}$/.test(begins)) throw new CliError('--plan-hash takes 12 to 64 hex digits', exitCodes.usage);
  const { planHash } = await find(context, run, path);
  if (planHash.startsWith(begins)) return planHash;
  throw new CliError(`the plan of ${path} has another hash by now: ${planHash}`, exitCodes.refused);
}

async function find({ api }: Context, run: string, path: string) {
  const query = { status: 'any', run, limit: mostOfOneRun } as const;
  const { approvals } = await ask(api.GET('/api/v1/approvals', { params: { query } }));
  const found = approvals.find((one) => one.path === path);
  if (!found) throw new CliError(`run ${run} asks nothing at ${path}`, exitCodes.refused);
  return found;
}
