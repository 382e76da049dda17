import { Type } from '@sinclair/typebox';
import { stringEnum } from '../../../actors/core/string-enum';
import type { HookForm } from '../../../projections/queries/hooks';
import { triggerExamples } from '../../examples/runs';
import { nextCursor } from '../../pages';
import { agentId } from '../../schemas';
import { runbookName, version } from '../runs/schema';

const strict = { additionalProperties: false };
const time = Type.String({ format: 'date-time' });
const id = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,62}$', examples: ['pushes'] });
const form = stringEnum<HookForm>(['generic', 'github', 'alertmanager'], {
  description: 'How deliveries are signed and told apart.',
});
const template = Type.Record(Type.String({ maxLength: 63 }), Type.Unknown(), {
  description: 'Input of the run: a template over `event`, `headers` and, for Alertmanager, `alert`.',
});

export const hookParams = Type.Object({ id }, strict);

export const newHook = Type.Object(
  {
    id,
    runbook: Type.Optional(runbookName),
    agent: Type.Optional(
      Type.String({
        ...agentId,
        description:
          'Instead of a runbook, for the form `alertmanager`: the agent that is told of each group of alerts. Its targets with a ' +
          'probe `alerts` take them.',
      }),
    ),
    version: Type.Optional(version),
    form,
    secret: Type.String({
      description: 'Reference to what deliveries are signed with; the secret itself is never kept.',
      pattern: '^secret://[a-z0-9][a-z0-9_-]{0,62}$',
    }),
    filter: Type.Optional(
      Type.String({
        description: 'CEL over `event` and `headers`; others start nothing.',
        minLength: 1,
        maxLength: 2000,
      }),
    ),
    input: Type.Optional(template),
  },
  { ...strict, examples: [triggerExamples.newHook] },
);

export const hook = Type.Object(
  {
    id,
    runbook: Type.Union([Type.String(), Type.Null()]),
    agent: Type.Union([agentId, Type.Null()]),
    version: Type.Union([version, Type.Null()]),
    form,
    secret: Type.String(),
    filter: Type.Union([Type.String(), Type.Null()]),
    input: template,
    enabled: Type.Boolean(),
    createdBy: Type.String(),
    createdAt: time,
    updatedAt: time,
  },
  { $id: 'Hook', examples: [triggerExamples.hook] },
);

export const hookPage = Type.Object(
  { hooks: Type.Array(hook), next: nextCursor },
  { $id: 'HookPage', examples: [triggerExamples.hookPage] },
);

export const deliveryList = Type.Object(
  {
    deliveries: Type.Array(Type.Object({ delivery: Type.String(), run: agentId, receivedAt: time })),
    next: nextCursor,
  },
  { $id: 'HookDeliveryPage', examples: [triggerExamples.deliveryPage] },
);

export const deleted = Type.Object({ id }, { examples: [triggerExamples.deletedHook] });

export const deliveredEvent = Type.Unknown({
  description: 'The event, as its sender makes it.',
  examples: [triggerExamples.event],
});

export const delivered = Type.Object(
  {
    run: Type.Union([agentId, Type.Null()], { description: 'Null where it asks for none.' }),
    agent: Type.Optional(Type.String({ ...agentId, description: 'Who was told.' })),
    duplicate: Type.Boolean({ description: 'It had come before.' }),
  },
  { $id: 'Delivered', examples: [triggerExamples.delivered] },
);
