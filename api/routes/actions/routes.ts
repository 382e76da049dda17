import { Type } from '@sinclair/typebox';
import { describeActions } from '../../../activities/actions/catalogue';
import { runbookExamples } from '../../examples/runs';
import { route, type Route } from '../../route';

const action = Type.Object(
  {
    name: Type.String(),
    title: Type.String(),
    description: Type.String(),
    effect: Type.String({ description: '`read`, `reversible`, `destructive`, or `depends`: on the input.' }),
    idempotent: Type.Union([Type.Boolean(), Type.Literal('depends')]),
    timeout: Type.Number({ description: 'Seconds that it may take where the step says nothing.' }),
    input: Type.Object({}, { description: 'JSON Schema.' }),
    output: Type.Object({}, { description: 'JSON Schema.' }),
    undo: Type.Boolean({ description: 'It can be taken back.' }),
    verify: Type.Boolean({ description: 'It can be told whether it is done already.' }),
  },
  { $id: 'Action' },
);

const actionList = Type.Object({ actions: Type.Array(action) }, { examples: [runbookExamples.actions] });

const list = route({
  method: 'get',
  path: '/actions',
  operationId: 'listActions',
  permission: 'actions:read',
  tag: 'runbooks',
  summary: 'What steps of runbooks can do',
  responses: { 200: { description: 'All actions.', schema: actionList } },
  problems: [],
  handler: () => Promise.resolve({ body: { actions: describeActions() } }),
});

export const actionRoutes: Route[] = [list];
