import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { FlagsState } from '../../../../../actors/flags/flags';
import { useMay } from '../../../api/me';
import { Button } from '../../../ui/button';
import { DataTable } from '../../../ui/data-table';
import { Input } from '../../../ui/field';
import { Panel } from '../../../ui/panel';
import { Empty } from '../../../ui/states';
import type { Agent } from '../agent-queries';
import { FlagDialog, type FlagChange } from './flag-dialog';

/** More flags than these are found by their name only. */
const mostShown = 200;

/** Each flag and its value; a switch for what is on or off. */
export function FlagsOverview({ agent }: { agent: Agent }) {
  const may = useMay();
  const [text, setText] = useState('');
  const [change, setChange] = useState<FlagChange | null>(null);
  const { flags } = agent.state as FlagsState;
  const mayChange = agent.status === 'running' && may('agents:command');
  const found = Object.entries(flags)
    .filter(([key]) => key.toLowerCase().includes(text.toLowerCase()))
    .sort(([a], [b]) => a.localeCompare(b));
  return (
    <Panel
      title={`Flags (${Object.keys(flags).length})`}
      flush
      actions={
        <>
          <Input
            aria-label="Flags whose name holds"
            placeholder="Name of a flag"
            className="w-44"
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
          {mayChange && (
            <Button onClick={() => setChange({ key: '', value: true })}>
              <Plus aria-hidden className="size-4" />
              Set a flag
            </Button>
          )}
        </>
      }
    >
      {found.length === 0 ? (
        <Empty title={text === '' ? 'No flags yet' : 'No flag has such a name'} />
      ) : (
        <DataTable label="Flags" head={['Flag', 'Value', <span className="sr-only">Change</span>]}>
          {found.slice(0, mostShown).map(([key, value]) => (
            <tr key={key} data-flag={key}>
              <th scope="row" className="py-2 font-mono text-xs font-normal break-all">
                {key}
              </th>
              <td>
                {typeof value === 'boolean' ? (
                  <Toggle
                    name={key}
                    on={value}
                    disabled={!mayChange}
                    onClick={() => setChange({ key, value: !value })}
                  />
                ) : (
                  <code className="font-mono text-xs break-all">{JSON.stringify(value)}</code>
                )}
              </td>
              <td className="text-right">
                {mayChange && (
                  <Button look="quiet" onClick={() => setChange({ key, value })}>
                    Change<span className="sr-only"> {key}</span>
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </DataTable>
      )}
      {found.length > mostShown && (
        <p className="px-4 py-2 text-xs text-muted">
          And {found.length - mostShown} more: look for them by their names.
        </p>
      )}
      {change && <FlagDialog agentId={agent.id} known={flags} change={change} onClose={() => setChange(null)} />}
    </Panel>
  );
}

function Toggle({
  name,
  on,
  disabled,
  onClick,
}: {
  name: string;
  on: boolean;
  disabled: boolean;
  onClick: () => void;
}) {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={on}
      aria-label={name}
      disabled={disabled}
      onClick={onClick}
      className="inline-flex h-6 items-center gap-2 disabled:opacity-60"
    >
      <span
        aria-hidden
        className={`flex h-5 w-9 items-center rounded-full px-0.5 ${on ? 'justify-end bg-accent' : 'justify-start bg-line-strong'}`}
      >
        <span className="size-4 rounded-full bg-surface" />
      </span>
      <span className="text-xs">{on ? 'on' : 'off'}</span>
    </button>
  );
}
