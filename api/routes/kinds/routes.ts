import { Type } from '@sinclair/typebox';
import { commandsOf, eventsOf, type AnyKind } from '../../../actors/core/kind';
import { kinds } from '../../../actors/registry';
import { eventExamples } from '../../examples/agents';
import { route, type Route } from '../../route';

const kindSchema = Type.Object(
  {
    name: Type.String(),
    title: Type.String(),
    description: Type.String(),
    internal: Type.Boolean({ description: 'Its agents are made by Ymera itself only.' }),
    config: Type.Object({}, { description: 'JSON Schema of the config.' }),
    commands: Type.Array(
      Type.Object({
        type: Type.String(),
        description: Type.String(),
        internal: Type.Boolean({ description: 'Sent by Ymera itself only.' }),
        schema: Type.Object({}, { description: 'JSON Schema of the data.' }),
      }),
    ),
    events: Type.Array(Type.Object({ type: Type.String(), messagetype: Type.String(), schema: Type.Object({}) })),
  },
  { $id: 'Kind' },
);

const kindList = Type.Object({ kinds: Type.Array(kindSchema) }, { examples: [eventExamples.kinds] });

const list = route({
  method: 'get',
  path: '/kinds',
  operationId: 'listKinds',
  permission: 'kinds:read',
  tag: 'kinds',
  summary: 'Kinds of agents: what they take and what they tell',
  responses: { 200: { description: 'All kinds.', schema: kindList } },
  problems: [],
  handler: () => Promise.resolve({ body: { kinds: kinds.map(presentKind) } }),
});

function presentKind(kind: AnyKind): object {
  const { name, title, description, config } = kind;
  const commands = Object.entries(commandsOf(kind)).map(([type, command]) => ({
    type,
    description: command.description,
    internal: command.internal ?? false,
    schema: command.schema,
  }));
  const events = Object.entries(eventsOf(kind)).map(([event, { messagetype, schema }]) => ({
    type: `ymera.${name}.${event}`,
    messagetype,
    schema,
  }));
  return { name, title, description, internal: kind.internal ?? false, config, commands, events };
}

export const kindRoutes: Route[] = [list];
