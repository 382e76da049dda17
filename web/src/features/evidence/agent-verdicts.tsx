import { Link } from 'react-router';
import { Panel } from '../../ui/panel';
import { BadRecordContext } from './bad-record';
import type { AgentResult } from './evidence-queries';
import { VerdictTiles } from './verdict-tiles';
import { badRecords } from './verdict-words';

/** What the verdicts rest on, in a sentence. */
export function coverageWords({
  records,
  from,
  to,
  tombstonesTo,
  runs,
  checkpoints,
  signedTo,
}: AgentResult['covered']) {
  const read = records === 0 ? 'No records were read' : `${records} records read (${from} to ${to})`;
  const histories = `${runs} raw ${runs === 1 ? 'history' : 'histories'}`;
  const signed = signedTo === 0 ? 'nothing signed yet' : `signed up to ${signedTo} (${checkpoints} heads agree)`;
  const expired = tombstonesTo > 0 ? `; 1 to ${tombstonesTo} have expired behind signed tombstones` : '';
  return `${read}, ${histories}, ${signed}${expired}.`;
}

/** The verdicts on one agent, what they rest on, and the first bad records in their context. */
export function AgentVerdicts({ result }: { result: AgentResult }) {
  const { agent, kind, verdicts, covered } = result;
  return (
    <Panel
      title={
        <>
          <Link
            to={kind === 'run' ? `/runs/${agent}` : `/agents/${agent}`}
            className="break-all underline-offset-2 hover:underline"
          >
            {agent}
          </Link>{' '}
          <span className="text-sm font-normal text-muted">{kind}</span>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <VerdictTiles verdicts={verdicts} />
        <p className="text-sm text-muted">{coverageWords(covered)}</p>
        {badRecords(verdicts).map((bad) => (
          <BadRecordContext key={bad.sequence} agent={agent} bad={bad} />
        ))}
      </div>
    </Panel>
  );
}
