import { useQuery } from '@tanstack/react-query';
import { Loaded } from '../../ui/states';
import { duration } from '../../ui/time';
import { systemInfoQuery } from './metric-queries';
import type { Viewing } from './time-span';

/** The numbers of now, as the process that answered sees them. */
export function NowPanel({ viewing }: { viewing: Viewing }) {
  const query = useQuery(systemInfoQuery(viewing));
  return (
    <section aria-label="Now" className="min-h-20 rounded-lg border border-line bg-surface">
      <Loaded query={query} rows={1}>
        {({ agents, sockets, queueDepth, projector, uptimeSeconds, version }) => (
          <dl className="grid grid-cols-2 gap-x-6 gap-y-3 p-4 sm:grid-cols-3 xl:grid-cols-6">
            <Number name="Agents running">{agents?.running ?? '–'}</Number>
            <Number name="Agents stopped">{agents?.stopped ?? '–'}</Number>
            <Number name="Sockets open">{sockets}</Number>
            <Number name="Commands waiting">{queueDepth}</Number>
            <Number name="Projector behind by">{projector?.lag ?? '–'}</Number>
            <Number name={`Up, version ${version}`}>{duration(uptimeSeconds * 1_000)}</Number>
          </dl>
        )}
      </Loaded>
    </section>
  );
}

function Number({ name, children }: { name: string; children: string | number }) {
  return (
    <div className="flex min-w-0 flex-col-reverse">
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="text-xl font-semibold tabular-nums">{children}</dd>
    </div>
  );
}
