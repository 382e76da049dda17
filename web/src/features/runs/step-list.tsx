import { ChevronDown, ChevronRight, ShieldCheck, Undo2 } from 'lucide-react';
import { clsx } from 'clsx';
import { useEffect, useRef } from 'react';
import { Elapsed } from '../../ui/elapsed';
import type { Run } from './run-queries';
import { lookOf } from './status-badge';
import { StepDetail } from './step-detail';
import { flatten, type StepNode } from './step-tree';

interface StepListProps {
  run: Run;
  tree: readonly StepNode[];
  chosen: string | null;
  onChoose: (path: string | null) => void;
}

const inks = { ok: 'text-ok', warn: 'text-warn', bad: 'text-bad', info: 'text-info', neutral: 'text-muted' };

/** All steps in their order, one a line; the chosen one with all that is known of it. */
export function StepList({ run, tree, chosen, onChoose }: StepListProps) {
  return (
    <ol className="max-h-[70vh] overflow-y-auto" aria-label="Steps">
      {flatten(tree).map(({ node, depth }) => (
        <StepRow
          key={node.path}
          run={run}
          node={node}
          depth={depth}
          open={node.path === chosen}
          onToggle={() => onChoose(node.path === chosen ? null : node.path)}
        />
      ))}
    </ol>
  );
}

interface StepRowProps {
  run: Run;
  node: StepNode;
  depth: number;
  open: boolean;
  onToggle: () => void;
}

function StepRow({ run, node, depth, open, onToggle }: StepRowProps) {
  const row = useRef<HTMLLIElement>(null);
  const { tone, icon: Icon, word } = lookOf(node.status);
  const Chevron = open ? ChevronDown : ChevronRight;
  useEffect(() => {
    if (open) row.current?.scrollIntoView({ block: 'nearest' });
  }, [open]);
  return (
    <li ref={row} className="border-b border-line last:border-0">
      <button
        type="button"
        aria-expanded={open}
        onClick={onToggle}
        className={clsx('flex w-full items-center gap-2 px-3 py-1.5 text-left hover:bg-sunken', open && 'bg-sunken')}
        // As deep as it is nested; deeper than six levels says no more.
        style={{ paddingLeft: 12 + Math.min(depth, 6) * 16 }}
      >
        <Chevron aria-hidden className="size-3.5 shrink-0 text-muted" />
        <Icon aria-hidden className={clsx('size-4 shrink-0', inks[tone])} />
        <span className="min-w-0 flex-1">
          <span className="block truncate font-medium">{node.label}</span>
          <span className="flex gap-1.5 text-xs text-muted">
            <span className={inks[tone]}>{word}</span>
            {(node.step?.attempt ?? 0) > 1 && <span>attempt {node.step?.attempt}</span>}
            {node.does !== null && <span className="truncate font-mono">{node.does}</span>}
          </span>
        </span>
        {node.verifies && (
          <span title="Tells whether the run has helped">
            <ShieldCheck aria-label="Verifies" className="size-4 text-muted" />
          </span>
        )}
        {node.undo && (
          <span title="Can be taken back">
            <Undo2 aria-label="Can be taken back" className="size-4 text-muted" />
          </span>
        )}
        {node.step !== null && node.status !== 'skipped' && (
          <span className="shrink-0 text-xs text-muted">
            <Elapsed from={node.step.startedAt} to={node.step.endedAt ?? run.endedAt} />
          </span>
        )}
      </button>
      {open && <StepDetail run={run} node={node} />}
    </li>
  );
}
