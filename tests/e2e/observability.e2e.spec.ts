import { ApiClient, until } from '../_util/api-client';
import { startTestStack, type TestStack } from '../_util/stack';

describe('a stack that is watched', () => {
  let stack: TestStack;
  let api: ApiClient;
  beforeAll(async () => {
    stack = await startTestStack();
    api = await ApiClient.login(stack.file);
  }, 180_000);
  afterAll(async () => {
    await stack.stop();
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
    await api.call('PUT', 'agents/seen/config', { max_flags: 5 });
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
    await shows(metrics.workerCore, ['temporal_workflow_task_execution_latency_seconds_count']);
    await shows(metrics.temporal, ['service_requests']);
  }, 60_000);
});
