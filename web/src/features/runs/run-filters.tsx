import { useEffect, useEffectEvent, useState } from 'react';
import { Button } from '../../ui/button';
import { Field, Input, Select } from '../../ui/field';
import { useAddressParams } from '../../ui/use-address-params';
import { runStatuses, textFilters } from './run-filter';

const labels = { runbook: 'Runbook', target: 'Target', agent: 'Agent', started_by: 'Begun by' } as const;
/** Until somebody who types is taken to have paused, in ms. */
const pauseMs = 300;

/** Which runs are shown; all of it is in the address. */
export function RunFilters() {
  const [params, change] = useAddressParams();
  return (
    <search className="grid grid-cols-2 items-end gap-3 sm:grid-cols-3 lg:grid-cols-6 xl:flex">
      <div className="xl:w-40">
        <Field label="Status">
          {(wiring) => (
            <Select
              {...wiring}
              value={params.get('attention') === 'true' ? 'attention' : (params.get('status') ?? '')}
              onChange={({ target: { value } }) => {
                if (value === 'attention') change({ status: null, attention: 'true' });
                else change({ status: value, attention: null });
              }}
            >
              <option value="">any</option>
              <option value="attention">waits for a person</option>
              {runStatuses.map((status) => (
                <option key={status}>{status}</option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      {textFilters.map((name) => (
        <div key={name} className="xl:w-44">
          <TextFilter
            label={labels[name]}
            value={params.get(name) ?? ''}
            onChange={(value) => change({ [name]: value })}
          />
        </div>
      ))}
      {params.size > 0 && (
        <Button look="quiet" onClick={() => change(Object.fromEntries([...params.keys()].map((name) => [name, null])))}>
          Clear
        </Button>
      )}
    </search>
  );
}

function TextFilter({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  const [known, setKnown] = useState(value);
  // The address changed by other means: by going back, or by `Clear`.
  if (value !== known) {
    setKnown(value);
    if (value !== text.trim()) setText(value);
  }
  const tell = useEffectEvent(() => {
    if (text.trim() !== value) onChange(text.trim());
  });
  useEffect(() => {
    const timer = window.setTimeout(() => tell(), pauseMs);
    return () => window.clearTimeout(timer);
  }, [text]);
  return (
    <Field label={label}>
      {(wiring) => <Input {...wiring} type="search" value={text} onChange={(event) => setText(event.target.value)} />}
    </Field>
  );
}
