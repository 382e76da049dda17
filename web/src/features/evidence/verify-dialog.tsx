import { useMutation, useQuery } from '@tanstack/react-query';
import { ShieldCheck } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { useNavigate } from 'react-router';
import { api, unwrap } from '../../api/client';
import { useMay } from '../../api/me';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { Field, Input, Select } from '../../ui/field';
import { Problem } from '../../ui/states';

type Order = { all: true } | { kind: string } | { agents: string[] };
type Choice = 'agents' | 'kind' | 'all';

/** Starts a verification and leads to it. */
export function useVerify() {
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (order: Order) => unwrap(api.POST('/api/v1/evidence/verify', { body: order })),
    onSuccess: ({ id }) => navigate(`/evidence/verifications/${id}`),
  });
}

/** Asks whom to verify: some agents or runs, a kind, or everything. */
export function VerifyButton() {
  const may = useMay();
  const [open, setOpen] = useState(false);
  if (!may('evidence:verify')) return null;
  return (
    <>
      <Button look="primary" onClick={() => setOpen(true)}>
        <ShieldCheck aria-hidden className="size-4" />
        Verify
      </Button>
      {open && <VerifyDialog onClose={() => setOpen(false)} />}
    </>
  );
}

function VerifyDialog({ onClose }: { onClose: () => void }) {
  const [choice, setChoice] = useState<Choice>('agents');
  const [text, setText] = useState('');
  const verify = useVerify();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    verify.mutate(orderOf(choice, text));
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Verify"
      description="From the ledger, the signed checkpoints, the raw histories and the code that ran. It changes nothing, and it is on record."
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label="Whom">
          {(wiring) => (
            <Select {...wiring} value={choice} onChange={({ target }) => setChoice(target.value as Choice)}>
              <option value="agents">An agent or a run</option>
              <option value="kind">All agents of a kind</option>
              <option value="all">Everything</option>
            </Select>
          )}
        </Field>
        {choice === 'agents' && <AgentsField text={text} onChange={setText} />}
        {choice === 'kind' && <KindField text={text} onChange={setText} />}
        {choice === 'all' && (
          <p className="text-sm text-muted">
            All agents and runs, one after another, and the chain of all checkpoints.
          </p>
        )}
        {verify.error && <Problem error={verify.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Close</Button>
          <Button type="submit" look="primary" busy={verify.isPending}>
            Verify
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function orderOf(choice: Choice, text: string): Order {
  if (choice === 'all') return { all: true };
  const names = [...new Set(text.split(/[\s,]+/).filter((name) => name !== ''))];
  return choice === 'kind' ? { kind: names[0] ?? '' } : { agents: names };
}

interface TextProps {
  text: string;
  onChange: (text: string) => void;
}

function AgentsField({ text, onChange }: TextProps) {
  const { data } = useQuery({
    queryKey: ['evidence', 'agent-names', text],
    queryFn: () => unwrap(api.GET('/api/v1/agents', { params: { query: { q: text.trim(), limit: 20 } } })),
    enabled: text.trim() !== '',
  });
  return (
    <Field label="Agent or run" hint="Its id; several are parted by a space.">
      {(wiring) => (
        <>
          <Input
            {...wiring}
            required
            autoCapitalize="none"
            list={`${wiring.id}-agents`}
            value={text}
            onChange={({ target }) => onChange(target.value)}
          />
          <datalist id={`${wiring.id}-agents`}>
            {data?.agents.map(({ id }) => (
              <option key={id} value={id} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}

function KindField({ text, onChange }: TextProps) {
  const { data } = useQuery({
    queryKey: ['kinds'],
    queryFn: () => unwrap(api.GET('/api/v1/kinds')),
    staleTime: Infinity,
  });
  return (
    <Field label="Kind">
      {(wiring) => (
        <Select {...wiring} required value={text} onChange={({ target }) => onChange(target.value)}>
          <option value="" />
          {data?.kinds.map(({ name, title }) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
