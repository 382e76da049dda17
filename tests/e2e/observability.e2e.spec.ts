import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiClient, until } from '../_util/api-client';
import { startTestStack, type TestStack } from '../_util/stack';
import { namesAskedFor } from '../_util/watched-names';
import { TraceCollector } from '../_util/trace-collector';

describe('a stack that is watched', () => {
  let stack: TestStack;
  let api: ApiClient;
  let collector: TraceCollector;
  beforeAll(async () => {
    collector = await TraceCollector.start();
    stack = await startTestStack({
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_BSP_SCHEDULE_DELAY: '100' },
    });
    api = await ApiClient.login(stack.file);
  }, 180_000);
  afterAll(async () => {
    await stack.stop();
    await collector.stop();
  }, 60_000);

  const scrape = async (url: string): Promise<string> => {
    const response = await fetch(url);
    expect([url, response.status]).toEqual([url, 200]);
    return response.text();
  };

  it('serves the metrics of every process, of Temporal and of its core', async () => {
    const { metrics } = stack.file;
    await api.call('POST', 'agents', { kind: 'flags', id: 'seen' });
    await api.call('POST', 'agents/seen/commands', { type: 'SetFlag', data: { key: 'a', value: true } });
    await api.call('POST', 'agents/seen/config', { max_flags: 5 });
    await api.raw('GET', '/api/v1/agents', { headers: { authorization: 'Bearer nonsense' } });
    const shows = async (
      url: string | null,
      ...wanted: [name: string, labels?: Record<string, string>][]
    ): Promise<void> => {
      for (const [name, labels = {}] of wanted) {
        const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
        const isIt = (line: string): boolean =>
          line.replace(/[ {].*/, '') === name && pairs.every((pair) => line.includes(pair)) && !line.endsWith(' 0');
        await until(async () => (await scrape(url as string)).split('\n').some(isIt), `${name} ${pairs.join()}`);
      }
    };
    await shows(
      metrics.api,
      ['ymera_http_request_duration_seconds_count', { route: '/api/v1/agents/{id}/commands', role: 'api' }],
      ['ymera_commands_total', { kind: 'flags', outcome: 'accepted' }],
      ['ymera_auth_failures_total', { code: 'invalid_token' }],
      ['ymera_events_published_total', { kind: 'flags', outcome: 'acked' }],
      ['ymera_checkpoints_total', { outcome: 'written' }],
      ['ymera_agent_top_update_seconds', { agent: 'seen' }],
      ['ymera_dependency_up', { dependency: 'postgres' }],
      ['ymera_jetstream_messages'],
      ['ymera_agents', { status: 'running' }],
      ['ymera_db_pool_connections', { state: 'idle' }],
    );
    await shows(
      metrics.worker,
      ['ymera_activity_duration_seconds_count', { activity: 'announce', outcome: 'done', role: 'worker' }],
      ['process_cpu_seconds_total', { role: 'worker' }],
    );
    await shows(
      metrics.projector,
      ['ymera_events_projected_total', { kind: 'flags', role: 'projector' }],
      ['ymera_config_changes_total', { kind: 'flags' }],
      ['ymera_projector_delay_seconds_count'],
    );
    await shows(metrics.evidence, ['ymera_keeper_last_round_timestamp_seconds', { loop: 'archive' }]);
    // That of failures is there from the first one on.
    const ofCore = namesAskedFor().filter(({ name }) => /^temporal_(?!.*_failed_total$)/.test(name));
    await shows(metrics.workerCore, ...ofCore.map(({ name }): [string] => [name]));
    await shows(metrics.temporal, ['service_requests']);
  }, 60_000);

  /** The lines that a process has logged about something. */
  const logged = (role: string, field: string, value: string): Record<string, unknown>[] =>
    readFileSync(join(stack.home, 'logs', `${role}.log`), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{') && line.includes(value))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((entry) => entry[field] === value);

  const traceId = (n: number): string => n.toString(16).padStart(32, '5');
  const from = (n: number): Record<string, string> => ({ traceparent: `00-${traceId(n)}-b7ad6b7169203331-01` });
  const showsAll = async (n: number, ...names: string[]): Promise<void> =>
    until(
      () => {
        const found = collector.of(traceId(n));
        return names.every((name) => found.includes(name));
      },
      `${names.join(', ')} in one trace`,
    );

  it('shows a command from HTTP through workflow, JetStream and projector to the frames of sockets in one trace', async () => {
    await api.call('POST', 'agents', { kind: 'flags', id: 'traced' }, from(1));
    await showsAll(
      1,
      'ymera-api POST /api/v1/agents',
      'ymera-api start',
      'ymera-worker activity announce',
      'ymera-worker publish AGENT_MESSAGES',
      'ymera-projector project',
      'ymera-api ws broadcast',
    );
    const { body } = await api.call(
      'POST',
      'agents/traced/commands',
      { type: 'SetFlag', data: { key: 'a', value: 1 } },
      from(2),
    );
    await showsAll(
      2,
      'ymera-api POST /api/v1/agents/{id}/commands',
      'ymera-api update',
      'ymera-worker decide SetFlag',
      'ymera-api publish AGENT_MESSAGES',
      'ymera-projector project',
      'ymera-api ws broadcast',
    );
    const spans = collector.spans.filter((span) => span.traceId === traceId(2));
    const server = spans.find(({ name }) => name.startsWith('POST'));
    expect(server?.parentSpanId).toBe('b7ad6b7169203331');
    for (const span of spans.filter((each) => each !== server)) expect(span.parentSpanId).toBe(server?.spanId);
    // The record says for good where it comes from.
    expect(body.events[0].traceparent).toBe(`00-${traceId(2)}-${server?.spanId}-01`);
    expect(spans.find(({ name }) => name === 'decide SetFlag')?.attributes).toMatchObject({
      'ymera.agent_id': 'traced',
      'ymera.command_id': body.commandId,
    });
  }, 60_000);

  it('shows the steps of a run in the trace of whoever has launched it', async () => {
    const source = 'name: look\nsteps:\n  - {id: disk, action: disk.usage, with: {path: /tmp}}\n';
    await api.raw('POST', '/api/v1/runbooks', { headers: { 'content-type': 'application/yaml' }, body: source });
    const { status } = await api.call('POST', 'runs', { runbook: 'look', id: 'traced-run' }, from(3));
    expect(status).toBeLessThan(300);
    await showsAll(3, 'ymera-api POST /api/v1/runs', 'ymera-worker activity perform', 'ymera-projector project');
  }, 60_000);

  it('makes no span where the caller says that nobody collects it', async () => {
    const quiet = { traceparent: from(4)['traceparent']?.replace(/01$/, '00') as string };
    await api.call('POST', 'agents/traced/commands', { type: 'SetFlag', data: { key: 'b', value: 1 } }, quiet);
    await api.call('POST', 'agents/traced/commands', { type: 'SetFlag', data: { key: 'b', value: 2 } }, from(5));
    await showsAll(5, 'ymera-projector project');
    expect(collector.of(traceId(4))).toEqual([]);
  }, 60_000);

  it('logs which trace, agent and command a line is about, and of an agent as much as its log_level says', async () => {
    await api.call('POST', 'agents', { kind: 'flags', id: 'silent', config: { log_level: 'error' } });
    await api.call('POST', 'agents', { kind: 'flags', id: 'chatty', config: { log_level: 'debug' } });
    const set = { type: 'SetFlag', data: { key: 'a', value: 1 } };
    await api.call('POST', 'agents/silent/commands', set);
    const { body } = await api.call('POST', 'agents/chatty/commands', set, from(6));
    const line = {
      agentId: 'chatty',
      kind: 'flags',
      commandId: body.commandId,
      traceId: traceId(6),
      command: 'SetFlag',
    };
    await until(() => logged('worker', 'commandId', body.commandId).length > 0, 'the line of the command');
    expect(logged('worker', 'commandId', body.commandId)).toEqual([
      expect.objectContaining({ level: 'debug', role: 'worker', msg: 'command accepted', ...line }),
    ]);
    expect(logged('worker', 'agentId', 'chatty').map(({ msg }) => msg)).toContain('AgentCreated');
    expect(logged('worker', 'agentId', 'silent')).toEqual([]);
    expect(logged('api', 'agentId', 'chatty')).toEqual([
      expect.objectContaining({ msg: 'request', traceId: traceId(6), status: 200 }),
    ]);
  }, 60_000);
});
