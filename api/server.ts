import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, requireServers, type Environment } from '../infra/config';
import { later } from '../infra/later';
import { observePool } from '../infra/metrics/pool';
import { createProjectorMetrics } from '../infra/metrics/projector';
import { createRegistry } from '../infra/metrics/registry';
import { listed } from '../infra/network';
import { StreamReader } from '../infra/nats/event-bus';
import { distDir, projectRoot } from '../infra/paths';
import { followRunLogs } from '../infra/postgres/follow-run-logs';
import { Listener } from '../infra/postgres/listener';
import { createPool } from '../infra/postgres/pool';
import { RunLogs, runLogsChannel } from '../infra/postgres/run-logs';
import { SeriesUpkeep } from '../infra/postgres/series-upkeep';
import { runProcess } from '../infra/process';
import { parseRetentionClasses, type RetentionClasses } from '../infra/retention';
import { tlsOf } from '../infra/tls';
import { artifactStore, storeSettings } from '../infra/store/stores';
import { LedgerRebuild } from '../projections/ledger-rebuild';
import { sampleMetrics } from '../projections/metric-sampler';
import { countInstallation } from '../projections/queries/installation';
import { foldCode } from '../projections/queries/fold-code';
import { Snapshots } from '../projections/queries/snapshots';
import { secretsOf } from '../temporal/action-settings';
import { openAgentGateway } from '../temporal/agent-gateway';
import { TemporalAgentHistory } from '../temporal/agent-history';
import { listAgentIds } from '../temporal/agent-ids';
import { EncryptionCodec } from '../temporal/codec/encryption-codec';
import { probeTemporal } from '../temporal/guard';
import { Launcher } from '../temporal/launcher';
import { PolicyReader } from '../temporal/policy';
import { postgresArchive } from '../temporal/postgres-archive';
import { TemporalSchedules } from '../temporal/schedules';
import { Verifications } from '../temporal/verifications';
import { Access } from './access/access';
import { Directory } from './access/directory';
import { Passwords } from './access/passwords';
import { keyUse, postgresApiKeys, postgresSessions, postgresStandings, postgresUsers } from './access/postgres-stores';
import { Sessions } from './access/sessions';
import { Tokens } from './access/tokens';
import { AgentEvents } from './agent-events';
import { AgentMoments } from './agent-moments';
import { createApp } from './app';
import { Clients } from './client';
import { postgresKeeper } from './export/postgres-keeper';
import { postgresEvidence } from './export/postgres-source';
import { createHttpServer, drain, letGo, listen } from './http-server';
import { EdgeAudit } from './edge-audit';
import { guardedPostgres, guardedQueries } from './guarded-postgres';
import { RedisKeptAnswers } from './kept-answers';
import {
  guardedRebuild,
  postgresHooks,
  postgresKeeping,
  postgresLedger,
  postgresRunbooks,
  postgresRuns,
  postgresSnapshots,
  postgresTemplates,
} from './ledger';
import { InstallationMetrics } from './installation-metrics';
import { postgresMeasurements } from './measurements';
import { createApiMetrics, observeQueue } from './metrics';
import { RedisOnceStore } from './once-store';
import { limitsOf } from './rate-limit/classes';
import { PastReads } from './past-reads';
import { evidencePlaces } from './places';
import { RateLimiter } from './rate-limit/limiter';
import { ReadinessCheck } from './readiness';
import { RedisReplayGuard } from './replay-guard';
import { provide } from './shipped-runbooks';
import { postgresSignedEvidence } from './signed-evidence';
import { VitalsIntake } from './vitals-intake';
import { Connection } from './ws/connection';
import { Hub } from './ws/hub';
import { StreamPast } from './ws/past';
import { serveWebSockets } from './ws/upgrade';

/** How long requests under way may take after the signal, and sockets to close, in ms. */
const drainMs = 10_000;
const closeMs = 2_000;

