import { ShieldX } from 'lucide-react';
import type { RunPlan } from '../../../../actors/run/plan';
import { Badge } from '../../ui/badge';
import { Hash } from '../../ui/mono';
import { Time } from '../../ui/time';
import { PlanView } from './plan-view';

/** A whole run as it would be. */
export function DryRun({ plan: { targets, veto, steps, planHash } }: { plan: RunPlan }) {
  return (
    <div role="status" className="flex flex-col gap-3">
      <p className="rounded-md bg-info-soft px-3 py-2 text-info">
        This is a dry-run: <strong>nothing is done</strong>.
      </p>
      {veto !== null && (
        <p className="flex flex-wrap items-center gap-2 rounded-md bg-warn-soft px-3 py-2 text-warn">
          <ShieldX aria-hidden className="size-4 shrink-0" />
          It would not be allowed now: {veto.reason}
          {veto.until !== undefined && (
            <>
              ; ask again at <Time at={veto.until} />
            </>
          )}
        </p>
      )}
      <div className="flex flex-wrap items-center gap-2 text-muted">
        {targets.length > 0 && <span>Locks</span>}
        {targets.map((target) => (
          <Badge key={target}>{target}</Badge>
        ))}
        <span className="ml-auto flex items-center gap-1">
          Plan <Hash value={planHash} />
        </span>
      </div>
      <PlanView steps={steps} />
    </div>
  );
}
