import type { ActionFacts } from './check';
import { runbookDocument } from './document';
import { openInput } from './open-input';
import { words } from './schema-words';

/** What the schema says of an action, where it is known. */
export type DescribedAction = ActionFacts & { title?: string; description?: string };

interface Schema {
  properties?: Record<string, Schema>;
  patternProperties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  [keyword: string]: unknown;
}

const expression = {
  title: 'Expression',
  description: 'CEL within `${{ }}`, such as `${{ input.service }}` or `${{ steps.fetch.output.sha }}`.',
  type: 'string',
  pattern: '\\$\\{\\{',
};
const secret = {
  title: 'Secret',
  description: 'Names a secret, whose value is looked up only when the step runs.',
  type: 'string',
  pattern: 'secret://[a-z0-9][a-z0-9_-]*',
};

/** A step has exactly one of these, or an approval alone. */
const kinds = ['action', 'steps', 'parallel', 'wait', 'run'];

/**
 * JSON Schema 2020-12 of a runbook, for editors: with it they complete and check the names of actions and what each takes.
 * It says less than `checkRunbook`: not whether expressions can be read, nor whether what they name is there.
 * @param actions all that there are
 */
export function publishedSchema(actions: readonly DescribedAction[]): object {
  // What is recursive in it is there twice, each time whole: once is enough.
  const { $id: _, ...document } = JSON.parse(JSON.stringify(runbookDocument)) as Schema;
  const { $id: __, ...step } = document.properties?.steps?.items ?? {};
  const { verify } = document.properties ?? {};
  const steps = { ...document.properties?.steps, items: { $ref: '#/$defs/step' } };
  for (const owner of [document, verify, step]) if (owner?.properties) owner.properties.steps = { ...steps };
  if (step.properties) step.properties.parallel = { ...steps };
  describe(document, step);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Runbook',
    description: 'What to do, step by step, and how to take it back.',
    ...document,
    $defs: { step: stepSchema(step, actions), inputs: inputsSchema(actions), expression, secret },
  };
}

function stepSchema(step: Schema, actions: readonly DescribedAction[]): Schema {
  const names = actions.map(({ name, title, description }) => ({ const: name, title, description }));
  const known = { type: 'string', oneOf: names };
  const allOf = [{ $ref: '#/$defs/inputs' }];
  const undo = step.properties?.undo?.anyOf?.find(({ properties }) => properties !== undefined);
  if (undo?.properties) Object.assign(undo, { allOf }).properties = { ...undo.properties, action: known };
  return {
    ...step,
    title: 'Step',
    properties: { ...step.properties, action: { ...known, description: words.step.action } },
    oneOf: [
      ...kinds.map((kind) => ({ title: `A step with \`${kind}\``, required: [kind] })),
      {
        title: 'An approval alone',
        required: ['approval'],
        not: { anyOf: kinds.map((kind) => ({ required: [kind] })) },
      },
    ],
    dependentRequired: { undo: ['action'], until: ['action'], foreach: ['steps'] },
    allOf,
  };
}

/** Of whatever has `action` and `with`: what each action takes. */
function inputsSchema(actions: readonly DescribedAction[]): Schema {
  return {
    allOf: actions.map(({ name, input }) => ({
      if: { type: 'object', properties: { action: { const: name } }, required: ['action'] },
      then: { type: 'object', properties: { with: openInput(input) }, ...withRequired(input) },
    })),
  };
}

/** An action that asks for something can't go without `with`. */
function withRequired(input: DescribedAction['input']): { required?: string[] } {
  return openInput(input).required === undefined ? {} : { required: ['with'] };
}

function describe(document: Schema, step: Schema): void {
  const parts: Record<keyof typeof words, Schema | undefined> = {
    document,
    step,
    input: Object.values(document.properties?.input?.patternProperties ?? {})[0],
    concurrency: document.properties?.concurrency,
    guards: document.properties?.guards,
    verify: document.properties?.verify,
    retry: step.properties?.retry,
    approval: step.properties?.approval,
    escalate: step.properties?.approval?.properties?.escalate,
    foreach: step.properties?.foreach,
    until: step.properties?.until,
    wait: step.properties?.wait?.anyOf?.find(({ properties }) => properties !== undefined),
  };
  for (const [part, texts] of Object.entries(words))
    for (const [name, description] of Object.entries(texts)) {
      const property = parts[part as keyof typeof words]?.properties?.[name];
      if (property) property.description = description;
    }
}
