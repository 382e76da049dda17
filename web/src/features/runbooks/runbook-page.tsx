import { useQuery } from '@tanstack/react-query';
import { FlaskConical } from 'lucide-react';
import { Outlet, useParams } from 'react-router';
import { useMay } from '../../api/me';
import { Badge } from '../../ui/badge';
import { ButtonLink } from '../../ui/button';
import { Page } from '../../ui/page';
import { RouteTabs } from '../../ui/tabs';
import { runbookQuery } from './runbook-queries';

const tabs = [
  ['Source', ''],
  ['Versions', 'versions'],
] as const;

/** A runbook: its text, its versions, and the way to run it. */
export function Component() {
  const { name = '' } = useParams();
  const may = useMay();
  const { data: newest } = useQuery(runbookQuery(name, null));
  return (
    <Page
      title={name}
      trail={[['Runbooks', '/runbooks']]}
      beside={newest && <Badge>version {newest.version}</Badge>}
      actions={
        <>
          <ButtonLink look="quiet" to={`/runs?runbook=${name}`}>
            Its runs
          </ButtonLink>
          {may('runs:start') && (
            <ButtonLink to={`/runs/new?runbook=${name}`}>
              <FlaskConical aria-hidden className="size-4" /> Dry-run or start
            </ButtonLink>
          )}
        </>
      }
    >
      {newest?.description && <p className="max-w-prose text-muted">{newest.description}</p>}
      <RouteTabs label="Parts of the runbook" base={`/runbooks/${name}`} tabs={tabs} />
      <Outlet />
    </Page>
  );
}
