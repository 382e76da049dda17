import { useQuery } from '@tanstack/react-query';
import { Play } from 'lucide-react';
import { Link, useSearchParams } from 'react-router';
import { useMay } from '../../api/me';
import { ButtonLink } from '../../ui/button';
import { Input } from '../../ui/field';
import { Page } from '../../ui/page';
import { Panel } from '../../ui/panel';
import { Empty, Loaded } from '../../ui/states';
import { Time } from '../../ui/time';
import { runbooksQuery } from './runbook-queries';

const cell = 'px-4 py-2 align-top';

/** All runbooks, the newest version of each. */
export function Component() {
  const may = useMay();
  const query = useQuery(runbooksQuery);
  const [params, setParams] = useSearchParams();
  const wanted = params.get('q') ?? '';
  return (
    <Page
      title="Runbooks"
      actions={
        <>
          <Input
            type="search"
            aria-label="Find a runbook"
            placeholder="Find"
            className="w-44!"
            value={wanted}
            onChange={({ target }) => setParams(target.value === '' ? {} : { q: target.value }, { replace: true })}
          />
          {may('runbooks:write') && (
            <ButtonLink look="primary" to="/runbooks/new">
              Write a runbook
            </ButtonLink>
          )}
        </>
      }
    >
      <Panel flush title="By name">
        <Loaded query={query}>
          {(all) => {
            const shown = all.filter(({ name, description }) =>
              `${name} ${description}`.toLowerCase().includes(wanted.toLowerCase()),
            );
            if (shown.length === 0) return <Empty title={wanted === '' ? 'No runbooks yet' : 'None is called so'} />;
            return (
              <div tabIndex={0} role="region" aria-label="Runbooks" className="relative overflow-x-auto">
                <table className="w-full text-left">
                  <thead className="text-xs text-muted">
                    <tr className="border-b border-line">
                      {['Name', 'What it does', 'Version', 'Saved', ''].map((name) => (
                        <th key={name} scope="col" className={`${cell} font-medium`}>
                          {name || <span className="sr-only">Start</span>}
                        </th>
                      ))}
                    </tr>
                  </thead>
                  <tbody>
                    {shown.map(({ name, description, version, createdAt, createdBy }) => (
                      <tr key={name} className="border-b border-line last:border-0 hover:bg-sunken">
                        <td className={`${cell} font-medium whitespace-nowrap`}>
                          <Link to={`/runbooks/${name}`} className="underline-offset-2 hover:underline">
                            {name}
                          </Link>
                        </td>
                        <td className={`${cell} min-w-64 text-muted`}>{description}</td>
                        <td className={`${cell} tabular-nums`}>{version}</td>
                        <td className={`${cell} whitespace-nowrap text-muted`}>
                          <Time at={createdAt} as="ago" /> by {createdBy}
                        </td>
                        <td className={`${cell} py-1! text-right`}>
                          {may('runs:start') && (
                            <ButtonLink look="quiet" to={`/runs/new?runbook=${name}`} aria-label={`Start ${name}`}>
                              <Play aria-hidden className="size-4" /> Start
                            </ButtonLink>
                          )}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            );
          }}
        </Loaded>
      </Panel>
    </Page>
  );
}
