import type { Pool } from 'pg';
import type { Verdict, VerdictName, Verdicts } from '../../actors/core/evidence/verdicts';
import type { EventRecord } from '../../actors/core/event';
import type { VerificationScope } from '../../projections/queries/verifications';
import { isNotFound } from '../../temporal/grpc-status';
import { Verifications, type Verification } from '../../temporal/verifications';
import { agentWorkflowId } from '../../workflows/messages';
import { bundleWorkflowCode, DefaultLogger, type BundleOptions } from '@temporalio/worker';
import { projectRoot } from '../../infra/paths';
import { bundleOptions } from '../../temporal/bundle';
import { until } from './api-client';
import type { RunLab } from './run-lab';
import { ownerPool } from './owner-pool';

type WebpackConfig = Parameters<NonNullable<BundleOptions['webpackConfigHook']>>[0];
type WebpackPlugin = Extract<NonNullable<WebpackConfig['plugins']>[number], { apply: (compiler: never) => unknown }>;

/** Has the keeper of a lab verify, and waits for it. */
export async function verified({ client, pool }: RunLab, scope: VerificationScope): Promise<Verification> {
  const verifications = new Verifications(client, pool, 'ymera', (query) => query());
  const id = await verifications.start(scope, 'ann');
  let found: Verification | null = null;
  await until(async () => ((found = await verifications.get(id))?.endedAt ?? null) !== null, 'the verdicts', 90_000);
  return found as unknown as Verification;
}

/** The verdicts on one agent, each as `pass`, `not_checkable`, or `code@place`: a sequence, or the id of a run. */
export async function shortVerdicts(lab: RunLab, agent: string): Promise<Record<VerdictName, string>> {
  const { results, ...rest } = await verified(lab, { agents: [agent] });
  const [result] = results;
  if (!result) throw new Error(JSON.stringify(rest));
  const short = Object.entries(result.verdicts).map(([name, verdict]) => [name, shortVerdict(verdict)]);
  return Object.fromEntries(short) as Record<keyof Verdicts, string>;
}

function shortVerdict(verdict: Verdict): string {
  return verdict.verdict === 'fail' ? `${verdict.code}@${verdict.sequence ?? verdict.runId ?? ''}` : verdict.verdict;
}

/** Has Temporal forget runs of an agent, and waits until it has. */
export async function forget({ client }: RunLab, agentId: string, runIds: readonly string[]): Promise<void> {
  const { namespace } = client.options;
  const workflowId = agentWorkflowId(agentId);
  const { workflowService } = client;
  for (const runId of runIds) {
    await workflowService.deleteWorkflowExecution({ namespace, workflowExecution: { workflowId, runId } });
  }
  const isGone = (runId: string): Promise<boolean> =>
    workflowService
      .getWorkflowExecutionHistory({ namespace, execution: { workflowId, runId }, maximumPageSize: 1 })
      .then(() => false, isNotFound);
  for (const runId of runIds) await until(() => isGone(runId), `run ${runId} to be forgotten`, 60_000);
}

/** The workflow bundle with one module in the place of another. @param request as the module that imports it writes it */
export async function changedBundle(request: string, replacement: string): Promise<Buffer> {
  const options = bundleOptions(projectRoot, false);
  const replaces: WebpackPlugin = {
    apply(compiler) {
      compiler.hooks.normalModuleFactory.tap('replaces', (factory) => {
        factory.hooks.beforeResolve.tap('replaces', (module) => {
          if (module.request === request) module.request = replacement;
        });
      });
    },
  };
  const { code } = await bundleWorkflowCode({
    ...options,
    logger: new DefaultLogger('WARN'),
    webpackConfigHook: (config) => {
      const hooked = options.webpackConfigHook?.(config) ?? config;
      return { ...hooked, plugins: [...(hooked.plugins ?? []), replaces] };
    },
  });
  return Buffer.from(code);
}

/** Somebody who owns the database, and does as they like with it. */
export class Owner {
  private readonly pool: Pool;

  constructor(lab: RunLab) {
    this.pool = ownerPool(lab.servers.postgres.url, 'off');
  }

  async query(sql: string, values: unknown[] = []): Promise<void> {
    await this.pool.query(sql, values);
  }

  close(): Promise<void> {
    return this.pool.end();
  }

  async records(agentId: string): Promise<EventRecord[]> {
    const { rows } = await this.pool.query<{ record: EventRecord }>(
      'SELECT record FROM events WHERE agent_id = $1 ORDER BY sequence',
      [agentId],
    );
    return rows.map(({ record }) => record);
  }

  /** Replaces the whole ledger of an agent. */
  async write(agentId: string, records: readonly EventRecord[]): Promise<void> {
    await this.query('DELETE FROM events WHERE agent_id = $1', [agentId]);
    for (const [i, record] of records.entries()) await this.insert(agentId, i + 1, record);
  }

  async insert(agentId: string, sequence: number, record: EventRecord): Promise<void> {
    const { type, messagetype, time, principal, commandid, hash } = record;
    await this.query(
      `INSERT INTO events (agent_id, sequence, record, type, messagetype, time, principal, commandid, hash)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [agentId, sequence, JSON.stringify(record), type, messagetype, time, principal, commandid, hash],
    );
  }
}
