import { Worker } from '@temporalio/worker';
import { agentActivities } from '../activities/agent-activities';
import { launchActivities, planActivities, runActivities } from '../activities/run-activities';
import { actions, plannable } from '../activities/actions/catalogue';
import { sweepWorkspaces } from '../activities/actions/workspace';
import { stepRunner } from '../activities/perform';
import { stepPlanner } from '../activities/plan-step';
import { alertActivities } from '../activities/alert-activities';
import { measureActivities } from '../activities/measure-activities';
import { followActivities } from '../activities/follow-activities';
import { watchActivities } from '../activities/watch-activities';
import { requireServers, type Environment } from '../infra/config';
import { serveMetrics } from '../infra/metrics/listener';
import { observePool } from '../infra/metrics/pool';
import { createRegistry } from '../infra/metrics/registry';
import { createWorkerMetrics } from '../infra/metrics/worker';
import { NatsSubjects } from '../infra/nats/subject-sender';
import { sampleMetrics } from '../projections/metric-sampler';
import { readRunbook } from '../projections/queries/runbooks';
import { runProcess } from '../infra/process';
import { createPool } from '../infra/postgres/pool';
import { RunLogs } from '../infra/postgres/run-logs';
import { activityFrame } from './activity-frame';
import { openAgentGateway } from './agent-gateway';
import { TemporalAgentHistory } from './agent-history';
import { actionSettings, secretsOf } from './action-settings';
import { TemporalCompanions } from './companions';
import { keepBundle } from './keep-bundle';
import { Launcher } from './launcher';
import { launchesOf } from './launches';
import { PolicyReader } from './policy';
import { postgresArchive } from './postgres-archive';
import { policyCheck, runSignals, runTargets, stepLocks } from './run-ports';
import { TargetLocks } from './target-locks';
import { tracingSinks } from './tracing-sinks';
import { deploymentOptions } from './worker-deployment';
import { connectWorker, installRuntime, workerCode } from './worker-parts';
import { workerRoom } from './worker-room';

/** How often the folders of old runs are removed. */
const sweepEveryMs = 6 * 3_600_000;

/** The worker: runs the workflows of all agents and does what they want done. Any number of them may run. */
runProcess('worker', async (stop, env, logger) => {
  const servers = requireServers(env);
  installRuntime(logger, coreMetricsAt(env));
  const registry = createRegistry('worker');

  const gateway = openAgentGateway(env, servers, registry, logger);
  const { agents, checkpoints, client, publisher } = gateway;
  const subjects = new NatsSubjects(servers.nats.servers);
  const onError = (err: unknown, what: string): void => logger.warn({ err }, `${what} failed`);
  const pool = createPool(servers.postgres.url, logger);
  observePool(registry, pool);
  const logs = new RunLogs(pool, logger);
  const policy = new PolicyReader(agents);
  const locks = new TargetLocks(agents);
  const runbooks = { read: (name: string, version?: number) => readRunbook(pool, name, version) };
  const launcher = new Launcher({ client, taskQueue: servers.temporal.taskQueue, agents, policy, runbooks });
  const launches = launchesOf(launcher, agents);
  const doing = { settings: actionSettings(env), secrets: secretsOf(env) };
  const connection = await connectWorker(servers.temporal.address);
  const code = workerCode(servers.temporal.encryption);
  const worker = await Worker.create({
    connection,
    namespace: servers.temporal.namespace,
    taskQueue: servers.temporal.taskQueue,
    ...code,
    ...deploymentOptions(env.TEMPORAL_WORKER_DEPLOYMENT, code.workflowBundle.codePath),
    activities: {
      ...agentActivities({
        publisher,
        checkpoints,
        history: new TemporalAgentHistory(client, postgresArchive(pool)),
        companions: new TemporalCompanions(client, servers.temporal.taskQueue, agents, launches),
        onError,
      }),
      ...watchActivities(agents, doing.settings),
      ...measureActivities(agents, doing.settings),
      ...alertActivities({ secrets: doing.secrets, subjects }),
      ...followActivities({ ...doing, sender: agents, onError }),
      ...launchActivities(launches),
      ...planActivities(stepPlanner({ ...doing, actions: plannable() })),
      ...runActivities({
        runner: stepRunner({ ...doing, actions, policy: policyCheck(policy), locks: stepLocks(locks), logs, onError }),
        publisher,
        checkpoints,
        targets: runTargets(locks),
        launches,
        signals: runSignals(client),
        onError,
      }),
    },
    sinks: tracingSinks,
    interceptors: { activity: [activityFrame(createWorkerMetrics(registry))] },
    ...workerRoom(env),
    // A cancellation comes with the answer to a heartbeat.
    maxHeartbeatThrottleInterval: '2s',
    shutdownGraceTime: '5s',
  });
  const sweep = (): void => {
    sweepWorkspaces(doing.settings.workspace).catch((error: unknown) => onError(error, 'sweeping the workspace'));
  };
  sweep();
  const sweeping = setInterval(sweep, sweepEveryMs);
  stop.addEventListener('abort', () => {
    clearInterval(sweeping);
    void agents.flushCheckpoints(3000).finally(() => worker.shutdown());
  });
  const keeping = keepBundle(pool, code.workflowBundle.codePath, stop, logger);
  const sampling = sampleMetrics('worker', registry, { pool, env, logger }, stop);
  await serveMetrics(registry, { host: env.METRICS_HOST, port: env.METRICS_PORT }, stop, logger);
  logger.info('ready');
  await worker.run();
  await Promise.all([keeping, sampling]);
  await Promise.allSettled([gateway.close(), subjects.close(), pool.end(), connection.close()]);
});

/** Where Temporal's core tells of its own pollers, slots and caches. */
function coreMetricsAt({ METRICS_HOST: host, TEMPORAL_METRICS_PORT: port }: Environment): string | undefined {
  return port === undefined ? undefined : `${host}:${port}`;
}
