import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, unwrap } from '../../api/client';
import { Field, Input } from '../../ui/field';
import { ReasonDialog } from '../../ui/reason-dialog';
import { told } from '../../ui/toast';
import { mostOfReason, type LegalHold } from './evidence-queries';

/** Keeps whatever there is of an agent from expiring. @param agent asked for where it is not given */
export function PlaceHold({ agent, onClose }: { agent?: string; onClose: () => void }) {
  const [named, setNamed] = useState('');
  const done = useHoldsChanged(onClose, 'The hold is in force');
  const place = useMutation({
    mutationFn: (body: { agent: string; reason: string }) => unwrap(api.POST('/api/v1/evidence/holds', { body })),
    onSuccess: done,
  });
  return (
    <ReasonDialog
      open
      required
      most={mostOfReason}
      title={agent === undefined ? 'Place a legal hold' : `Place a legal hold on ${agent}`}
      description="Nothing of the agent expires until it is released. The database itself holds it, and it is on record."
      action="Place the hold"
      busy={place.isPending}
      error={place.error}
      onClose={onClose}
      onConfirm={(reason) => place.mutate({ agent: agent ?? named, reason })}
    >
      {agent === undefined && (
        <Field label="Agent">
          {(wiring) => (
            <Input
              {...wiring}
              required
              autoCapitalize="none"
              value={named}
              onChange={({ target }) => setNamed(target.value)}
            />
          )}
        </Field>
      )}
    </ReasonDialog>
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
      open
      required
      most={mostOfReason}
      title={`Release the hold on ${hold.agent}`}
      description={`It was placed by ${hold.placedBy}: “${hold.reason}”. What the agent’s class lets expire may go from then on, for good.`}
      action="Release the hold"
      danger
      busy={release.isPending}
      error={release.error}
      onClose={onClose}
      onConfirm={(reason) => release.mutate(reason)}
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
