import { Graph, layout } from '@dagrejs/dagre';
import type { Flow } from './step-flow';

/** Of each node, in px. */
export const nodeSize = { width: 216, height: 58 };

export interface Placed {
  x: number;
  y: number;
}

/** Where each node is drawn, from the top down: the upper left corner, in px. */
export function layoutOf({ nodes, edges }: Flow): Map<string, Placed> {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'TB', nodesep: 24, ranksep: 34, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of nodes) graph.setNode(id, { ...nodeSize });
  for (const { source, target } of edges) graph.setEdge(source, target);
  layout(graph);
  return new Map(
    nodes.map(({ id }) => {
      const { x, y } = graph.node(id) as Placed;
      return [id, { x: x - nodeSize.width / 2, y: y - nodeSize.height / 2 }];
    }),
  );
}
