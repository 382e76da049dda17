import { useQuery, useQueryClient } from '@tanstack/react-query';
import { GitFork } from 'lucide-react';
import { useState } from 'react';
import { Outlet, useOutletContext, useParams } from 'react-router';
import { eventName, type EventRecord } from '../../../../actors/core/event';
import { useMay } from '../../api/me';
import { Badge } from '../../ui/badge';
import { Button, ButtonLink } from '../../ui/button';
import { CopyButton } from '../../ui/copy-button';
import { Hash } from '../../ui/mono';
import { Page } from '../../ui/page';
import { Loaded } from '../../ui/states';
import { RouteTabs } from '../../ui/tabs';
import { Time } from '../../ui/time';
import { agentQuery, type Agent } from './agent-queries';
import { CommandDialog } from './command-dialog';
import { StatusBadge } from './status-badges';
import { StopDialog } from './stop-dialog';
import { useAgentEvents, useSoon } from './use-agent-events';

/** After an event the agent is read again, at most this often, in ms. */
const readAgainMs = 400;

/** The agent whose page this is, for the tabs. */
export const useAgent = (): Agent => useOutletContext<Agent>();

export function Component() {
  const { id = '' } = useParams();
  const query = useQuery(agentQuery(id));
  const client = useQueryClient();
  const [last, setLast] = useState<EventRecord | null>(null);
  const readAgain = useSoon(
    () => void client.invalidateQueries({ queryKey: agentQuery(id).queryKey, exact: true }),
    readAgainMs,
  );
  useAgentEvents(id, (events) => {
    setLast(events.at(-1) ?? null);
    readAgain();
  });
  return (
    <Page
      title={query.data?.name ?? id}
      trail={[['Agents', '/agents']]}
      beside={query.data && <Badges agent={query.data} />}
      actions={query.data && <Actions agent={query.data} />}
    >
      <Loaded query={query} rows={8}>
        {(agent) => (
          <>
            <Facts agent={agent} last={last?.source === `/agents/${id}` ? last : null} />
            <RouteTabs
              label="Agent"
              base={`/agents/${id}`}
              tabs={[
                ['Overview', ''],
                ['Runs', 'runs'],
                ['Config', 'config'],
                ['History', 'history'],
                ['Time machine', 'time'],
                ['Evidence', 'evidence'],
              ]}
            />
            <Outlet context={agent} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Badges({ agent: { kind, status } }: { agent: Agent }) {
  return (
    <>
      <Badge>{kind}</Badge>
      <StatusBadge status={status} />
    </>
  );
}

/** Where it stands: its id, the head of its chain, what happened last. */
function Facts({ agent, last }: { agent: Agent; last: EventRecord | null }) {
  const { id, sequence, hash, updatedAt, forkedFrom } = agent;
  return (
    <dl className="flex flex-wrap items-center gap-x-6 gap-y-1 text-sm" aria-live="off">
      <Fact name="Id">
        <code className="font-mono text-xs">{id}</code>
        <CopyButton text={id} name="Copy the id" />
      </Fact>
      <Fact name="Events">
        <span data-sequence={sequence} className="tabular-nums">
          {sequence}
        </span>
      </Fact>
      <Fact name="Hash">
        <Hash value={hash} />
        <CopyButton text={hash} name="Copy the hash" />
      </Fact>
      <Fact name="Last event">
        {last && <span>{eventName(last)}</span>} <Time at={last?.time ?? updatedAt} as="ago" />
      </Fact>
      {forkedFrom && (
        <Fact name="Forked from">
          <span>
            {forkedFrom.agent} at {forkedFrom.sequence}
          </span>
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="flex min-h-8 items-center gap-1.5">
      <dt className="text-muted">{name}</dt>
      <dd className="flex items-center gap-1">{children}</dd>
    </div>
  );
}

function Actions({ agent }: { agent: Agent }) {
  const may = useMay();
  const [open, setOpen] = useState<'command' | 'stop' | null>(null);
  const runs = agent.status === 'running';
  return (
    <>
      {runs && may('agents:command') && <Button onClick={() => setOpen('command')}>Send a command</Button>}
      {may('agents:create') && (
        <ButtonLink to={`/agents/${agent.id}/time`}>
          <GitFork aria-hidden className="size-4" />
          Fork
        </ButtonLink>
      )}
      {runs && may('agents:stop') && (
        <Button look="danger" onClick={() => setOpen('stop')}>
          Stop
        </Button>
      )}
      <CommandDialog agent={agent} open={open === 'command'} onClose={() => setOpen(null)} />
      <StopDialog agent={agent} open={open === 'stop'} onClose={() => setOpen(null)} />
    </>
  );
}
