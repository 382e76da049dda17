import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { ask } from '../api';
import { withContext, type Context } from '../context';
import { CliError, exitCodes, refusedBy } from '../errors';

const lookEveryMs = 1000;

interface Verdict {
  verdict: 'pass' | 'fail' | 'not_checkable';
  code?: string;
  sequence?: number;
  runId?: string;
  message?: string;
}

interface Result {
  agent: string;
  verdicts: Record<string, Verdict>;
}

interface ExportOptions {
  output: string;
  from?: string;
  to?: string;
  principal?: string;
  kind?: string;
}

/** `verify` and `export`. */
export function addEvidenceCommands(program: Command): void {
  program
    .command('verify [agent]')
    .summary('the four verdicts on an agent or a run, or on everything')
    .description(
      'Asks for the verdicts intact, complete, attributed and replay-consistent, and exits with 1 where one of them is fail.',
    )
    .option('--all', 'every agent, and the chain of all checkpoints')
    .option('--kind <kind>', 'the agents of one kind')
    .action(
      withContext(async (context, agent: string | undefined, { all, kind }: { all?: true; kind?: string }) => {
        if ([agent, all, kind].filter((given) => given !== undefined).length !== 1) {
          throw new CliError('name an agent, or give --all or --kind', exitCodes.usage);
        }
        const body = agent === undefined ? (all ? { all } : { kind: kind ?? '' }) : { agents: [agent] };
        const { id } = await ask(context.api.POST('/api/v1/evidence/verify', { body }));
        await report(context, id);
      }),
    );

  program
    .command('export [agent]')
    .summary('signed evidence as a zip, to be checked offline by ymera-verify')
    .requiredOption('-o, --output <file>', 'where to write it')
    .option('--from <time>', 'of all agents: from this time')
    .option('--to <time>', 'of all agents: up to this time')
    .option('--principal <name>', 'of all agents: what this principal did')
    .option('--kind <kind>', 'of all agents: those of this kind')
    .action(
      withContext(async (context, id: string | undefined, { output, ...query }: ExportOptions) => {
        const { api, out } = context;
        const filtered = Object.keys(query).length > 0;
        if ((id === undefined) !== filtered) {
          throw new CliError('name an agent or run, or filter all agents: one of both', exitCodes.usage);
        }
        const progress = out.progress(`exporting to ${output}`);
        try {
          const call =
            id === undefined
              ? api.GET('/api/v1/evidence/export', { params: { query }, parseAs: 'stream' })
              : api.GET('/api/v1/agents/{id}/export', { params: { path: { id } }, parseAs: 'stream' });
          await save(await call, output);
        } finally {
          progress.stop();
        }
        out.done({ file: output }, `${output}; check it with: ymera-verify ${output}`);
      }),
    );
}

/** Shows how far a verification is, and at its end what it found. @throws CliError where a verdict is `fail` */
async function report({ api, out }: Context, id: string): Promise<void> {
  const progress = out.progress('verifying');
  const look = () => ask(api.GET('/api/v1/evidence/verifications/{id}', { params: { path: { id } } }));
  let found = await look();
  try {
    while (['waiting', 'running'].includes(found.state)) {
      const { done, agents, records } = found.progress;
      progress.text(`verifying: ${done} of ${agents ?? '?'} agents, ${records} records`);
      await delay(lookEveryMs);
      found = await look();
    }
  } finally {
    progress.stop();
  }
  if (found.state !== 'done')
    throw new CliError(`the verification was ${found.state}: ${found.error}`, exitCodes.refused);
  const rows = (found.results as Result[]).flatMap(({ agent, verdicts }) =>
    Object.entries(verdicts).map(([name, verdict]) => ({ agent, name, ...verdict })),
  );
  if (rows.length === 0 && !out.json) return out.done(found, `${found.progress.done} agents: all four verdicts pass`);
  out.table(found, rows, {
    agent: (row) => row.agent,
    verdict: (row) => row.name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    is: (row) => row.verdict,
    at: (row) => row.sequence ?? row.runId,
    why: (row) => (row.code ? `${row.code}: ${row.message}` : row.message),
  });
  if (found.failed > 0)
    throw new CliError(`${found.failed} of ${found.progress.done} agents failed`, exitCodes.refused);
}

/** A file of that name is there only once all of it is. */
async function save({ data, error, response }: { data?: unknown; error?: unknown; response: Response }, file: string) {
  if (!response.ok) throw refusedBy(response.status, error);
  const draft = `${file}.part`;
  try {
    await pipeline(Readable.fromWeb(data as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(draft));
    await rename(draft, file);
  } catch (cause) {
    await rm(draft, { force: true });
    throw new CliError(`${file} could not be written: ${(cause as Error).message}`, exitCodes.refused);
  }
}
