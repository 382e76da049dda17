import { Connection } from '@temporalio/client';
import { connect } from 'nats';
import { hostname } from 'node:os';
import { Client } from 'pg';
import { parseEnvironment, requireServers, type Environment } from '../infra/config';
import { connectionOptions } from '../infra/nats/connection';
import { projectorConsumer } from '../infra/nats/consumer';
import { streamName } from '../infra/nats/stream';
import { apiIsHealthy } from './api-health';

/** A worker polls again at least once a minute. */
const pollerSilenceMs = 90_000;
/** A projector asks for messages again every second; more silence than this means that none asks. */
const pullAttempts = 20;
const pullPauseMs = 250;
/** A keeper says every 10 s that it lives. */
const keeperSilenceMs = 45_000;

/**
 * `node healthcheck <api|worker|projector|evidence>`: for containers, whose engine asks nothing but an exit code. A process that
 * runs but does no work counts as ill: the worker must poll Temporal, a projector must ask NATS for messages, a keeper must have said in Postgres that it lives.
 */
async function main(role: string | undefined): Promise<void> {
  const env = parseEnvironment(process.env);
  if (role === 'api') await apiIsHealthy(env.PORT, env.TLS_CERT !== undefined);
  else if (role === 'worker') await workerPolls(env);
  else if (role === 'projector') await projectorPulls(env);
  else if (role === 'evidence') await keeperLives(env);
  else throw new Error('which role? api, worker, projector or evidence');
}

async function workerPolls(env: Environment): Promise<void> {
  const { address, namespace, taskQueue } = requireServers(env).temporal;
  const connection = await Connection.connect({ address, connectTimeout: '5s' });
  try {
    const { pollers } = await connection.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: taskQueue },
    });
    const here = (pollers ?? []).filter(({ identity }) => identity?.endsWith(`@${hostname()}`));
    const last = Math.max(0, ...here.map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000));
    if (Date.now() - last > pollerSilenceMs) throw new Error(`no worker of this host polls ${taskQueue}`);
  } finally {
    await connection.close();
  }
}

async function projectorPulls(env: Environment): Promise<void> {
  const options = connectionOptions(requireServers(env).nats.servers, 'ymera-healthcheck');
  const connection = await connect({ ...options, reconnect: false });
  try {
    const manager = await connection.jetstreamManager();
    for (let attempt = 0; attempt < pullAttempts; attempt++) {
      const { num_waiting: waiting, num_ack_pending: unacked } = await manager.consumers.info(
        streamName,
        projectorConsumer,
      );
      if (waiting > 0 || unacked > 0) return;
      await new Promise((resolve) => setTimeout(resolve, pullPauseMs));
    }
    throw new Error('no projector asks for messages');
  } finally {
    await connection.close();
  }
}

async function keeperLives(env: Environment): Promise<void> {
  const connectionString = requireServers(env).postgres.url;
  const client = new Client({ connectionString, connectionTimeoutMillis: 3_000, statement_timeout: 3_000 });
  await client.connect();
  try {
    const { rowCount } = await client.query(
      `SELECT FROM keepers WHERE host = $1 AND seen_at > now() - make_interval(secs => $2)`,
      [hostname(), keeperSilenceMs / 1_000],
    );
    if (rowCount === 0) throw new Error('no keeper of this host lives');
  } finally {
    await client.end();
  }
}

main(process.argv[2]).catch((error: Error) => {
  process.stderr.write(`healthcheck: ${error.message}\n`);
  process.exitCode = 1;
});
