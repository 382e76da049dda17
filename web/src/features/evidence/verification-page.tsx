import { useQuery } from '@tanstack/react-query';
import { Printer } from 'lucide-react';
import { useState } from 'react';
import { useParams } from 'react-router';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { Page } from '../../ui/page';
import { Panel } from '../../ui/panel';
import { Empty, Loaded, Problem } from '../../ui/states';
import { duration, Time } from '../../ui/time';
import { AgentVerdicts } from './agent-verdicts';
import { CancelVerification } from './cancel-verification';
import { hasEnded, verificationQuery, type Verification } from './evidence-queries';
import { Limits } from './evidence-words';
import { Fact } from './fact';
import { ExportButton } from './export-dialog';
import { exportOf } from './export-scope';
import { PrintReport } from './print-report';
import './print.css';
import { VerificationProgress } from './progress-bar';
import { checkpointsWords, outcomeOf, scopeWords, stateWords, type CheckpointsVerdict } from './verdict-words';

/** Agents shown at once: each brings the records around what is bad in it. */
const atOnce = 10;

export function Component() {
  const { id = '' } = useParams();
  const query = useQuery(verificationQuery(id));
  const verification = query.data;
  return (
    <>
      <div className="print:hidden">
        <Page
          title={verification ? `Verification of ${lowered(scopeWords(verification.scope))}` : 'Verification'}
          trail={[['Evidence', '/evidence']]}
          beside={
            verification && (
              <Badge tone={stateWords[verification.state].tone}>{stateWords[verification.state].word}</Badge>
            )
          }
          actions={verification && <Actions verification={verification} />}
        >
          <Loaded query={query}>{(loaded) => <Body verification={loaded} />}</Loaded>
        </Page>
      </div>
      {verification && hasEnded(verification) && <PrintReport verification={verification} />}
    </>
  );
}

const lowered = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

function Actions({ verification }: { verification: Verification }) {
  if (!hasEnded(verification)) return <CancelVerification id={verification.id} />;
  return (
    <>
      <ExportButton initial={exportOf(verification.scope)} />
      <Button onClick={() => window.print()}>
        <Printer aria-hidden className="size-4" />
        Print for the auditor
      </Button>
    </>
  );
}

function Body({ verification }: { verification: Verification }) {
  const [shown, setShown] = useState(atOnce);
  const { results, scope } = verification;
  const named = 'agents' in (scope as object);
  return (
    <>
      <Summary verification={verification} />
      {results.slice(0, shown).map((result) => (
        <AgentVerdicts key={result.agent} result={result} />
      ))}
      {results.length > shown && (
        <div>
          <Button onClick={() => setShown(shown + atOnce)}>
            Show {Math.min(atOnce, results.length - shown)} more of {results.length - shown}
          </Button>
        </div>
      )}
      {results.length === 0 && hasEnded(verification) && (
        <Panel>
          <Empty title={named ? 'No verdicts were given' : 'No agent has a verdict other than pass'}>
            {!named && 'Where everything or a kind is verified, only agents are listed of which a verdict is not pass.'}
          </Empty>
        </Panel>
      )}
      <Panel title="What this does not show">
        <Limits />
      </Panel>
    </>
  );
}

function Summary({ verification }: { verification: Verification }) {
  const { id, requestedBy, requestedAt, startedAt, endedAt, error } = verification;
  const checkpoints = verification.checkpoints as CheckpointsVerdict | null;
  return (
    <Panel>
      <div className="flex flex-col gap-4">
        {!hasEnded(verification) && <VerificationProgress {...verification} />}
        <p role="status" className="text-base font-medium">
          {outcomeOf(verification)}
        </p>
        {error !== null && <Problem error={new Error(error)} />}
        <dl className="grid gap-x-8 gap-y-2 text-sm sm:grid-cols-[repeat(auto-fit,minmax(12rem,1fr))]">
          <Fact name="Asked for by">{requestedBy}</Fact>
          <Fact name="Asked for">
            <Time at={requestedAt} />
          </Fact>
          <Fact name="Took">
            {startedAt && endedAt ? duration(Date.parse(endedAt) - Date.parse(startedAt)) : 'not ended yet'}
          </Fact>
          <Fact name="Records read">{verification.progress.records.toLocaleString()}</Fact>
          {checkpoints && <Fact name="Chain of checkpoints">{checkpointsWords(checkpoints)}</Fact>}
          <Fact name="Number">
            <code className="font-mono text-xs break-all">{id}</code>
          </Fact>
        </dl>
      </div>
    </Panel>
  );
}
