import { Button } from '../../ui/button';
import { ChangesList } from './changes-list';

interface ConfigConflictProps {
  base: object;
  mine: unknown;
  theirs: object;
  onTake: () => void;
  onKeep: () => void;
}

/** Somebody else has saved another version meanwhile: what they changed, and whose is to stay. */
export function ConfigConflict({ base, mine, theirs, onTake, onKeep }: ConfigConflictProps) {
  return (
    <section role="alert" className="flex flex-col gap-3 rounded-md border border-warn bg-warn-soft p-3">
      <h3>Somebody else has changed this config meanwhile</h3>
      <div className="grid gap-3 lg:grid-cols-2">
        <div className="min-w-0 rounded-md bg-surface p-2">
          <h4 className="mb-2 text-sm font-medium">What they changed</h4>
          <ChangesList before={base} after={theirs} label="What they changed" />
        </div>
        <div className="min-w-0 rounded-md bg-surface p-2">
          <h4 className="mb-2 text-sm font-medium">What you changed</h4>
          <ChangesList before={base} after={mine} label="What you changed" />
        </div>
      </div>
      <div className="flex flex-wrap gap-2">
        <Button onClick={onTake}>Take over theirs</Button>
        <Button onClick={onKeep}>Keep mine, and look again</Button>
      </div>
    </section>
  );
}
