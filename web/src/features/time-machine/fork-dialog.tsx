import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { Field, Input } from '../../ui/field';
import { Problem } from '../../ui/states';
import { told } from '../../ui/toast';
import { forkFrom } from './time-queries';

interface ForkDialogProps {
  open: boolean;
  onClose: () => void;
  agent: string;
  kind: string;
  at: number;
  /** Whether agents of its kind have forks; runs have them in a way of their own. */
  forkable: boolean;
}

/** Makes a new agent, or run, that begins as this one stood. */
export function ForkDialog({ open, onClose, agent, kind, at, forkable }: ForkDialogProps) {
  const isRun = kind === 'run';
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={`Fork from event ${at}`}
      description={
        isRun
          ? 'A new run goes on from there: what was done counts as done, what was under way begins anew, and approvals are asked again.'
          : 'A new agent begins with the state and the config of that moment. Nothing that was pending is carried over, and this one is left as it is.'
      }
    >
      {isRun || forkable ? (
        <ForkForm {...{ onClose, agent, kind, at, isRun }} />
      ) : (
        <p>Agents of kind {kind} have no forks.</p>
      )}
    </Dialog>
  );
}

function ForkForm({
  onClose,
  agent,
  kind,
  at,
  isRun,
}: Omit<ForkDialogProps, 'open' | 'forkable'> & { isRun: boolean }) {
  const navigate = useNavigate();
  const [wish, setWish] = useState({ id: '', name: '', reason: '' });
  const fork = useMutation({
    mutationFn: () =>
      forkFrom(agent, kind, { at, ...Object.fromEntries(Object.entries(wish).filter(([, text]) => text !== '')) }),
    onSuccess: (path) => {
      told('Forked', `${path.split('/').at(-1)} begins as ${agent} stood after event ${at}.`);
      onClose();
      void navigate(`${path}/time`);
    },
  });
  const input = (name: keyof typeof wish, label: string, hint: string) => (
    <Field label={label} hint={hint}>
      {(wiring) => (
        <Input
          {...wiring}
          value={wish[name]}
          onChange={({ currentTarget: { value } }) => setWish({ ...wish, [name]: value })}
        />
      )}
    </Field>
  );
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        fork.mutate();
      }}
    >
      {input('id', 'Id', 'Lower-case letters, digits and dashes; made up where it is left out.')}
      {!isRun && input('name', 'Name', `As ${agent} was called then, where it is left out.`)}
      {input('reason', 'Reason', 'Goes on record.')}
      {fork.error !== null && <Problem error={fork.error} />}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" busy={fork.isPending}>
          Fork
        </Button>
      </div>
    </form>
  );
}
