import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { Page } from '../../ui/page';
import { Problem } from '../../ui/states';
import { Loading } from '../../ui/states';
import { densityQuery, headQuery } from './time-queries';
import { TimeMachine } from './time-machine';

/** An agent's or a run's whole history, any moment of it. */
export function Component() {
  const { id = '' } = useParams();
  const head = useQuery(headQuery(id));
  // Tells which events are still there; while it is away, all of them are taken to be.
  const density = useQuery(densityQuery(id, 'sequence'));
  if (head.data && !density.isPending) {
    return <TimeMachine key={id} agent={id} head={head.data} first={density.data?.buckets[0]?.from ?? 1} />;
  }
  return (
    <Page title="Time machine" trail={[[id, `/agents/${id}`]]}>
      {head.error ? <Problem error={head.error} onRetry={() => void head.refetch()} /> : <Loading rows={12} />}
    </Page>
  );
}
