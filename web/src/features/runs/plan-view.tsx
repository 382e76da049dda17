import type { PlannedNode } from '../../../../actors/run/plan';
import { Badge, type Tone } from '../../ui/badge';
import { JsonView } from '../../ui/json-view';
import { Hash } from '../../ui/mono';

const effects: Record<string, Tone> = { read: 'neutral', reversible: 'info', destructive: 'bad' };

/** Steps as they would be done. Nothing of it has been. */
export function PlanView({ steps }: { steps: readonly PlannedNode[] }) {
  return (
    <ol className="flex flex-col gap-1.5">
      {steps.map((node) => (
        <PlannedStep key={node.path} node={node} />
      ))}
    </ol>
  );
}

function PlannedStep({ node }: { node: PlannedNode }) {
  const { path, kind, name, reached, action, effect, unknown, error, planHash, children = [] } = node;
  const facts = factsOf(node);
  return (
    <li className="min-w-0 rounded-md border border-line bg-surface px-3 py-2">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <span className={reached === 'no' ? 'text-muted line-through' : 'font-medium'}>{name ?? path}</span>
        <code className="font-mono text-xs break-all text-muted">{action ?? kind}</code>
        {effect !== undefined && <Badge tone={effects[effect] ?? 'neutral'}>{effect}</Badge>}
        {reached === 'no' && <Badge>left out: its condition does not hold</Badge>}
        {reached === 'unknown' && <Badge tone="warn">whether it comes is not known yet</Badge>}
        {planHash !== undefined && (
          <span className="ml-auto">
            <Hash value={planHash} />
          </span>
        )}
      </div>
      {unknown !== undefined && <p className="mt-1 text-xs text-warn">Not known yet: {unknown}</p>}
      {error !== undefined && (
        <p className="mt-1 text-xs text-bad">
          <code className="font-mono">{error.code}</code>: {error.message}
        </p>
      )}
      {facts !== null && (
        <div className="mt-1.5">
          <JsonView value={facts} label={`What ${path} would do`} className="max-h-56" />
        </div>
      )}
      {children.length > 0 && (
        <div className="mt-2 border-l-2 border-line pl-2">
          <PlanView steps={children} />
        </div>
      )}
    </li>
  );
}

/** All that is known of it; null where that is nothing. */
function factsOf({ with: given, plan, locks, detail }: PlannedNode): object | null {
  const facts = {
    ...(given === undefined ? {} : { with: given }),
    ...(plan === undefined ? {} : { plan }),
    ...(locks === undefined || locks.length === 0 ? {} : { locks }),
    ...(detail === undefined ? {} : { detail }),
  };
  return Object.keys(facts).length === 0 ? null : facts;
}
