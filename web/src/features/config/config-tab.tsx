import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { eventName } from '../../../../actors/core/event';
import { useMay } from '../../api/me';
import { told } from '../../ui/toast';
import { Panel } from '../../ui/panel';
import { useAgent } from '../agents/agent-page';
import { kindsQuery } from '../agents/agent-queries';
import { useAgentEvents } from '../agents/use-agent-events';
import { ConfigTemplates } from './config-templates';
import { ConfigVersions } from './config-versions';
import { configQuery, versionsQuery } from './config-queries';
import { DynamicAgentConfigForm } from './dynamic-agent-config-form';

export function Component() {
  const { id, kind } = useAgent();
  const may = useMay();
  const client = useQueryClient();
  const { data: kinds } = useQuery(kindsQuery);
  const { data: present } = useQuery(configQuery(id));
  /** Each one fills the form anew, also where it is the same template again. */
  const [applied, setApplied] = useState<{ turn: number; proposal?: object }>({ turn: 0 });
  const refresh = (): void => void client.invalidateQueries({ queryKey: versionsQuery(id).queryKey });
  useAgentEvents(id, (events) => {
    if (events.some((event) => eventName(event) === 'ConfigChanged')) refresh();
  });
  // What only Ymera makes has no templates.
  const hasTemplates = kinds?.some(({ name, internal }) => name === kind && !internal) ?? false;
  return (
    <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <Panel title="Config">
        <DynamicAgentConfigForm
          key={applied.turn}
          agentId={id}
          {...(applied.proposal && { proposal: applied.proposal })}
          onSuccess={(version) => told(`Version ${version} is in effect`)}
        />
      </Panel>
      <div className="flex min-w-0 flex-col gap-4">
        {hasTemplates && (
          <ConfigTemplates
            kind={kind}
            present={present?.config}
            onApply={
              may('agents:configure') ? (proposal) => setApplied({ turn: applied.turn + 1, proposal }) : undefined
            }
          />
        )}
        <ConfigVersions agentId={id} />
      </div>
    </div>
  );
}
