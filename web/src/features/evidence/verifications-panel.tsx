import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { DataTable } from '../../ui/data-table';
import { Panel } from '../../ui/panel';
import { Empty, Loaded } from '../../ui/states';
import { Time } from '../../ui/time';
import { CancelVerification } from './cancel-verification';
import { hasEnded, verificationsQuery, type VerificationSummary } from './evidence-queries';
import { VerificationProgress } from './progress-bar';
import { outcomeOf, scopeWords, stateWords } from './verdict-words';

/** All verifications that are kept, newest first. */
export function VerificationsPanel() {
  const query = useInfiniteQuery(verificationsQuery);
  return (
    <Panel title="Verifications" flush className="min-h-64">
      <Loaded query={query}>
        {({ pages }) => {
          const all = pages.flatMap(({ verifications }) => verifications);
          return all.length === 0 ? (
            <Empty title="Nothing was verified yet">
              A verification answers, agent by agent, whether its past is intact, complete, attributed and
              replay-consistent.
            </Empty>
          ) : (
            <Table verifications={all} />
          );
        }}
      </Loaded>
      {query.hasNextPage && (
        <div className="border-t border-line p-3">
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Older ones
          </Button>
        </div>
      )}
    </Panel>
  );
}

function Table({ verifications }: { verifications: readonly VerificationSummary[] }) {
  return (
    <DataTable label="Verifications" head={['Of', 'State', 'Outcome', 'Asked for by', 'When', null]}>
      {verifications.map((verification) => (
        <tr key={verification.id}>
          <td className="max-w-72 min-w-40">
            <Link
              to={`/evidence/verifications/${verification.id}`}
              className="font-medium break-words text-accent underline-offset-2 hover:underline"
            >
              {scopeWords(verification.scope)}
            </Link>
          </td>
          <td>
            <Badge tone={stateWords[verification.state].tone}>{stateWords[verification.state].word}</Badge>
          </td>
          <td className="min-w-56">
            {hasEnded(verification) ? (
              <Outcome verification={verification} />
            ) : (
              <VerificationProgress {...verification} />
            )}
          </td>
          <td>{verification.requestedBy}</td>
          <td>
            <Time at={verification.requestedAt} as="ago" />
          </td>
          <td className="text-right">{!hasEnded(verification) && <CancelVerification id={verification.id} />}</td>
        </tr>
      ))}
    </DataTable>
  );
}

function Outcome({ verification }: { verification: VerificationSummary }) {
  const { failed, notCheckable, error } = verification;
  return (
    <span className={failed > 0 ? 'text-bad' : notCheckable > 0 ? 'text-warn' : undefined}>
      {error ?? outcomeOf(verification)}
    </span>
  );
}
