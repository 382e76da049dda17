import { useMutation, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { asProblem } from '../../api/problem';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { Field, Select } from '../../ui/field';
import { Empty, Loading, Problem } from '../../ui/states';
import { told } from '../../ui/toast';
import { sendCommand } from './agent-commands';
import { kindsQuery, type Agent, type Kind } from './agent-queries';
import { ReasonField } from './reason-field';

const ConfigEditor = lazy(async () => ({ default: (await import('../config/config-editor')).ConfigEditor }));

/** Commands that have a place of their own on the page. */
const elsewhere = new Set(['SetConfig', 'RollbackConfig', 'Stop']);

/** Any command that people may send to the agent, with a form made of its schema. */
export function CommandDialog({ agent, open, onClose }: { agent: Agent; open: boolean; onClose: () => void }) {
  const { data: kinds } = useQuery(kindsQuery);
  const commands =
    kinds
      ?.find(({ name }) => name === agent.kind)
      ?.commands.filter(({ type, internal }) => !internal && !elsewhere.has(type)) ?? [];
  const [type, setType] = useState('');
  const command = commands.find((one) => one.type === type) ?? commands[0];
  return (
    <Dialog open={open} onClose={onClose} title="Send a command" description={command?.description} wide>
      {command === undefined ? (
        <Empty title="This kind takes no commands" />
      ) : (
        <div className="flex flex-col gap-4">
          <Field label="Command">
            {(wiring) => (
              <Select {...wiring} value={command.type} onChange={({ target }) => setType(target.value)}>
                {commands.map((one) => (
                  <option key={one.type} value={one.type}>
                    {one.type}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <CommandForm key={command.type} agentId={agent.id} command={command} onClose={onClose} />
        </div>
      )}
    </Dialog>
  );
}

interface CommandFormProps {
  agentId: string;
  command: Kind['commands'][number];
  onClose: () => void;
}

function CommandForm({ agentId, command: { type, schema }, onClose }: CommandFormProps) {
  const [data, setData] = useState<unknown>({});
  const [reason, setReason] = useState('');
  const send = useMutation({
    mutationFn: (checked: unknown) => sendCommand(agentId, type, checked, reason),
    onSuccess: (outcome) => {
      const made = 'events' in outcome ? outcome.events.length : 0;
      told(`${type} was accepted`, made === 0 ? 'Nothing had to be changed.' : undefined);
      onClose();
    },
  });
  const faults = send.error ? asProblem(send.error).errors : [];
  return (
    <Suspense fallback={<Loading rows={3} />}>
      {send.error && <Problem error={send.error} />}
      <ConfigEditor
        schema={schema}
        value={data}
        onChange={setData}
        onSubmit={(checked) => send.mutate(checked)}
        faults={faults.map(({ pointer, message }) => ({ pointer: pointer.replace(/^\/data/, ''), message }))}
      >
        <ReasonField value={reason} onChange={setReason} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" look="primary" busy={send.isPending}>
            Send
          </Button>
        </div>
      </ConfigEditor>
    </Suspense>
  );
}
