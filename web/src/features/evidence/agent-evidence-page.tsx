import { useQuery } from '@tanstack/react-query';
import { ShieldCheck } from 'lucide-react';
import { useParams } from 'react-router';
import { useMay } from '../../api/me';
import { Button } from '../../ui/button';
import { DataTable } from '../../ui/data-table';
import { Page } from '../../ui/page';
import { Panel } from '../../ui/panel';
import { Empty, Loaded, Problem } from '../../ui/states';
import { Time } from '../../ui/time';
import { faultsQuery } from './evidence-queries';
import { ExportButton } from './export-dialog';
import { HoldsPanel } from './holds-panel';
import { RetentionPanel } from './retention-panel';
import { useVerify } from './verify-dialog';

/** What there is to prove the past of one agent, and how long. */
export function Component() {
  const { id = '' } = useParams();
  const may = useMay();
  const verify = useVerify();
  return (
    <Page
      title={`Evidence of ${id}`}
      trail={[
        ['Agents', '/agents'],
        [id, `/agents/${id}`],
      ]}
      actions={
        <>
          <ExportButton initial={{ of: 'agent', id }} />
          {may('evidence:verify') && (
            <Button look="primary" busy={verify.isPending} onClick={() => verify.mutate({ agents: [id] })}>
              <ShieldCheck aria-hidden className="size-4" />
              Verify
            </Button>
          )}
        </>
      }
    >
      {verify.error && <Problem error={verify.error} />}
      {may('audit:read') ? (
        <>
          <FaultsPanel agent={id} />
          <RetentionPanel agent={id} />
          <HoldsPanel agent={id} />
        </>
      ) : (
        <Panel>
          <Empty title="How long it is kept, and what keeps it, is for auditors" />
        </Panel>
      )}
    </Page>
  );
}

function FaultsPanel({ agent }: { agent: string }) {
  const query = useQuery(faultsQuery(agent));
  return (
    <Panel title="Records that the ledger refused" flush>
      <Loaded query={query} rows={2}>
        {(faults) =>
          faults.length === 0 ? (
            <p className="p-4 text-sm text-muted">
              None: whatever came of this agent was taken into the ledger as it was.
            </p>
          ) : (
            <DataTable label="Refused records" head={['Record', 'Fault', 'Detail', 'Seen']}>
              {faults.map(({ sequence, fault, detail, seenAt }) => (
                <tr key={`${sequence} ${fault} ${seenAt}`}>
                  <td className="tabular-nums">{sequence}</td>
                  <td className="font-medium text-bad">{fault}</td>
                  <td className="min-w-48">{detail}</td>
                  <td>
                    <Time at={seenAt} />
                  </td>
                </tr>
              ))}
            </DataTable>
          )
        }
      </Loaded>
    </Panel>
  );
}