/** The API: HTTP and WebSockets. Any number of them may run. */
runProcess('api', async (told, env, logger) => {
  // Until then it serves as ever: balancers need that time to send nobody any more.
  const stop = later(told, env.DRAIN_SECONDS);
  const startedAt = new Date();
  const servers = requireServers(env);
  const registry = createRegistry('api');
  const metrics = createApiMetrics(registry);
  const gateway = openAgentGateway(env, servers, registry, logger);
  const { agents, checkpoints, client, redis } = gateway;
  const stream = new StreamReader(servers.nats.servers, servers.nats, logger);
  const pool = createPool(servers.postgres.url, logger);
  observePool(registry, pool);
  const ask = guardedPostgres();
  const ledger = postgresLedger(pool, ask);
  const events = new AgentEvents(ledger, new TemporalAgentHistory(client));
  const snapshots = postgresSnapshots(new Snapshots(pool, foldCode, logger), ask);
  const moments = new AgentMoments(events, ledger, snapshots, logger);
  const runbooks = postgresRunbooks(pool, ask);
  const runLogs = new RunLogs(pool, logger);
  const listener = new Listener(servers.postgres.url, runLogsChannel, logger);
  const policy = new PolicyReader(agents);
  const launcher = new Launcher({ client, taskQueue: servers.temporal.taskQueue, agents, policy, runbooks });
  const logStream = {
    follow: (runId: string, after: number, signal: AbortSignal) =>
      followRunLogs(runLogs, listener, runId, after, signal),
  };
  const history = new TemporalAgentHistory(client, postgresArchive(pool));
  const projecting = { pool, logger, metrics: createProjectorMetrics(registry) };
  const rebuild = new LedgerRebuild(projecting, history, { all: () => listAgentIds(client) });
  const tokens = new Tokens(secretKeys(env), env.TOKEN_TTL_SECONDS);
  const directory = new Directory(postgresStandings(pool, ask));
  const access = new Access(tokens, directory, keyUse(pool, ask, logger));
  const audit = new EdgeAudit(pool, ask, agents, logger);
  const clients = new Clients(env.TRUSTED_PROXIES);
  const limits = new RateLimiter(redis, limitsOf(env), metrics, logger);
  const hub = new Hub(stream, logger, metrics);
  const past = new StreamPast(stream, ledger);
  const vitalsUpkeep = new SeriesUpkeep(pool, 'web_vitals', env.VITALS_RETENTION_DAYS, logger);
  const vitals = new VitalsIntake(pool, vitalsUpkeep, metrics.webVitals, logger);
  const publicOrigins = new Set(listed(env.PUBLIC_ORIGINS));

  const probes = {
    temporal: () => probeTemporal(client, 1_000),
    nats: () => stream.health(),
    redis: () => redis.ping(),
    postgres: () => pool.query('SELECT 1'),
  };
  const readiness = new ReadinessCheck(probes, limits);
  const installation = new InstallationMetrics(registry, {
    stream: () => stream.state(),
    counts: () => countInstallation(pool),
    readiness: () => readiness.run(),
  });
  observeQueue(registry, agents);

  const app = createApp({
    agents,
    events,
    moments,
    ledger,
    keeping: postgresKeeping(pool, ask, parseRetentionClasses(env.RETENTION_CLASSES) as RetentionClasses),
    rebuild: guardedRebuild(rebuild),
    launcher,
    runs: postgresRuns(pool, runLogs, ask),
    runLogs: logStream,
    artifacts: artifactStore(storeSettings(env)),
    runbooks,
    hooks: postgresHooks(pool, ask),
    evidence: postgresEvidence(pool, ask),
    keeper: postgresKeeper(guardedQueries(pool, ask)),
    places: evidencePlaces(),
    schedules: new TemporalSchedules(client, servers.temporal.taskQueue),
    verifications: new Verifications(client, pool, servers.temporal.taskQueue, ask),
    secrets: secretsOf(env),
    replays: new RedisReplayGuard(redis, logger),
    keptAnswers: new RedisKeptAnswers(redis),
    told,
    stopping: stop,
    checkpoints,
    projectorBacklog: () => stream.projectorBacklog(),
    probes,
    codec: new EncryptionCodec(servers.temporal.encryption),
    codecOrigins: new Set(listed(env.CODEC_ORIGINS)),
    clients,
    limits,
    corsOrigins: new Set(listed(env.CORS_ORIGINS)),
    tokens,
    access,
    sessions: new Sessions(postgresSessions(pool, ask), tokens, new Passwords(), directory, {
      lockout: { after: env.LOGIN_LOCKOUT_AFTER, minutes: env.LOGIN_LOCKOUT_MINUTES },
      sessionHours: env.SESSION_TTL_HOURS,
    }),
    users: postgresUsers(pool, ask),
    apiKeys: postgresApiKeys(pool, ask),
    directory,
    audit,
    signedEvidence: postgresSignedEvidence(pool, ask),
    templates: postgresTemplates(pool, ask),
    ...postgresMeasurements(pool, ask, vitals, env.METRICS_RETENTION_DAYS),
    publicOrigins,
    pastReads: new PastReads(),
    hub,
    metrics,
    logger,
    about: { version: projectVersion(), environment: env.ENVIRONMENT, startedAt },
  });
  const server = createHttpServer(app, logger, tlsOf(env));
  letGo(server, told);
  const sockets = serveWebSockets(server, {
    access,
    clients,
    limits,
    tickets: new RedisOnceStore(redis, logger),
    origins: publicOrigins,
    metrics,
    logger,
    perPrincipal: env.WS_CONNECTIONS_PER_PRINCIPAL,
    onSocket(socket, stream, visitor) {
      metrics.sockets.inc();
      socket.once('close', () => metrics.sockets.dec());
      new Connection(socket, stream, visitor, {
        hub,
        past,
        logs: logStream,
        access,
        audit,
        history: { events, moments },
        runs: { agents, ledger },
        logger,
        onSlow: (dropped) => {
          metrics.socketsClosedSlow.inc();
          metrics.framesDropped.inc(dropped);
        },
      });
    },
  });

  const auditing = audit.run(stop);
  const measuring = Promise.all([
    vitalsUpkeep.run(stop),
    vitals.run(stop),
    installation.run(stop),
    sampleMetrics('api', registry, { pool, env, logger }, stop),
  ]);
  await hub.start();
  void provide(join(distDir, 'runbooks'), runbooks, [() => policy.ensure()], logger, stop);
  const port = await listen(server, env.HOST, env.PORT);
  logger.info({ host: env.HOST, port }, 'ready');

  if (!told.aborted) await once(told, 'abort');
  logger.info({ seconds: env.DRAIN_SECONDS }, 'told to end: serving on for so long');
  if (!stop.aborted) await once(stop, 'abort');
  for (const socket of sockets.clients) socket.close(1001, 'the server stops');
  // A client that does not answer the close must not hold up the end.
  const cut = setTimeout(() => sockets.clients.forEach((socket) => socket.terminate()), closeMs);
  await drain(server, drainMs);
  clearTimeout(cut);
  await hub.stop();
  await agents.flushCheckpoints(closeMs);
  // What is not handed on by then is kept, for the next process.
  await Promise.race([Promise.all([auditing, measuring]), delay(closeMs)]);
  await Promise.allSettled([gateway.close(), stream.close(), listener.close(), pool.end()]);
});

/** The one that signs, and the one of before. @throws ConfigError */
function secretKeys({ SECRET_KEY, SECRET_KEY_PREVIOUS }: Environment): string[] {
  if (SECRET_KEY === undefined) throw new ConfigError(['SECRET_KEY: missing']);
  return SECRET_KEY_PREVIOUS === undefined ? [SECRET_KEY] : [SECRET_KEY, SECRET_KEY_PREVIOUS];
}

function projectVersion(): string {
  const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: string };
  return version;
}
