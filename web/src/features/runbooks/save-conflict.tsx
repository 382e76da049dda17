import { useQuery } from '@tanstack/react-query';
import { Button } from '../../ui/button';
import { PatchList } from '../../ui/patch-list';
import { Loaded } from '../../ui/states';
import { runbookDiffQuery, runbookQuery } from './runbook-queries';

interface SaveConflictProps {
  name: string;
  /** The version that was edited. */
  base: number;
  busy: boolean;
  /** @param version the one that is there now */
  onOverwrite: (version: number) => void;
  onDiscard: () => void;
}

/** Somebody else has saved meanwhile: what they changed, and which of the two is to be. */
export function SaveConflict({ name, base, busy, onOverwrite, onDiscard }: SaveConflictProps) {
  const newest = useQuery({ ...runbookQuery(name, null), queryKey: ['runbooks', 'conflict', name, base] });
  return (
    <div role="alert" className="mt-3 flex flex-col gap-3 rounded-md border border-warn/50 bg-warn-soft p-3">
      <Loaded query={newest} rows={2}>
        {({ version, createdBy }) => (
          <>
            <p>
              <strong>{createdBy}</strong> has saved version {version} since you began with version {base}. Nothing of
              yours was saved.
            </p>
            <TheirChanges name={name} from={base} to={version} />
            <div className="flex flex-wrap gap-2">
              <Button busy={busy} onClick={() => onOverwrite(version)}>
                Save mine after it
              </Button>
              <Button look="danger" onClick={onDiscard}>
                Discard mine
              </Button>
            </div>
          </>
        )}
      </Loaded>
    </div>
  );
}

function TheirChanges({ name, from, to }: { name: string; from: number; to: number }) {
  const diff = useQuery(runbookDiffQuery(name, from, to));
  const before = useQuery(runbookQuery(name, from)).data?.document;
  return (
    <Loaded query={diff} rows={2}>
      {({ diff: patch }) => <PatchList patch={patch} before={before} label="What they changed" />}
    </Loaded>
  );
}
