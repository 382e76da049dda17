import { useQuery } from '@tanstack/react-query';
import { Badge } from '../../ui/badge';
import { DataTable } from '../../ui/data-table';
import { Hash } from '../../ui/mono';
import { Panel } from '../../ui/panel';
import { Loaded } from '../../ui/states';
import { Time } from '../../ui/time';
import { anchorsQuery, keysQuery, latestCheckpointQuery, type Anchor } from './evidence-queries';
import { Fact } from './fact';
import { grouped, KeysTable } from './keys-table';
import { saveFile } from '../../ui/save-file';
import { Button } from '../../ui/button';

/** How far the chains are signed. */
export function CheckpointPanel() {
  const query = useQuery(latestCheckpointQuery);
  return (
    <Panel title="Signed checkpoints" className="min-h-52">
      <Loaded query={query} rows={3}>
        {(checkpoint) =>
          checkpoint === null ? (
            <p className="text-muted">None yet: the first one is signed within a minute of the first event.</p>
          ) : (
            <dl className="grid grid-cols-2 gap-x-6 gap-y-3 text-sm">
              <Fact name="Newest">Number {checkpoint.number}</Fact>
              <Fact name="Signed">
                <Time at={checkpoint.signed.time} as="ago" />
              </Fact>
              <Fact name="Heads changed in it">{checkpoint.signed.size}</Fact>
              <Fact name="By key">
                <code className="font-mono text-xs">{grouped(checkpoint.keyId)}</code>
              </Fact>
              <Fact name="Hash">
                <Hash value={checkpoint.hash} length={16} />
              </Fact>
              <Fact name="Installation">
                <Hash value={checkpoint.signed.installation} length={13} />
              </Fact>
            </dl>
          )
        }
      </Loaded>
    </Panel>
  );
}

/** How far the checkpoints are copied to where this installation can't rewrite them. */
export function AnchorsPanel() {
  const query = useQuery(anchorsQuery);
  const newest = useQuery(latestCheckpointQuery).data?.number ?? 0;
  return (
    <Panel title="Anchors outside" flush className="min-h-52">
      <Loaded query={query} rows={3}>
        {(anchors) =>
          anchors.length === 0 ? (
            <p className="p-4 text-sm text-muted">
              <Badge tone="warn">none</Badge> Checkpoints are copied nowhere: who has the signing key could rewrite the
              past unseen. Set <code className="font-mono text-xs">EVIDENCE_ANCHOR_FILE</code>,{' '}
              <code className="font-mono text-xs">_GIT</code> or <code className="font-mono text-xs">_WEBHOOK</code>.
            </p>
          ) : (
            <DataTable label="Anchors" head={['Place', 'Stands at', 'Behind', 'Last copied']}>
              {anchors.map((anchor) => (
                <AnchorRow key={anchor.name} anchor={anchor} newest={newest} />
              ))}
            </DataTable>
          )
        }
      </Loaded>
    </Panel>
  );
}

function AnchorRow({ anchor, newest }: { anchor: Anchor; newest: number }) {
  const { name, checkpoint, anchoredAt, fault, failedAt } = anchor;
  const behind = Math.max(0, newest - checkpoint);
  return (
    <tr>
      <td className="font-medium">{name}</td>
      <td className="tabular-nums">{checkpoint === 0 ? 'nothing yet' : `checkpoint ${checkpoint}`}</td>
      <td>{behind === 0 ? <Badge tone="ok">up to date</Badge> : <Badge tone="warn">{behind} behind</Badge>}</td>
      <td>
        {anchoredAt === null ? 'never' : <Time at={anchoredAt} as="ago" />}
        {fault !== null && (
          <span className="block text-bad">
            {fault} {failedAt !== null && <Time at={failedAt} as="ago" />}
          </span>
        )}
      </td>
    </tr>
  );
}

/** The keys, to compare with what their owner says, and to keep for checking offline. */
export function KeysPanel() {
  const query = useQuery(keysQuery);
  const keep = (): void => {
    const file = `${JSON.stringify({ keys: query.data }, null, 2)}\n`;
    saveFile('keys.json', new Blob([file], { type: 'application/json' }));
  };
  return (
    <Panel
      title="Keys that sign"
      className="min-h-33"
      flush
      actions={query.data && <Button onClick={keep}>Save keys.json</Button>}
    >
      <Loaded query={query} rows={2}>
        {(keys) => <KeysTable keys={keys} />}
      </Loaded>
    </Panel>
  );
}
