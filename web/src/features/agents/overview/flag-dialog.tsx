import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../../ui/button';
import { Dialog } from '../../../ui/dialog';
import { Field, Input, Select } from '../../../ui/field';
import { Problem } from '../../../ui/states';
import { sendCommand } from '../agent-commands';
import { ReasonField } from '../reason-field';

type FlagValue = boolean | number | string;

/** What is to become of a flag; without a key it is a new one. */
export interface FlagChange {
  key: string;
  value: FlagValue;
}

interface FlagDialogProps {
  agentId: string;
  known: Readonly<Record<string, FlagValue>>;
  change: FlagChange;
  onClose: () => void;
}

const typeOf = (value: FlagValue): string => typeof value;

/** Sets or removes a flag, with a reason. */
export function FlagDialog({ agentId, known, change, onClose }: FlagDialogProps) {
  const [key, setKey] = useState(change.key);
  const [type, setType] = useState(typeOf(change.value));
  const [text, setText] = useState(String(change.value));
  const [reason, setReason] = useState('');
  const act = useMutation({
    mutationFn: (remove: boolean) =>
      remove
        ? sendCommand(agentId, 'RemoveFlag', { key }, reason)
        : sendCommand(agentId, 'SetFlag', { key, value: valueOf(type, text) }, reason),
    onSuccess: onClose,
  });
  const isNew = change.key === '';
  return (
    <Dialog open onClose={onClose} title={isNew ? 'Set a flag' : `Change ${change.key}`}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          act.mutate(false);
        }}
      >
        {act.error && <Problem error={act.error} />}
        {isNew && (
          <Field label="Name">
            {(wiring) => (
              <Input
                {...wiring}
                required
                maxLength={100}
                pattern="[A-Za-z0-9][A-Za-z0-9._\-]*"
                value={key}
                onChange={({ target }) => setKey(target.value)}
              />
            )}
          </Field>
        )}
        <div className="grid grid-cols-2 gap-3">
          <Field label="Type">
            {(wiring) => (
              <Select
                {...wiring}
                value={type}
                onChange={({ target }) => {
                  setType(target.value);
                  setText(target.value === 'boolean' ? 'true' : '');
                }}
              >
                <option value="boolean">On or off</option>
                <option value="number">Number</option>
                <option value="string">Text</option>
              </Select>
            )}
          </Field>
          <Field label="Value">
            {(wiring) =>
              type === 'boolean' ? (
                <Select {...wiring} value={text} onChange={({ target }) => setText(target.value)}>
                  <option value="true">on</option>
                  <option value="false">off</option>
                </Select>
              ) : (
                <Input
                  {...wiring}
                  required={type === 'number'}
                  type={type === 'number' ? 'number' : 'text'}
                  step="any"
                  maxLength={1000}
                  value={text}
                  onChange={({ target }) => setText(target.value)}
                />
              )
            }
          </Field>
        </div>
        <ReasonField value={reason} onChange={setReason} />
        <div className="flex flex-wrap justify-end gap-2">
          {Object.hasOwn(known, key) && (
            <Button look="danger" className="mr-auto" busy={act.isPending} onClick={() => act.mutate(true)}>
              Remove it
            </Button>
          )}
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" look="primary" busy={act.isPending}>
            Set it
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function valueOf(type: string, text: string): FlagValue {
  if (type === 'boolean') return text === 'true';
  return type === 'number' ? Number(text) : text;
}
