import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'react-router';
import { meQuery } from '../../api/me';
import { ButtonLink } from '../../ui/button';
import { Field, Select } from '../../ui/field';
import { MoreButton } from '../../ui/more-button';
import { Page } from '../../ui/page';
import { Panel } from '../../ui/panel';
import { Empty, Loaded } from '../../ui/states';
import { ApprovalCard } from './approval-card';
import { approvalsQuery, useLiveApprovals, type Show } from './approval-queries';

const shows: Record<Show, string> = { pending: 'waiting', mine: 'waiting for me', any: 'all, also answered ones' };

/** What runs ask people: the one that expires first at the top. */
export function Component() {
  const [params, setParams] = useSearchParams();
  const asked = params.get('show');
  const show: Show = asked === 'mine' || asked === 'any' ? asked : 'pending';
  const run = params.get('run');
  const query = useInfiniteQuery({ ...approvalsQuery(show, run), placeholderData: keepPreviousData });
  const me = useQuery(meQuery).data?.subject;
  useLiveApprovals();
  return (
    <Page
      title="Approvals"
      actions={
        <div className="flex items-end gap-2">
          {run !== null && (
            <ButtonLink look="quiet" to="/approvals">
              Of all runs
            </ButtonLink>
          )}
          <Field label="Show">
            {(wiring) => (
              <Select
                {...wiring}
                value={show}
                onChange={({ target }) =>
                  setParams({ ...(run === null ? {} : { run }), show: target.value }, { replace: true })
                }
              >
                {Object.entries(shows).map(([value, label]) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </div>
      }
    >
      {run !== null && (
        <p className="text-muted">
          Of run <code className="font-mono text-xs">{run}</code> only.
        </p>
      )}
      <Loaded query={query}>
        {({ pages }) => {
          const approvals = pages.flatMap((page) => page.approvals);
          if (approvals.length === 0) {
            return (
              <Panel>
                <Empty title={show === 'mine' ? 'Nothing waits for you' : 'Nobody is asked anything'}>
                  When a run asks whether it may go on, its plan shows up here.
                </Empty>
              </Panel>
            );
          }
          return (
            <ul className="flex flex-col gap-4">
              {approvals.map((approval) => (
                <li key={`${approval.run} ${approval.path}`}>
                  {/* Another plan is another question: what was written for the old one is gone. */}
                  <ApprovalCard key={approval.planHash} approval={approval} me={me} />
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
      <MoreButton query={query} />
    </Page>
  );
}
