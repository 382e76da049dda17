import { Type, type Static } from '@sinclair/typebox';

/** Parts of inputs and outputs that the actions of a deployment share. */

export const serviceField = Type.String({
  description: 'Its name; two runs never work on services of one name at once.',
  pattern: '^[a-z][a-z0-9-]{0,39}$',
});

const variables = Type.Record(
  Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,127}$' }),
  Type.String({ maxLength: 32_768 }),
  { description: 'Environment, beside PORT.', default: {}, additionalProperties: false },
);
const command = (
  description: string,
  options: object = {},
): ReturnType<typeof Type.Array<ReturnType<typeof Type.String>>> =>
  Type.Array(Type.String({ maxLength: 4096 }), { description, maxItems: 64, ...options });
const folder = Type.String({
  description: 'Holds services as folders of their own; below those that may be written.',
  minLength: 1,
  maxLength: 4096,
  pattern: '^/[^\\u0000]*$',
});

export const containersBuild = Type.Object(
  {
    type: Type.Literal('containers'),
    image: Type.String({
      description:
        'A reference that the engine has; whatever tag it names, the image itself is pinned when it is planned.',
      pattern: '^[A-Za-z0-9][A-Za-z0-9._:/@-]*$',
      maxLength: 512,
    }),
    command: command('Instead of that of the image.', { default: [] }),
    env: variables,
    port: Type.Integer({
      description: 'Where it listens inside; with `network: host` it is told its own one as PORT.',
      minimum: 1,
      maximum: 65_535,
      default: 8080,
    }),
    network: Type.Union([Type.Literal('bridge'), Type.Literal('host')], { default: 'bridge' }),
    memory_mb: Type.Optional(Type.Integer({ minimum: 8, maximum: 1_048_576 })),
    cpus: Type.Optional(Type.Number({ minimum: 0.01, maximum: 1024 })),
  },
  { additionalProperties: false, title: 'Containers' },
);

export const processesBuild = Type.Object(
  {
    type: Type.Literal('processes'),
    folder,
    artifact: Type.String({
      description:
        'A folder or a file below those that may be read; it is copied into a folder of its own for each release.',
      minLength: 1,
      maxLength: 4096,
      pattern: '^[^\\u0000]+$',
    }),
    version: Type.Optional(Type.String({ description: 'What people call it.', minLength: 1, maxLength: 200 })),
    argv: command('Program and arguments, started in the folder of the release. Told its port as PORT.', {
      minItems: 1,
    }),
    env: variables,
  },
  { additionalProperties: false, title: 'Processes' },
);

/** Where a service is, without what is to run of it. */
export const placeField = Type.Union([
  Type.Object({ type: Type.Literal('containers') }, { additionalProperties: false, title: 'Containers' }),
  Type.Object({ type: Type.Literal('processes'), folder }, { additionalProperties: false, title: 'Processes' }),
]);
export type Place = Static<typeof placeField>;

export const healthField = Type.Object(
  {
    path: Type.Optional(
      Type.String({
        description: 'Asked over HTTP: must answer with 200 to 299. Without it, the port must take connections.',
        pattern: '^/[^\\s]*$',
        maxLength: 1024,
      }),
    ),
    within: Type.Number({
      description: 'Seconds in which an instance must be well.',
      minimum: 0.1,
      maximum: 3600,
      default: 30,
    }),
    stable: Type.Number({ description: 'Seconds for which it must stay so.', minimum: 0, maximum: 3600, default: 2 }),
  },
  { additionalProperties: false, default: {} },
);
export type Health = Static<typeof healthField>;

export const stopWithinField = Type.Integer({
  description: 'Seconds that an instance has to end by itself before it is killed.',
  minimum: 1,
  maximum: 20,
  default: 10,
});

/** Which release each instance is to run, or ran; null where none. */
export type Assignment = { instance: number; release: string | null }[];
