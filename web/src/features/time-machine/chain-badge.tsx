import { Link2, Unlink2 } from 'lucide-react';
import { Badge } from '../../ui/badge';
import type { ChainSeen } from './history-reader';

const words = {
  altered: 'does not hash to what it says',
  unlinked: 'does not follow the one before it',
  gap: 'is missing',
} as const;

/** What the hash chain says of the records that were read so far, checked here in the browser. */
export function ChainBadge({ chain: { checked, fault } }: { chain: ChainSeen }) {
  if (fault !== null) {
    return (
      <span role="alert">
        <Badge tone="bad">
          <Unlink2 aria-hidden className="size-3.5" />
          Chain broken: event {fault.sequence} {words[fault.fault]}
        </Badge>
      </span>
    );
  }
  return (
    <Badge
      tone={checked === 0 ? 'neutral' : 'ok'}
      title="Checked in this browser: each record hashes to what it says, and names the hash of the one before it."
    >
      <Link2 aria-hidden className="size-3.5" />
      {checked === 0 ? 'Chain not read yet' : `Chain holds, ${checked.toLocaleString()} records checked`}
    </Badge>
  );
}
