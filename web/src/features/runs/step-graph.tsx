import { Background, Controls, Handle, Position, ReactFlow, type Edge, type Node, type NodeProps } from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { clsx } from 'clsx';
import { useMemo } from 'react';
import { layoutOf, nodeSize } from './flow-layout';
import { lookOf } from './status-badge';
import { flowOf, type FlowNode } from './step-flow';
import { flatten, type StepNode } from './step-tree';

interface StepGraphProps {
  tree: readonly StepNode[];
  chosen: string | null;
  onChoose: (path: string | null) => void;
}

type DrawnNode = Node<{ shown: FlowNode; chosen: boolean; onChoose: (path: string) => void }, 'step'>;

const nodeTypes = { step: DrawnStep };

/** The steps as a flow, from the top down. */
export default function StepGraph({ tree, chosen, onChoose }: StepGraphProps) {
  const flow = flowOf(tree);
  // Where they are follows from which there are: a step that goes on moves nothing.
  const shape = flatten(tree)
    .map(({ node }) => node.path)
    .concat(flow.nodes.map(({ id }) => id))
    .join(' ');
  // eslint-disable-next-line react-hooks/exhaustive-deps -- `shape` says when the flow is another one
  const places = useMemo(() => layoutOf(flow), [shape]);
  const nodes = flow.nodes.map<DrawnNode>((shown) => ({
    id: shown.id,
    type: 'step',
    position: places.get(shown.id) ?? { x: 0, y: 0 },
    ...nodeSize,
    data: { shown, chosen: shown.id === chosen, onChoose },
  }));
  const edges = flow.edges.map<Edge>(({ id, source, target, passed }) => ({
    id,
    source,
    target,
    type: 'smoothstep',
    className: passed ? 'step-edge-passed' : 'step-edge',
  }));
  return (
    <ReactFlow
      // Another shape is another drawing, which is fitted anew.
      key={shape}
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      fitView
      fitViewOptions={{ maxZoom: 1, minZoom: 0.35, padding: 0.08 }}
      minZoom={0.2}
      maxZoom={1.5}
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      edgesFocusable={false}
      elementsSelectable={false}
      preventScrolling={false}
      zoomOnScroll={false}
      proOptions={{ hideAttribution: true }}
      aria-label="Graph of the steps; the list has the same"
      className="step-graph"
    >
      <Background gap={20} />
      <Controls showInteractive={false} />
    </ReactFlow>
  );
}

const tones = {
  ok: 'border-ok/60 text-ok',
  warn: 'border-warn/60 text-warn',
  bad: 'border-bad/70 text-bad',
  info: 'border-info/70 text-info',
  neutral: 'border-line text-muted',
};

function DrawnStep({ data: { shown, chosen, onChoose } }: NodeProps<DrawnNode>) {
  const { node, label } = shown;
  const { tone, icon: Icon, word } = lookOf(node?.status ?? 'pending');
  return (
    <>
      <Handle type="target" position={Position.Top} isConnectable={false} className="invisible" />
      <button
        type="button"
        disabled={node === null}
        aria-pressed={chosen}
        onClick={() => node && onChoose(node.path)}
        style={{ width: nodeSize.width, height: nodeSize.height }}
        className={clsx(
          'nopan pointer-events-auto flex flex-col justify-center gap-0.5 rounded-md border bg-surface px-3 text-left',
          tones[tone],
          node?.status === 'pending' && 'border-dashed',
          (node?.kind === 'approval' || node?.verifies) && 'border-l-4',
          chosen && 'outline-2 outline-offset-2 outline-accent',
        )}
      >
        <span className="flex items-center gap-1.5 text-ink">
          <Icon aria-hidden className={clsx('size-4 shrink-0', tones[tone])} />
          <span className="truncate text-sm font-medium">{label}</span>
        </span>
        {node !== null && (
          <span className="flex items-center gap-1.5 text-xs">
            <span className="shrink-0">{word}</span>
            <span className="truncate font-mono text-muted">{node.does ?? kindWords[node.kind] ?? ''}</span>
          </span>
        )}
      </button>
      <Handle type="source" position={Position.Bottom} isConnectable={false} className="invisible" />
    </>
  );
}

const kindWords: Partial<Record<StepNode['kind'], string>> = {
  approval: 'asks people',
  parallel: 'all at once',
  foreach: 'for each item',
  group: 'one after another',
};
