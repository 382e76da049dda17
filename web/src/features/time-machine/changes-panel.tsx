import { Pin } from 'lucide-react';
import { Button } from '../../ui/button';
import { Select } from '../../ui/field';
import { Panel } from '../../ui/panel';
import { ChangeList } from './change-list';
import type { MomentRead } from './folded-history';
import type { Against } from './use-place';

interface ChangesPanelProps {
  read: MomentRead;
  at: number;
  against: Against;
  onAgainst: (against: Against) => void;
  onField: (pointer: string) => void;
}

/** What differs between this moment and another one. */
export function ChangesPanel({ read, at, against, onAgainst, onField }: ChangesPanelProps) {
  const { record, compared } = read;
  const changes = against === 'before' ? read.changes : (compared?.changes ?? []);
  const span =
    against === 'before' || compared === null
      ? `by event ${record.sequence}`
      : `from event ${compared.from} to ${compared.to}`;
  return (
    <Panel
      flush
      title={`${changes.length} ${changes.length === 1 ? 'change' : 'changes'} ${span}`}
      actions={
        <>
          <Select
            aria-label="Compare with"
            className="!w-auto"
            value={String(against)}
            onChange={({ currentTarget: { value } }) =>
              onAgainst(value === 'before' || value === 'now' ? value : Number(value))
            }
          >
            <option value="before">the moment before</option>
            <option value="now">now</option>
            {typeof against === 'number' && <option value={against}>event {against}, pinned</option>}
          </Select>
          <Button onClick={() => onAgainst(at)} disabled={against === at} title="Compare other moments with this one">
            <Pin aria-hidden className="size-3.5" />
            Pin
          </Button>
        </>
      }
    >
      <div tabIndex={0} role="region" aria-label="Changes" className="max-h-72 overflow-y-auto">
        <ChangeList changes={changes} onField={onField} />
      </div>
    </Panel>
  );
}
