import { Type, type Static } from '@sinclair/typebox';
import type { FieldError } from '../core/errors';

const repository = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 63, pattern: '^[a-z0-9][a-z0-9-]*$' }),
    url: Type.String({
      description: 'Over https, http or ssh, or a folder below those that the worker may read.',
      minLength: 1,
      maxLength: 2048,
    }),
    authorization: Type.Optional(
      Type.String({
        description: 'Header `Authorization`, as a secret.',
        pattern: '^secret://[a-z0-9][a-z0-9_-]{0,62}$',
      }),
    ),
    branches: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
      description: 'By name, or with one `*` for anything at the end.',
      default: ['main'],
      minItems: 1,
      maxItems: 50,
    }),
    interval: Type.Number({ description: 'Seconds between looks.', minimum: 0.5, maximum: 86_400, default: 60 }),
    runbook: Type.String({
      description: 'Begun for each new commit, with `repository`, `branch` and `sha` in its input.',
      pattern: '^[a-z0-9][a-z0-9-]{0,62}$',
      default: 'pipeline',
    }),
    input: Type.Record(Type.String(), Type.Unknown(), { description: 'The rest of its input.', default: {} }),
  },
  { additionalProperties: false },
);

export const repositoriesConfig = Type.Array(repository, {
  title: 'Repositories',
  description: 'What is asked for new commits, for those that can not tell of them by a webhook.',
  default: [],
  maxItems: 50,
});

export type RepositoryConfig = Static<typeof repository>;

/** What a JSON Schema can't say: names are unique. */
export function checkRepositories(repositories: RepositoryConfig[]): FieldError[] {
  return repositories.flatMap(({ name }, index) => {
    const first = repositories.findIndex((other) => other.name === name);
    return first < index
      ? [{ pointer: `/repositories/${index}/name`, message: `there is another repository ${name}` }]
      : [];
  });
}
