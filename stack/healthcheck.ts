import { Connection } from '@temporalio/client';
import { connect } from 'nats';
import { hostname } from 'node:os';
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

/**
 * `node healthcheck <api|worker|projector>`: for containers, whose engine asks nothing but an exit code. A process that
 * runs but does no work counts as ill: the worker must poll Temporal, a projector must ask NATS for messages.
 */
async function main(role: string | undefined): Promise<void> {
  const env = parseEnvironment(process.env);
  if (role === 'api') await apiIsHealthy(env.PORT, env.TLS_CERT !== undefined);
  else if (role === 'worker') await workerPolls(env);
  else if (role === 'projector') await projectorPulls(env);
  else throw new Error('which role? api, worker or projector');
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

main(process.argv[2]).catch((error: Error) => {
  process.stderr.write(`healthcheck: ${error.message}\n`);
  process.exitCode = 1;
});
