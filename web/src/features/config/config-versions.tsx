import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { History } from 'lucide-react';
import { useState } from 'react';
import { useMay } from '../../api/me';
import { Badge } from '../../ui/badge';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { Panel } from '../../ui/panel';
import { Loaded, Problem } from '../../ui/states';
import { Time } from '../../ui/time';
import { told } from '../../ui/toast';
import { ReasonField } from '../agents/reason-field';
import { ChangesList } from './changes-list';
import { rollBack, versionsQuery, type ConfigVersion } from './config-queries';

/** Every version of a config: who, when, what changed; and the way back to it. */
export function ConfigVersions({ agentId }: { agentId: string }) {
  const may = useMay();
  const query = useInfiniteQuery(versionsQuery(agentId));
  const [chosen, setChosen] = useState<ConfigVersion | null>(null);
  return (
    <Panel title="Versions" flush>
      <Loaded query={query}>
        {({ pages }) => {
          const versions = pages.flatMap((page) => page.versions);
          return (
            <>
              <ol className="divide-y divide-line" aria-label="Versions">
                {versions.map((one, index) => (
                  <li key={one.version} data-version={one.version} className="flex flex-col gap-2 px-4 py-3">
                    <div className="flex flex-wrap items-center gap-2">
                      <span className="font-medium">Version {one.version}</span>
                      {index === 0 && <Badge tone="ok">in effect</Badge>}
                      {one.rollbackOf !== undefined && <Badge tone="info">back to {one.rollbackOf}</Badge>}
                      <span className="text-muted">
                        {one.principal}, <Time at={one.time} as="ago" />
                      </span>
                      {index > 0 && may('agents:configure') && (
                        <Button className="ml-auto" onClick={() => setChosen(one)}>
                          <History aria-hidden className="size-4" />
                          Roll back<span className="sr-only"> to version {one.version}</span>
                        </Button>
                      )}
                    </div>
                    {one.reason !== undefined && <p className="text-muted">{one.reason}</p>}
                    <details>
                      <summary className="min-h-6 text-xs text-muted">
                        {one.version === 1
                          ? 'What it began with'
                          : `${one.diff.length} ${one.diff.length === 1 ? 'change' : 'changes'}`}
                      </summary>
                      <div className="mt-2">
                        <ChangesList
                          before={versions[index + 1]?.config ?? {}}
                          after={one.config}
                          label={`Changes of version ${one.version}`}
                        />
                      </div>
                    </details>
                  </li>
                ))}
              </ol>
              {query.hasNextPage && (
                <div className="p-3 text-center">
                  <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                    Older versions
                  </Button>
                </div>
              )}
              {chosen && versions[0] && (
                <RollbackDialog agentId={agentId} now={versions[0]} chosen={chosen} onClose={() => setChosen(null)} />
              )}
            </>
          );
        }}
      </Loaded>
    </Panel>
  );
}

interface RollbackDialogProps {
  agentId: string;
  now: ConfigVersion;
  chosen: ConfigVersion;
  onClose: () => void;
}

function RollbackDialog({ agentId, now, chosen, onClose }: RollbackDialogProps) {
  const [reason, setReason] = useState('');
  const back = useMutation({
    mutationFn: () => rollBack(agentId, chosen.version, reason),
    onSuccess: ({ version }) => {
      told(`Version ${version} is in effect`, `It is equal to version ${chosen.version}.`);
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Roll back to version ${chosen.version}?`}
      description="A new version is made that is equal to it."
      wide
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          back.mutate();
        }}
      >
        {back.error && <Problem error={back.error} />}
        <ChangesList before={now.config} after={chosen.config} label="What will change" />
        <ReasonField value={reason} onChange={setReason} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="primary" busy={back.isPending}>
            Roll back
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
