import { CirclePause, CirclePlay, CircleX, RotateCcw, RotateCw, type LucideIcon } from 'lucide-react';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useMay, type Permission } from '../../api/me';
import { Button } from '../../ui/button';
import { ReasonDialog } from '../../ui/reason-dialog';
import { told } from '../../ui/toast';
import { useRunAct, type RunAct } from './run-acts';
import type { Run } from './run-queries';

interface Control {
  type: Exclude<RunAct['type'], 'skipStep' | 'retryStep'>;
  label: string;
  icon: LucideIcon;
  demands: Permission;
  title: string;
  description: string;
  done: string;
  danger?: true;
  shown: (run: Run) => boolean;
}

const goesOn = ({ phase }: Run): boolean => phase !== 'ended';
const ended = (run: Run): boolean => !goesOn(run);

const controls: readonly Control[] = [
  {
    type: 'pause',
    label: 'Pause',
    icon: CirclePause,
    demands: 'runs:control',
    title: 'Pause this run?',
    description: 'What is under way ends; no further step begins.',
    done: 'The run is paused',
    shown: (run) => goesOn(run) && run.pausedBy === null && run.cancel === null,
  },
  {
    type: 'resume',
    label: 'Resume',
    icon: CirclePlay,
    demands: 'runs:control',
    title: 'Resume this run?',
    description: 'It goes on where it was paused.',
    done: 'The run goes on',
    shown: (run) => goesOn(run) && run.pausedBy !== null,
  },
  {
    type: 'retry',
    label: 'Retry',
    icon: RotateCw,
    demands: 'runs:control',
    title: 'Try again what failed?',
    description: 'A new run begins where this one ended. What was done stays done.',
    done: 'A new run goes on from here',
    shown: (run) => ended(run) && run.status !== 'succeeded',
  },
  {
    type: 'rerun',
    label: 'Rerun',
    icon: RotateCcw,
    demands: 'runs:start',
    title: 'Run the same again?',
    description: 'A new run begins from the first step, with the same input.',
    done: 'A new run has begun',
    shown: ended,
  },
  {
    type: 'cancel',
    label: 'Cancel',
    icon: CircleX,
    demands: 'runs:control',
    title: 'Cancel this run?',
    description: 'What is under way is broken off. This can not be taken back.',
    done: 'The run is cancelled',
    danger: true,
    shown: (run) => goesOn(run) && run.cancel === null,
  },
];

/** What can be done about a run as it stands, each with a reason. */
export function RunControls({ run }: { run: Run }) {
  const may = useMay();
  const navigate = useNavigate();
  const [asked, setAsked] = useState<Control | null>(null);
  const [undo, setUndo] = useState(false);
  const act = useRunAct(run.id, (next) => {
    if (asked) told(asked.done);
    setAsked(null);
    if (next !== run.id) void navigate(`/runs/${next}`);
  });
  const open = (control: Control): void => {
    act.reset();
    setUndo(false);
    setAsked(control);
  };
  return (
    <>
      {controls
        .filter(({ demands, shown }) => may(demands) && shown(run))
        .map((control) => (
          <Button key={control.type} look={control.danger ? 'danger' : 'plain'} onClick={() => open(control)}>
            <control.icon aria-hidden className="size-4" /> {control.label}
          </Button>
        ))}
      {asked !== null && (
        <ReasonDialog
          open
          title={asked.title}
          description={asked.description}
          action={asked.label}
          danger={asked.danger ?? false}
          busy={act.isPending}
          error={act.error}
          onClose={() => setAsked(null)}
          onConfirm={(reason) =>
            act.mutate({ act: asked.type === 'cancel' ? { type: 'cancel', undo } : { type: asked.type }, reason })
          }
        >
          {asked.type === 'cancel' && (
            <label className="flex items-center gap-2">
              <input
                type="checkbox"
                className="size-4 accent-accent"
                checked={undo}
                onChange={({ target }) => setUndo(target.checked)}
              />
              Take back what was done, the last first
            </label>
          )}
        </ReasonDialog>
      )}
    </>
  );
}
