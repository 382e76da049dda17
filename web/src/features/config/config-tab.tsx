import { useQueryClient } from '@tanstack/react-query';
import { eventName } from '../../../../actors/core/event';
import { told } from '../../ui/toast';
import { Panel } from '../../ui/panel';
import { useAgent } from '../agents/agent-page';
import { useAgentEvents } from '../agents/use-agent-events';
import { ConfigVersions } from './config-versions';
import { versionsQuery } from './config-queries';
import { DynamicAgentConfigForm } from './dynamic-agent-config-form';

export function Component() {
  const { id } = useAgent();
  const client = useQueryClient();
  const refresh = (): void => void client.invalidateQueries({ queryKey: versionsQuery(id).queryKey });
  useAgentEvents(id, (events) => {
    if (events.some((event) => eventName(event) === 'ConfigChanged')) refresh();
  });
  return (
    <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <Panel title="Config">
        <DynamicAgentConfigForm agentId={id} onSuccess={(version) => told(`Version ${version} is in effect`)} />
      </Panel>
      <ConfigVersions agentId={id} />
    </div>
  );
}
