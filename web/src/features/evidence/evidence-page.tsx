import { useMay } from '../../api/me';
import { Page } from '../../ui/page';
import { Panel } from '../../ui/panel';
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
      {may('evidence:verify') && <VerificationsPanel />}
      <div className="grid gap-4 lg:grid-cols-2">
        {may('evidence:verify') && <CheckpointPanel />}
        {may('evidence:verify') && <AnchorsPanel />}
      </div>
      <KeysPanel />
      {may('audit:read') && <HoldsPanel />}
      <div className="grid gap-4 lg:grid-cols-2">
        <Panel title="To check it elsewhere">
          <OfflineCheck />
        </Panel>
        <Panel title="What evidence does not show">
          <Limits />
        </Panel>
      </div>
    </Page>
  );
}
