import { useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleX, Scale } from 'lucide-react';
import { useState } from 'react';
import { comparedOf, type AgentState } from '../../../../actors/core/agent-state';
import { changesBetween } from '../../../../actors/core/json-changes';
import { Button } from '../../ui/button';
import { Problem } from '../../ui/states';
import { ChangeList } from './change-list';
import { stateAt } from './time-queries';

/** Asks the server for the same moment, and compares what it has folded with what was folded here. */
export function ServerCheck({ agent }: { agent: AgentState }) {
  const [asked, setAsked] = useState<string | null>(null);
  const query = useQuery({
    queryKey: ['time', agent.id, 'state', agent.hash],
    queryFn: () => stateAt(agent.id, String(agent.sequence)),
    enabled: asked === agent.hash,
    staleTime: Infinity,
  });
  const { data: theirs } = query;
  const differences = theirs && [
    ...changesBetween([comparedOf(agent)], [comparedOf(theirs)], '', 50),
    ...changesBetween([agent.hash], [theirs.hash], '/hash', 1),
  ];
  const Icon = differences?.length === 0 ? CircleCheck : CircleX;
  return (
    <div className="border-t border-line px-4 py-2">
      <div className="flex flex-wrap items-center gap-3">
        <Button busy={query.isFetching} onClick={() => setAsked(agent.hash)}>
          <Scale aria-hidden className="size-4" />
          Compare with the server
        </Button>
        <p role="status" className="flex items-center gap-1.5 text-sm">
          {differences && (
            <>
              <Icon aria-hidden className={`size-4 ${differences.length === 0 ? 'text-ok' : 'text-bad'}`} />
              {differences.length === 0
                ? `The server folds the very same state after event ${agent.sequence}.`
                : `The server's state differs in ${differences.length} places.`}
            </>
          )}
        </p>
      </div>
      {query.error !== null && <Problem error={query.error} />}
      {differences && differences.length > 0 && <ChangeList changes={differences} />}
    </div>
  );
}
