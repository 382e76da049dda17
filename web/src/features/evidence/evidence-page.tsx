import { useQuery } from '@tanstack/react-query';
import { meQuery, useMay } from '../../api/me';
import { Page } from '../../ui/page';
import { Panel } from '../../ui/panel';
import { Loaded } from '../../ui/states';
import { ExportButton } from './export-dialog';
import { everything } from './export-scope';
import { Limits, OfflineCheck } from './evidence-words';
import { HoldsPanel } from './holds-panel';
import { AnchorsPanel, CheckpointPanel, KeysPanel } from './signing-panel';
import { VerificationsPanel } from './verifications-panel';
import { VerifyButton } from './verify-dialog';

export function Component() {
  const may = useMay();
  return (
    <Page
      title="Evidence"
      actions={
        <>
          <ExportButton initial={everything} />
          <VerifyButton />
        </>
      }
    >
      {/* Which panels there are depends on who one is: none is drawn, and moved, before that is known. */}
      <Loaded query={useQuery(meQuery)} rows={20}>
        {() => (
          <>
            {may('evidence:verify') && (
              <>
                <VerificationsPanel />
                <div className="grid gap-4 lg:grid-cols-2">
                  <CheckpointPanel />
                  <AnchorsPanel />
                </div>
              </>
            )}
            <KeysPanel />
            {may('audit:read') && <HoldsPanel />}
            <About />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function About() {
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <Panel title="To check it elsewhere">
        <OfflineCheck />
      </Panel>
      <Panel title="What evidence does not show">
        <Limits />
      </Panel>
    </div>
  );
}
