import { useQuery } from '@tanstack/react-query';
import { Input, Select } from '../../../ui/field';
import { Panel } from '../../../ui/panel';
import { Empty, Loading, Problem } from '../../../ui/states';
import { useAddressParams } from '../../../ui/use-address-params';
import { useAgent } from '../agent-page';
import { kindsQuery } from '../agent-queries';
import { matching } from './event-log';
import { EventTable } from './event-table';
import { useEventLog } from './use-event-log';

/** All that has happened to an agent, newest first, as it happens. */
export function Component() {
  const { id, kind, sequence } = useAgent();
  const { data: kinds } = useQuery(kindsQuery);
  const [params, change] = useAddressParams();
  const { log, loading, error, more, loadOlder } = useEventLog(id, sequence);
  const type = params.get('type') ?? '';
  const principal = params.get('principal') ?? '';
  const set = (name: string, value: string): void => change({ [name]: value });
  const names =
    kinds?.find(({ name }) => name === kind)?.events.map((event) => event.type.split('.').at(-1) ?? '') ?? [];
  const shown = matching(log, { ...(type ? { type } : {}), ...(principal ? { principal } : {}) });
  const filtered = type !== '' || principal !== '';
  return (
    <Panel flush>
      <search className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2">
        <Select
          aria-label="Type of event"
          className="max-w-56"
          value={type}
          onChange={({ target }) => set('type', target.value)}
        >
          <option value="">All types</option>
          {names.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </Select>
        <Input
          aria-label="Principal begins with"
          placeholder="Principal"
          className="max-w-48"
          value={principal}
          onChange={({ target }) => set('principal', target.value)}
        />
        <span className="text-xs text-muted">
          {filtered && `${shown.length} of the last ${log.events.length} of `}
          {sequence} events
        </span>
      </search>
      {error !== null && <Problem error={error} onRetry={loadOlder} />}
      {log.events.length === 0 && loading ? (
        <Loading rows={10} />
      ) : shown.length === 0 && !more ? (
        <Empty title={filtered ? 'No event fits these filters' : 'Nothing is kept of its history'} />
      ) : (
        <EventTable agentId={id} events={shown} more={more && error === null} loading={loading} onEnd={loadOlder} />
      )}
    </Panel>
  );
}
