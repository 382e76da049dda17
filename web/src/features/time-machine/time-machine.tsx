import { useQuery } from '@tanstack/react-query';
import { GitFork, Link as LinkIcon } from 'lucide-react';
import { useMemo, useState } from 'react';
import { comparedOf } from '../../../../actors/core/agent-state';
import { useMay } from '../../api/me';
import { Button } from '../../ui/button';
import { CopyButton } from '../../ui/copy-button';
import { Page } from '../../ui/page';
import { Panel } from '../../ui/panel';
import { Loading, Problem } from '../../ui/states';
import { told } from '../../ui/toast';
import { Time } from '../../ui/time';
import { ChainBadge } from './chain-badge';
import { ChangesPanel } from './changes-panel';
import { DensityLegend } from './density-strip';
import { EventList } from './event-list';
import { EventRecordPanel } from './event-record';
import { FieldHistory } from './field-history';
import { FieldPicker } from './field-picker';
import { ForkDialog } from './fork-dialog';
import type { MomentRead } from './folded-history';
import { paces } from './playing';
import { Scrubber } from './scrubber';
import { ServerCheck } from './server-check';
import { markOf } from './state-rows';
import { StateTree } from './state-tree';
import { densityQuery, type Head } from './time-queries';
import { Transport } from './transport';
import { useHistoryOf, useHistoryVersion, useMoment } from './use-history';
import { usePlace } from './use-place';
import { usePlayer } from './use-player';

interface TimeMachineProps {
  agent: string;
  head: Head;
  /** Number of the first event that there is. */
  first: number;
}

export function TimeMachine({ agent, head, first }: TimeMachineProps) {
  const place = usePlace();
  const may = useMay();
  const [pace, setPace] = useState(0);
  const [forking, setForking] = useState(false);
  const history = useHistoryOf(agent, first);
  const { reader } = history;
  useHistoryVersion(history);
  const density = useQuery({
    ...densityQuery(agent, place.by),
    refetchInterval: ({ state }) => ((state.data?.buckets.at(-1)?.to ?? 0) < head.sequence ? 5_000 : false),
  });

  const at = Math.min(Math.max(place.at ?? head.sequence, first), head.sequence);
  const pinned = place.against === 'now' ? head.sequence : place.against === 'before' ? null : place.against;
  const against = pinned === null ? null : Math.min(Math.max(pinned, first), head.sequence);
  const { read, error } = useMoment(history, at, against);
  const player = usePlayer(reader, {
    at,
    head: head.sequence,
    pace: paces[pace]?.[1] ?? { speed: 1 },
    onMove: place.choose,
  });
  const move = (to: number | null): void => {
    player.stop();
    place.choose(to);
  };

  const isRun = head.kind === 'run';
  const row = reader.row(at);
  const said = `Event ${at} of ${head.sequence}${row ? `, ${row.type}, ${new Date(row.time).toLocaleString()}` : ''}`;
  const home = isRun ? (['Runs', '/runs'] as const) : (['Agents', '/agents'] as const);
  const mayFork = may(isRun ? 'runs:start' : 'agents:create');
  return (
    <Page
      title="Time machine"
      trail={[home, [agent, `${home[1]}/${agent}`]]}
      beside={<ChainBadge chain={reader.chain} />}
      actions={
        <>
          <Button onClick={() => void copyLink(at)}>
            <LinkIcon aria-hidden className="size-4" />
            Copy link
          </Button>
          {mayFork && (
            <Button onClick={() => setForking(true)} disabled={read === null}>
              <GitFork aria-hidden className="size-4" />
              Fork from here
            </Button>
          )}
        </>
      }
    >
      <Panel>
        <div className="mb-3 flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
          <p className="flex flex-wrap items-baseline gap-x-3">
            <span className="text-lg font-semibold tabular-nums">
              Event {at.toLocaleString()}
              <span className="text-sm font-normal text-muted"> of {head.sequence.toLocaleString()}</span>
            </span>
            {row && (
              <span>
                {row.type}, <Time at={row.time} /> <span className="text-muted">by {row.principal}</span>
              </span>
            )}
          </p>
          <DensityLegend density={density.data} />
        </div>
        <Scrubber
          at={at}
          first={first}
          head={head}
          by={place.by}
          density={density.data}
          pinned={against}
          timeOf={(sequence) => timeOf(reader.row(sequence)?.time)}
          said={said}
          onMove={move}
        />
        <div className="mt-3">
          <Transport
            {...{ agent, at, first, by: place.by, player, pace }}
            head={head.sequence}
            following={place.at === null}
            onPace={setPace}
            onBy={(by) => place.set('by', by === 'time' ? by : null)}
            onMove={move}
          />
        </div>
      </Panel>
      {error !== null && <Problem error={error} onRetry={() => history.watch.want(at, against)} />}
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-[22rem_minmax(0,1fr)]">
        <div className="order-2 flex min-w-0 flex-col gap-4 lg:order-1">
          <Panel title="Events" flush>
            <EventList {...{ history, at, first }} head={head.sequence} onMove={move} />
          </Panel>
          {read && <EventRecordPanel record={read.record} />}
        </div>
        <div className="order-1 flex min-w-0 flex-col gap-4 lg:order-2">
          {place.field !== null && (
            <FieldHistory
              {...{ agent, at }}
              field={place.field}
              onMove={move}
              onClose={() => place.set('field', null)}
            />
          )}
          {read ? (
            <>
              <ChangesPanel
                {...{ read, at }}
                against={place.against}
                onAgainst={(other) => place.set('vs', other === 'before' ? null : String(other))}
                onField={(pointer) => place.set('field', pointer)}
              />
              <StatePanel
                read={read}
                waiting={read.record.sequence !== at}
                field={place.field}
                onField={(pointer) => place.set('field', pointer)}
              />
            </>
          ) : (
            error === null && (
              <Panel title="State">
                <Loading rows={10} />
              </Panel>
            )
          )}
        </div>
      </div>
      {read && (
        <ForkDialog
          open={forking}
          onClose={() => setForking(false)}
          {...{ agent, at }}
          kind={head.kind}
          forkable={read.forkable}
        />
      )}
    </Page>
  );
}

interface StatePanelProps {
  read: MomentRead;
  /** Another moment is wanted, and not there yet. */
  waiting: boolean;
  field: string | null;
  onField: (pointer: string) => void;
}

function StatePanel({ read: { agent, changes }, waiting, field, onField }: StatePanelProps) {
  const shown = useMemo(() => comparedOf(agent), [agent]);
  const marks = useMemo(() => new Map(changes.map((change) => [change.path, markOf(change)])), [changes]);
  return (
    <Panel
      flush
      title={`State after event ${agent.sequence}`}
      actions={
        <>
          <FieldPicker onField={onField} />
          <CopyButton text={JSON.stringify(shown, null, 2)} name="Copy the state" />
        </>
      }
    >
      <div aria-busy={waiting} className={waiting ? 'opacity-60' : undefined}>
        <StateTree value={shown} marks={marks} chosen={field} onField={onField} />
      </div>
      <ServerCheck agent={agent} />
    </Panel>
  );
}

function timeOf(iso: string | undefined): number | undefined {
  return iso === undefined ? undefined : Date.parse(iso);
}

/** The address of this moment, whether the page follows the last event or not. */
async function copyLink(at: number): Promise<void> {
  const address = new URL(location.href);
  address.searchParams.set('at', String(at));
  await navigator.clipboard.writeText(address.href);
  told('The link to this moment is copied', `Event ${at}`);
}
