import { useQuery } from '@tanstack/react-query';
import { clsx } from 'clsx';
import { Link2, Link2Off } from 'lucide-react';
import { Link } from 'react-router';
import { eventName } from '../../../../actors/core/event';
import { DataTable } from '../../ui/data-table';
import { JsonView } from '../../ui/json-view';
import { Hash } from '../../ui/mono';
import { Loaded } from '../../ui/states';
import { Time } from '../../ui/time';
import { contextQuery } from './evidence-queries';
import { comparisonsOf, contextRows, type ContextRow } from './record-context';
import { verdictWords, type BadRecord } from './verdict-words';
import type { components } from '../../../../generated/api-types';

type Row = ContextRow<components['schemas']['EventRecord']>;

/** The first bad record of an agent, between those before and after it, as they are read now. */
export function BadRecordContext({ agent, bad }: { agent: string; bad: BadRecord }) {
  const query = useQuery(contextQuery(agent, bad.sequence));
  const named = bad.named.map(({ name }) => verdictWords[name].title).join(', ');
  return (
    <section aria-label={`Record ${bad.sequence} in its context`} className="flex flex-col gap-3">
      <div className="flex flex-wrap items-baseline justify-between gap-2">
        <h3>
          First bad record: {bad.sequence} <span className="font-normal text-muted">({named})</span>
        </h3>
        <span className="flex gap-3 text-sm">
          <Link className="text-accent underline underline-offset-2" to={`/agents/${agent}/time?at=${bad.sequence}`}>
            The agent at this moment
          </Link>
          {bad.sequence > 1 && (
            <Link
              className="text-accent underline underline-offset-2"
              to={`/agents/${agent}/time?at=${bad.sequence - 1}`}
            >
              The last moment before
            </Link>
          )}
        </span>
      </div>
      <Loaded query={query} rows={7}>
        {(records) => <Context rows={contextRows(records, bad.sequence)} bad={bad} />}
      </Loaded>
    </section>
  );
}

function Context({ rows, bad }: { rows: Row[]; bad: BadRecord }) {
  const row = rows.find(({ sequence }) => sequence === bad.sequence) as Row;
  const codes = bad.named.map(({ verdict }) => verdict.code);
  const lost = codes.find((code) => code === 'gap' || code === 'cut' || code === 'history_missing');
  const compared = comparisonsOf(lost ?? codes[0], row);
  return (
    <>
      {compared.length > 0 && <Compared compared={compared} />}
      <div className="rounded-md border border-line">
        <DataTable
          label={`Records around ${bad.sequence}`}
          head={['Record', 'Event', 'Who', 'When', 'Links to', 'Hash', 'Hashes to it']}
        >
          {rows.map((each) => (
            <ChainRow
              key={each.sequence}
              row={each}
              word={each.sequence === bad.sequence ? (lost ? 'not in the ledger' : 'first bad') : null}
            />
          ))}
        </DataTable>
      </div>
      {row.record && (
        <details>
          <summary className="text-sm text-muted">The record itself, as it is read now</summary>
          <JsonView value={row.record} label={`Record ${bad.sequence}`} className="mt-2" />
        </details>
      )}
      <p className="text-xs text-muted">
        Hashes are reckoned by this browser from what the API hands out now; the verdicts are from the time of the
        verification. What the ledger lacks the API hands out from the agent’s own history, as far as that is kept.
      </p>
    </>
  );
}

function Compared({ compared }: { compared: ReturnType<typeof comparisonsOf> }) {
  return (
    <dl className="grid gap-2 rounded-md border border-bad/50 bg-bad-soft p-3 text-sm">
      {compared.map(({ what, expected, found }) => (
        <div key={what} className="grid gap-x-3 gap-y-0.5 sm:grid-cols-[6rem_1fr]">
          <dt className="col-span-full font-medium">{what}</dt>
          <dt>Expected</dt>
          <dd className="font-mono text-xs leading-5 break-all">{expected}</dd>
          <dt className="font-medium text-bad">Found</dt>
          <dd className="font-mono text-xs leading-5 break-all">{found}</dd>
        </div>
      ))}
    </dl>
  );
}

/** @param word what is wrong with it; null of those around it */
function ChainRow({ row, word }: { row: Row; word: string | null }) {
  const { sequence, record, hashes, links } = row;
  return (
    <tr aria-current={word === null ? undefined : 'true'} className={clsx(word !== null && 'bg-bad-soft')}>
      <td className="font-medium whitespace-nowrap tabular-nums">
        {sequence}{' '}
        {word !== null && <span className="ml-1 rounded border border-bad px-1 text-xs text-bad">{word}</span>}
      </td>
      {record === null ? (
        <td colSpan={6} className="text-bad">
          No record is here
        </td>
      ) : (
        <>
          <td>{eventName(record)}</td>
          <td>{record.principal}</td>
          <td>
            <Time at={record.time} />
          </td>
          <td className="whitespace-nowrap">
            <span className="inline-flex items-center gap-1.5">
              <LinkSign links={links} />
              <Hash value={record.prevhash} />
            </span>
          </td>
          <td>
            <Hash value={record.hash} />
          </td>
          <td>{hashes ? 'yes' : <span className="font-medium text-bad">no</span>}</td>
        </>
      )}
    </tr>
  );
}

function LinkSign({ links }: { links: boolean | null }) {
  if (links === null) return <span className="text-xs text-muted">unknown</span>;
  const Icon = links ? Link2 : Link2Off;
  const words = links ? 'links to the record before' : 'does not link to the record before';
  return (
    <span className={links ? 'text-muted' : 'text-bad'}>
      <Icon aria-hidden className="size-3.5" />
      <span className="sr-only">{words}</span>
    </span>
  );
}
