import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '../../api/client';
import { told } from '../../ui/toast';
import type { LegalHold } from './evidence-queries';
import { ReasonDialog } from './reason-dialog';

/** Keeps whatever there is of an agent from expiring. @param agent asked for where it is not given */
export function PlaceHold({ agent, onClose }: { agent?: string; onClose: () => void }) {
  const done = useHoldsChanged(onClose, 'The hold is in force');
  const place = useMutation({
    mutationFn: (body: { agent: string; reason: string }) => unwrap(api.POST('/api/v1/evidence/holds', { body })),
    onSuccess: done,
  });
  return (
    <ReasonDialog
      title={agent === undefined ? 'Place a legal hold' : `Place a legal hold on ${agent}`}
      description="Nothing of the agent expires until it is released. The database itself holds it, and it is on record."
      fields={agent === undefined ? [{ name: 'agent', label: 'Agent' }] : []}
      action="Place the hold"
      busy={place.isPending}
      error={place.error}
      onClose={onClose}
      onSubmit={({ reason = '', ...said }) => place.mutate({ agent: agent ?? said['agent'] ?? '', reason })}
    />
  );
}

export function ReleaseHold({ hold, onClose }: { hold: LegalHold; onClose: () => void }) {
  const done = useHoldsChanged(onClose, 'The hold is released');
  const release = useMutation({
    mutationFn: (reason: string) =>
      unwrap(api.POST('/api/v1/evidence/holds/{id}/release', { params: { path: { id: hold.id } }, body: { reason } })),
    onSuccess: done,
  });
  return (
    <ReasonDialog
      title={`Release the hold on ${hold.agent}`}
      description={`It was placed by ${hold.placedBy}: “${hold.reason}”. What the agent’s class lets expire may go from then on, for good.`}
      action="Release the hold"
      danger
      busy={release.isPending}
      error={release.error}
      onClose={onClose}
      onSubmit={({ reason = '' }) => release.mutate(reason)}
    />
  );
}

function useHoldsChanged(onClose: () => void, words: string): () => Promise<void> {
  const queryClient = useQueryClient();
  return async () => {
    told(words);
    onClose();
    await queryClient.invalidateQueries({ queryKey: ['evidence'] });
  };
}
