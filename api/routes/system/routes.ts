import { Type } from '@sinclair/typebox';
import type { Dependencies } from '../../dependencies';
import { agentExamples } from '../../examples/agents';
import { route, type Route } from '../../route';

const count = Type.Integer({ minimum: 0 });
const orUnknown = (schema: ReturnType<typeof Type.Object>) =>
  Type.Union([schema, Type.Null()], { description: 'Null where it could not be told.' });

const infoSchema = Type.Object(
  {
    version: Type.String(),
    environment: Type.String(),
    node: Type.String(),
    startedAt: Type.String({ format: 'date-time' }),
    uptimeSeconds: Type.Number(),
    agents: orUnknown(Type.Object({ running: count, stopped: count })),
    sockets: count,
    queueDepth: Type.Integer({ minimum: 0, description: 'Commands that wait in this process.' }),
    projector: orUnknown(
      Type.Object({
        waiting: count,
        unacked: count,
        lag: count,
        dropped: Type.Integer({
          minimum: 0,
          description: 'Events that the stream has dropped before they were in the ledger; they come from the agents.',
        }),
      }),
    ),
  },
  { $id: 'SystemInfo', examples: [agentExamples.info] },
);

const info = route({
  method: 'get',
  path: '/system/info',
  operationId: 'getSystemInfo',
  permission: 'system:read',
  tag: 'system',
  summary: 'Version, uptime and counts',
  responses: { 200: { description: 'As this process sees it.', schema: infoSchema } },
  problems: [],
  handler: async ({ deps }) => ({ body: await systemInfo(deps) }),
});

/** How long a part that comes from elsewhere may take, in ms. */
const partMs = 1_000;

async function systemInfo(deps: Dependencies): Promise<object> {
  const { version, environment, startedAt } = deps.about;
  const [agents, backlog] = await Promise.all([orNull(deps.ledger.count()), orNull(deps.projectorBacklog())]);
  return {
    version,
    environment,
    node: process.versions.node,
    startedAt: startedAt.toISOString(),
    uptimeSeconds: Math.round((Date.now() - startedAt.getTime()) / 100) / 10,
    agents,
    sockets: deps.hub.size,
    queueDepth: deps.agents.queueDepth,
    projector: backlog && presentBacklog(backlog),
  };
}

function presentBacklog({ waiting, unacked, dropped }: Awaited<ReturnType<Dependencies['projectorBacklog']>>): object {
  return { waiting, unacked, lag: waiting + unacked, dropped };
}

async function orNull<T>(part: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), partMs);
  });
  return Promise.race([part.catch(() => null), late]).finally(() => clearTimeout(timer));
}

export const systemRoutes: Route[] = [info];
