import { useMutation } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useRef, useState, type FormEvent } from 'react';
import { download } from '../../api/client';
import { useMay } from '../../api/me';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { Field, Input, Select } from '../../ui/field';
import { saveFile } from '../../ui/save-file';
import { Problem } from '../../ui/states';
import { OfflineCheck } from './evidence-words';
import { exportPath, size, type ExportScope } from './export-scope';

/** Takes evidence away as one signed zip. @param initial what the dialog begins with */
export function ExportButton({ initial }: { initial: ExportScope }) {
  const may = useMay();
  const [open, setOpen] = useState(false);
  if (!may('evidence:export')) return null;
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <Download aria-hidden className="size-4" />
        Export
      </Button>
      {open && <ExportDialog initial={initial} onClose={() => setOpen(false)} />}
    </>
  );
}

function ExportDialog({ initial, onClose }: { initial: ExportScope; onClose: () => void }) {
  const [scope, setScope] = useState(initial);
  const [bytes, setBytes] = useState(0);
  const abort = useRef(new AbortController());
  const take = useMutation({
    mutationFn: async () => {
      setBytes(0);
      abort.current = new AbortController();
      const file = await download(exportPath(scope), { signal: abort.current.signal, onBytes: setBytes });
      saveFile(file.name, file.blob);
      return { name: file.name, bytes: file.blob.size };
    },
  });
  const close = (): void => {
    abort.current.abort();
    onClose();
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    take.mutate();
  };
  const stopped = take.error?.name === 'AbortError';
  return (
    <Dialog
      open
      onClose={close}
      title="Export evidence"
      description="Records, raw histories, signed heads, public keys and a report to read, as one signed zip. Who takes it is on record."
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <ScopeFields scope={scope} onChange={setScope} />
        {take.isPending && (
          <p role="status" className="text-sm tabular-nums">
            {bytes === 0 ? 'It is being signed…' : `${size(bytes)} so far. Its length is known when it ends.`}
          </p>
        )}
        {take.error && !stopped && <Problem error={take.error} />}
        {stopped && <p className="text-sm text-muted">It was stopped. What had come is no bundle, and was not kept.</p>}
        {take.data && (
          <div className="flex flex-col gap-2 rounded-md border border-line p-3">
            <p role="status" className="text-sm font-medium break-all">
              {take.data.name} was saved, {size(take.data.bytes)}
            </p>
            <OfflineCheck file={take.data.name} />
          </div>
        )}
        <div className="flex justify-end gap-2">
          {take.isPending ? (
            <Button onClick={() => abort.current.abort()}>Stop</Button>
          ) : (
            <Button onClick={close}>Close</Button>
          )}
          <Button type="submit" look="primary" busy={take.isPending}>
            Export
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function ScopeFields({ scope, onChange }: { scope: ExportScope; onChange: (scope: ExportScope) => void }) {
  const become = (of: ExportScope['of']): void => onChange(of === 'all' ? { of } : { of, id: '' });
  return (
    <>
      <Field label="Of">
        {(wiring) => (
          <Select {...wiring} value={scope.of} onChange={({ target }) => become(target.value as ExportScope['of'])}>
            <option value="agent">One agent</option>
            <option value="run">One run, and the runs that it began</option>
            <option value="all">Everything, or what is chosen of it</option>
          </Select>
        )}
      </Field>
      {scope.of === 'all' ? (
        <div className="grid gap-3 sm:grid-cols-2">
          <Choice
            label="From"
            type="datetime-local"
            value={scope.from}
            onChange={(from) => onChange({ ...scope, from })}
          />
          <Choice label="Until" type="datetime-local" value={scope.to} onChange={(to) => onChange({ ...scope, to })} />
          <Choice label="Done by" value={scope.principal} onChange={(principal) => onChange({ ...scope, principal })} />
          <Choice label="Kind of agent" value={scope.kind} onChange={(kind) => onChange({ ...scope, kind })} />
          <p className="text-xs text-muted sm:col-span-2">
            What is left empty chooses nothing away. Of chosen records each is proved; that they are all is not.
          </p>
        </div>
      ) : (
        <Field label={scope.of === 'agent' ? 'Agent' : 'Run'}>
          {(wiring) => (
            <Input
              {...wiring}
              required
              autoCapitalize="none"
              value={scope.id}
              onChange={({ target }) => onChange({ ...scope, id: target.value.trim() })}
            />
          )}
        </Field>
      )}
    </>
  );
}

interface ChoiceProps {
  label: string;
  type?: string;
  value: string | undefined;
  onChange: (value: string) => void;
}

function Choice({ label, type = 'text', value = '', onChange }: ChoiceProps) {
  return (
    <Field label={label}>
      {(wiring) => <Input {...wiring} type={type} value={value} onChange={({ target }) => onChange(target.value)} />}
    </Field>
  );
}
