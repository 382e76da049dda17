import type { ReactNode } from 'react';
import { eventName, type EventRecord } from '../../../../actors/core/event';
import { CopyButton } from '../../ui/copy-button';
import { JsonView } from '../../ui/json-view';
import { Hash } from '../../ui/mono';
import { Panel } from '../../ui/panel';
import { Time } from '../../ui/time';

/** The record that led to this moment, as it was sealed. */
export function EventRecordPanel({ record }: { record: EventRecord }) {
  const facts: [string, ReactNode][] = [
    ['When', <Time at={record.time} />],
    ['Who', record.principal],
    ...(record.reason === undefined ? [] : [['Why', record.reason] as [string, ReactNode]]),
    ['Command', <Hash value={record.commandid} length={36} />],
    ...(record.traceparent === undefined
      ? []
      : [['Trace', <Hash value={record.traceparent} length={35} />] as [string, ReactNode]]),
    ['Hash', <Hash value={record.hash} length={24} />],
    ['Before it', <Hash value={record.prevhash} length={24} />],
  ];
  return (
    <Panel
      title={`Event ${record.sequence}: ${eventName(record)}`}
      actions={<CopyButton text={JSON.stringify(record, null, 2)} name="Copy the record" />}
    >
      <dl className="mb-3 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
        {facts.map(([name, fact]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="min-w-0 break-words">{fact}</dd>
          </div>
        ))}
      </dl>
      <JsonView value={record.data} label="What the event says" className="max-h-56" />
    </Panel>
  );
}
