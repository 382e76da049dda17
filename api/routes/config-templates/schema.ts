import { Type } from '@sinclair/typebox';
import { templateExamples } from '../../examples/config-templates';
import { nextCursor, pageQuery } from '../../pages';
import { idempotencyHeader, ifMatchHeader } from '../../schemas';

const strict = { additionalProperties: false };
const time = Type.String({ format: 'date-time' });
const id = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,62}$', examples: ['small-flags'] });

const written = {
  kind: Type.String({ description: 'Of the agents that it is for.', minLength: 1, maxLength: 100 }),
  name: Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f]*$' }),
  description: Type.Optional(Type.String({ maxLength: 2000, pattern: '^[^\\u0000]*$' })),
  config: Type.Object(
    {},
    { description: 'By the schema of the kind. What it leaves out gets its default when it is applied.' },
  ),
};

export const newTemplate = Type.Object(
  { id: Type.Optional(Type.String({ ...id, description: 'Of your choice.' })), ...written },
  { ...strict, examples: [templateExamples.new] },
);

export const changedTemplate = Type.Object(written, { ...strict, examples: [templateExamples.changed] });

const summary = {
  id,
  kind: Type.String(),
  name: Type.String(),
  description: Type.Optional(Type.String()),
  version: Type.Integer({ description: 'Grows with each change.', minimum: 1 }),
  createdBy: Type.String(),
  createdAt: time,
  updatedBy: Type.String(),
  updatedAt: time,
};

export const template = Type.Object(
  { ...summary, config: Type.Object({}) },
  { $id: 'ConfigTemplate', examples: [templateExamples.template] },
);

export const templateQuery = Type.Object(
  { kind: Type.Optional(Type.String({ maxLength: 100, pattern: '^[^\\u0000]*$' })), ...pageQuery },
  strict,
);

export const templatePage = Type.Object(
  { templates: Type.Array(Type.Object(summary, { $id: 'ConfigTemplateSummary' })), next: nextCursor },
  { $id: 'ConfigTemplatePage', examples: [templateExamples.page] },
);

export const templateParams = Type.Object({ id }, strict);
export const createHeaders = Type.Object({ 'idempotency-key': idempotencyHeader });
export const changeHeaders = Type.Object({ 'if-match': ifMatchHeader });
export const deletedTemplate = Type.Object({ id }, { examples: [templateExamples.deleted] });
