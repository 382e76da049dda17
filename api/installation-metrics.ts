import { setTimeout as sleep } from 'node:timers/promises';
import { Gauge, type Registry } from 'prom-client';
import type { StreamState } from '../infra/nats/consumer';
import type { InstallationCounts } from '../projections/queries/installation';
import type { Readiness } from './readiness';

const everyMs = 15_000;

/** Where the figures come from; each may throw while its server is away. */
export interface InstallationSources {
  stream(): Promise<StreamState>;
  counts(): Promise<InstallationCounts>;
  readiness(): Promise<Readiness>;
}

const health = { ok: 1, degraded: 0.5, down: 0 };

/**
 * What is true of the whole installation, and so the same at every API process: to be read with `max`, never with `sum`. What
 * can't be read is missing until it can, so that nobody takes an old figure for a new one.
 */
export class InstallationMetrics {
  private readonly gauges;

  constructor(
    registry: Registry,
    private readonly sources: InstallationSources,
  ) {
    const gauge = <L extends string>(name: string, help: string, labelNames: L[] = []): Gauge<L> =>
      new Gauge({ name, help, labelNames, registers: [registry] });
    this.gauges = {
      up: gauge('ymera_dependency_up', '1 where a server answers, 0.5 where it does so late, 0 where not.', [
        'dependency',
      ]),
      messages: gauge('ymera_jetstream_messages', 'Messages that the stream holds.'),
      mostMessages: gauge(
        'ymera_jetstream_most_messages',
        'Messages beyond which the stream drops the oldest, whether they were consumed or not.',
      ),
      bytes: gauge('ymera_jetstream_bytes', 'Bytes that the stream holds.'),
      waiting: gauge('ymera_jetstream_consumer_pending', 'Messages not yet sent to a consumer.', ['consumer']),
      unacked: gauge('ymera_jetstream_consumer_unacked', 'Messages sent to a consumer and not yet acked.', [
        'consumer',
      ]),
      redelivered: gauge(
        'ymera_jetstream_consumer_redelivered',
        'Messages not yet acked that were sent to a consumer more than once.',
        ['consumer'],
      ),
      agents: gauge('ymera_agents', 'Agents by status.', ['status']),
      runs: gauge('ymera_runs_active', 'Runs of runbooks that have not ended, by status.', ['status']),
      oldestRun: gauge('ymera_runs_oldest_seconds', 'Age of the oldest run that has not ended, by status.', ['status']),
      approvals: gauge('ymera_approvals_waiting', 'Approvals that runs wait for.'),
      oldestApproval: gauge('ymera_approvals_oldest_seconds', 'For how long the oldest of them has waited.'),
      edgeActs: gauge('ymera_edge_acts_waiting', 'Acts at the edge (logins, denials …) that are not yet on record.'),
    };
  }

  /** Looks at once and then every 15 s, until aborted. Never throws. */
  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await Promise.all([this.lookAtStream(), this.lookAtCounts(), this.lookAtServers()]);
      await sleep(everyMs, undefined, { signal: stop }).catch(() => undefined);
    }
  }

  private async lookAtServers(): Promise<void> {
    const { dependencies } = await this.sources.readiness();
    for (const [dependency, state] of Object.entries(dependencies)) this.gauges.up.set({ dependency }, health[state]);
  }

  private async lookAtStream(): Promise<void> {
    const { messages, mostMessages, bytes, waiting, unacked, redelivered } = this.gauges;
    const state = await this.sources.stream().catch(() => null);
    for (const gauge of [waiting, unacked, redelivered]) gauge.reset();
    // A gauge without labels is 0 after a reset, which would say something.
    if (state === null) return [messages, mostMessages, bytes].forEach((gauge) => gauge.remove());
    messages.set(state.messages);
    mostMessages.set(state.mostMessages);
    bytes.set(state.bytes);
    for (const { name: consumer, ...lag } of state.consumers) {
      waiting.set({ consumer }, lag.waiting);
      unacked.set({ consumer }, lag.unacked);
      redelivered.set({ consumer }, lag.redelivered);
    }
  }

  private async lookAtCounts(): Promise<void> {
    const { agents, runs, oldestRun, approvals, oldestApproval, edgeActs } = this.gauges;
    const counts = await this.sources.counts().catch(() => null);
    for (const gauge of [agents, runs, oldestRun]) gauge.reset();
    if (counts === null) return [approvals, oldestApproval, edgeActs].forEach((gauge) => gauge.remove());
    for (const { status, count } of counts.agents) agents.set({ status }, count);
    for (const { status, count, oldest } of counts.runs) {
      runs.set({ status }, count);
      oldestRun.set({ status }, oldest);
    }
    approvals.set(counts.approvals.count);
    oldestApproval.set(counts.approvals.oldest);
    edgeActs.set(counts.edgeActs);
  }
}
