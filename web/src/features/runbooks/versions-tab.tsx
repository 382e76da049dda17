import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearchParams } from 'react-router';
import { Button } from '../../ui/button';
import { Hash } from '../../ui/mono';
import { MoreButton } from '../../ui/more-button';
import { Panel } from '../../ui/panel';
import { PatchList } from '../../ui/patch-list';
import { Loaded } from '../../ui/states';
import { Time } from '../../ui/time';
import { runbookDiffQuery, runbookQuery, versionsQuery } from './runbook-queries';

/** Each version: who, when, why, and what it changed. */
export function Component() {
  const { name = '' } = useParams();
  const [params, setParams] = useSearchParams();
  const query = useInfiniteQuery(versionsQuery(name));
  return (
    <Loaded query={query}>
      {({ pages }) => {
        const versions = pages.flatMap((page) => page.versions);
        const to = Number(params.get('to')) || (versions[0]?.version ?? 1);
        const from = Number(params.get('from')) || to - 1;
        return (
          <div className="grid items-start gap-4 lg:grid-cols-2">
            <Panel flush title="Newest first">
              <ol>
                {versions.map(({ version, createdBy, createdAt, reason, hash }) => (
                  <li
                    key={version}
                    className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2 last:border-0"
                  >
                    <Link
                      to={`/runbooks/${name}?version=${version}`}
                      className="min-w-16 font-medium underline-offset-2 hover:underline"
                    >
                      Version {version}
                    </Link>
                    <Hash value={hash} />
                    <Button
                      look="quiet"
                      className="ml-auto"
                      disabled={version === 1}
                      aria-pressed={to === version && from === version - 1}
                      onClick={() => setParams({ from: String(version - 1), to: String(version) }, { replace: true })}
                    >
                      What it changed
                    </Button>
                    <p className="basis-full text-muted">
                      {createdBy}, <Time at={createdAt} />
                      {reason !== null && `: ${reason}`}
                    </p>
                  </li>
                ))}
              </ol>
              <MoreButton query={query} />
            </Panel>
            {from >= 1 && <Changes name={name} from={from} to={to} />}
          </div>
        );
      }}
    </Loaded>
  );
}

function Changes({ name, from, to }: { name: string; from: number; to: number }) {
  const diff = useQuery(runbookDiffQuery(name, from, to));
  const before = useQuery(runbookQuery(name, from)).data?.document;
  return (
    <Panel title={`From version ${from} to ${to}`}>
      <Loaded query={diff}>
        {({ diff: patch }) => <PatchList patch={patch} before={before} label="What changed" />}
      </Loaded>
    </Panel>
  );
}
