import { CopyButton } from '../../ui/copy-button';
import { Badge } from '../../ui/badge';
import { DataTable } from '../../ui/data-table';
import { Time } from '../../ui/time';
import type { EvidenceKey } from './evidence-queries';

/** The keys that sign evidence, oldest first, by the fingerprints that people compare. */
export function KeysTable({ keys }: { keys: readonly EvidenceKey[] }) {
  return (
    <DataTable label="Signing keys" head={['Fingerprint (key id)', 'State', 'Made', 'Vouched for by', 'Public key']}>
      {keys.map(({ keyId, publicKey, createdAt, retiredAt, vouchedBy }) => (
        <tr key={keyId}>
          <td>
            <code className="font-mono text-sm font-medium tracking-wide whitespace-nowrap">{grouped(keyId)}</code>
          </td>
          <td>{retiredAt === null ? <Badge tone="ok">signs</Badge> : <Badge>retired</Badge>}</td>
          <td>
            <Time at={createdAt} />
          </td>
          <td>
            {vouchedBy === null ? (
              'the owner, by another way'
            ) : (
              <code className="font-mono text-xs">{grouped(vouchedBy)}</code>
            )}
          </td>
          <td>
            <span className="flex items-center gap-1">
              <code className="font-mono text-xs whitespace-nowrap">{publicKey}</code>
              <CopyButton text={publicKey} name={`Copy the public key ${keyId}`} />
            </span>
          </td>
        </tr>
      ))}
    </DataTable>
  );
}

/** In groups of four: it is compared by eye. */
export function grouped(keyId: string): string {
  return keyId.match(/.{1,4}/g)?.join(' ') ?? keyId;
}
