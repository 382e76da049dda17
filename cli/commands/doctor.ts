import type { Command } from 'commander';
import { ask } from '../api';
import { withContext, type Context } from '../context';
import { CliError, exitCodes } from '../errors';

interface Finding {
  check: string;
  status: 'ok' | 'degraded' | 'down';
  detail: string;
}

/** Clocks further apart than this make signatures and tokens of one side look wrong to the other, in seconds. */
const mostSkew = 5;

/** `doctor`: whether the server is well, and whether you are known to it. */
export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .summary('is the server well, and are you known to it')
    .action(
      withContext(async (context) => {
        const findings = [...(await connection(context)), ...(await readiness(context)), await identity(context)];
        context.out.table(findings, findings, {
          check: (one) => one.check,
          status: (one) => one.status,
          detail: (one) => one.detail,
        });
        const bad = findings.filter(({ status }) => status !== 'ok').map(({ check }) => check);
        if (bad.length > 0) throw new CliError(`not well: ${bad.join(', ')}`, exitCodes.refused);
      }),
    );
}

async function connection({ api, credential }: Context): Promise<Finding[]> {
  const before = Date.now();
  const { response } = await api.GET('/healthz');
  const took = Date.now() - before;
  const said = Date.parse(response.headers.get('date') ?? '');
  const skew = Math.round((said - before) / 1000);
  const skewed = Math.abs(skew) > mostSkew;
  return [
    { check: 'server', status: response.ok ? 'ok' : 'down', detail: `${credential.url} answers in ${took} ms` },
    { check: 'clock', status: skewed ? 'degraded' : 'ok', detail: `${skew} s apart from the server's` },
  ];
}

async function readiness({ api }: Context): Promise<Finding[]> {
  const { data, error } = await api.GET('/readyz');
  const { dependencies } = (data ?? error) as { dependencies: Record<string, Finding['status']> };
  return Object.entries(dependencies).map(([check, status]) => ({ check, status, detail: '' }));
}

async function identity({ api }: Context): Promise<Finding> {
  try {
    const { subject, roles } = await ask(api.GET('/api/v1/auth/me'));
    return { check: 'you', status: 'ok', detail: `${subject} (${roles.join(', ')})` };
  } catch (error) {
    return { check: 'you', status: 'down', detail: (error as Error).message };
  }
}
