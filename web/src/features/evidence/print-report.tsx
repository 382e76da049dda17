import { useQueries, useQuery } from '@tanstack/react-query';
import { Fragment, type ReactNode } from 'react';
import { verdictNames } from '../../../../actors/core/evidence/verdicts';
import { meQuery } from '../../api/me';
import { coverageWords } from './agent-verdicts';
import { keysQuery, latestCheckpointQuery, recordQuery, type AgentResult, type Verification } from './evidence-queries';
import { Limits } from './evidence-words';
import { grouped } from './keys-table';
import {
  checkpointsWords,
  outcomeOf,
  outcomeWords,
  scopeWords,
  stateWords,
  verdictWords,
  type CheckpointsVerdict,
} from './verdict-words';

/** Heads read for the paper; beyond that only what the verdicts themselves say. */
const mostHeads = 20;

/** What an auditor puts into a file: who asked, when, what, with which keys, where the chains stand, the verdicts, the limits. */
export function PrintReport({ verification }: { verification: Verification }) {
  const { data: me } = useQuery(meQuery);
  const { results } = verification;
  return (
    <article className="print-report hidden p-0 print:block">
      <h1>Verification of evidence</h1>
      <p>{outcomeOf(verification)}.</p>
      <Facts verification={verification} printedBy={me?.subject ?? ''} />
      <Signing />
      <h2>Verdicts</h2>
      {results.length === 0 ? (
        <p>
          No agent is listed: where all agents or a kind are verified, only those are of which a verdict is not pass.
        </p>
      ) : (
        results.map((result) => <AgentPart key={result.agent} result={result} />)
      )}
      <Heads results={results.slice(0, mostHeads)} />
      <h2>What each verdict says where it is “pass”</h2>
      <table>
        <tbody>
          {verdictNames.map((name) => (
            <Line key={name} name={verdictWords[name].title}>
              {verdictWords[name].says}
            </Line>
          ))}
        </tbody>
      </table>
      <h2>What this does not show</h2>
      <Limits />
      <p className="signature-line">Read and filed by (name, date)</p>
    </article>
  );
}

/** A moment as a file wants it: in UTC, whoever prints it. */
function utc(iso: string | null): string {
  return iso === null ? 'not' : `${iso.replace('T', ' ').slice(0, 19)} UTC`;
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <tr>
      <th scope="row" className="w-48 font-semibold">
        {name}
      </th>
      <td>{children}</td>
    </tr>
  );
}

function Facts({ verification, printedBy }: { verification: Verification; printedBy: string }) {
  const { id, scope, requestedBy, requestedAt, startedAt, endedAt, state, error, progress } = verification;
  const checkpoints = verification.checkpoints as CheckpointsVerdict | null;
  return (
    <table>
      <tbody>
        <Line name="Verification">
          <code>{id}</code>
        </Line>
        <Line name="Of">{scopeWords(scope)}</Line>
        <Line name="Asked for by">
          {requestedBy}, {utc(requestedAt)}
        </Line>
        <Line name="Ran">
          {utc(startedAt)} to {utc(endedAt)}
        </Line>
        <Line name="State">
          {stateWords[state].word}
          {error !== null && `: ${error}`}
        </Line>
        <Line name="Read">
          {progress.done} agents, {progress.records.toLocaleString('en')} records
        </Line>
        {checkpoints && <Line name="Chain of checkpoints">{checkpointsWords(checkpoints)}</Line>}
        <Line name="Printed by">
          {printedBy}, {utc(new Date().toISOString())}, from {location.origin}
        </Line>
      </tbody>
    </table>
  );
}

function Signing() {
  const { data: keys = [] } = useQuery(keysQuery);
  const { data: checkpoint } = useQuery(latestCheckpointQuery);
  return (
    <>
      <h2>Keys of the installation, oldest first</h2>
      <table>
        <tbody>
          {keys.map(({ keyId, publicKey, createdAt, retiredAt, vouchedBy }) => (
            <tr key={keyId}>
              <th scope="row">
                <code>{grouped(keyId)}</code>
              </th>
              <td>
                <code>{publicKey}</code>
              </td>
              <td>
                made {utc(createdAt)}
                {retiredAt !== null && `, retired ${utc(retiredAt)}`}
                {vouchedBy !== null && `, vouched for by ${grouped(vouchedBy)}`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {checkpoint && (
        <p>
          Installation <code>{checkpoint.signed.installation}</code>. Newest checkpoint when this was printed: number{' '}
          {checkpoint.number}, signed {utc(checkpoint.signed.time)} by <code>{grouped(checkpoint.keyId)}</code>, hash{' '}
          <code>{checkpoint.hash}</code>.
        </p>
      )}
    </>
  );
}

function AgentPart({ result: { agent, kind, verdicts, covered } }: { result: AgentResult }) {
  return (
    <Fragment>
      <h3 className="mt-3">
        {agent} <span className="font-normal">({kind})</span>
      </h3>
      <p>{coverageWords(covered)}</p>
      <table>
        <tbody>
          {verdictNames.map((name) => {
            const verdict = verdicts[name];
            return (
              <Line key={name} name={verdictWords[name].title}>
                <strong>{outcomeWords[verdict.verdict].word}</strong>
                {verdict.message !== undefined && `: ${verdict.message}`}
                {verdict.code !== undefined && ` (${verdict.code})`}
              </Line>
            );
          })}
        </tbody>
      </table>
    </Fragment>
  );
}

function Heads({ results }: { results: readonly AgentResult[] }) {
  const named = results.filter(({ covered }) => covered.to > 0);
  const heads = useQueries({ queries: named.map(({ agent, covered }) => recordQuery(agent, covered.to)) });
  if (named.length === 0) return null;
  return (
    <>
      <h2>Where the chains stood</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Agent</th>
            <th scope="col">Last record read</th>
            <th scope="col">Its hash</th>
            <th scope="col">Signed up to</th>
          </tr>
        </thead>
        <tbody>
          {named.map(({ agent, covered }, i) => (
            <tr key={agent}>
              <td>{agent}</td>
              <td>{covered.to}</td>
              <td>
                <code>{heads[i]?.data?.hash ?? 'not there any more'}</code>
              </td>
              <td>{covered.signedTo === 0 ? 'nothing' : covered.signedTo}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
