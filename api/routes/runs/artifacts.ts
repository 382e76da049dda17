import { Type } from '@sinclair/typebox';
import type { RunState } from '../../../actors/run/state';
import { digestPattern } from '../../../infra/store/blob-store';
import { artifactExamples } from '../../examples/runs';
import { Problem } from '../../problem';
import { route, type Route } from '../../route';
import { readRun } from '../../run-reader';
import { runParams } from './schema';

const octets = 'application/octet-stream';
const digest = Type.String({ description: 'Lower-case hex SHA-256 of what is in it.', pattern: digestPattern });

const artifact = Type.Object(
  {
    step: Type.String({ description: 'Path of the step that has made it.' }),
    name: Type.String(),
    digest,
    size: Type.Integer({ description: 'Bytes.' }),
    type: Type.String({ description: '`file`, or `tar` of a folder.' }),
    available: Type.Boolean({ description: 'False where there was no more room for it.' }),
  },
  { $id: 'Artifact' },
);

const artifactList = Type.Object(
  { artifacts: Type.Array(artifact) },
  { $id: 'ArtifactList', examples: [artifactExamples.artifacts] },
);

interface Made {
  step: string;
  name: string;
  digest: string;
  size: number;
  type: string;
}

/** By the run's own record: what its steps have said that they made. */
function madeBy({ steps }: RunState): Made[] {
  return Object.entries(steps).flatMap(([step, { action, status, output }]) => {
    if (action !== 'pipeline.step' || status !== 'succeeded') return [];
    const { artifacts } = (output ?? {}) as { artifacts?: Omit<Made, 'step'>[] };
    return Array.isArray(artifacts) ? artifacts.map((made) => ({ step, ...made })) : [];
  });
}

const list = route({
  method: 'get',
  path: '/runs/{id}/artifacts',
  operationId: 'listArtifacts',
  permission: 'runs:read',
  tag: 'runs',
  summary: 'What the steps of a run have made',
  params: runParams,
  responses: { 200: { description: 'All of it.', schema: artifactList } },
  problems: ['run_not_found', 'unavailable'],
  async handler({ params: { id }, deps }) {
    const made = madeBy((await readRun(deps, id)).state);
    const artifacts = made.map(async (one) => ({ ...one, available: await deps.artifacts.has(one.digest) }));
    return { body: { artifacts: await Promise.all(artifacts) } };
  },
});

const read = route({
  method: 'get',
  path: '/runs/{id}/artifacts/{digest}',
  operationId: 'readArtifact',
  permission: 'runs:read',
  tag: 'runs',
  summary: 'Download what a step has made',
  params: Type.Object({ ...runParams.properties, digest }, { additionalProperties: false }),
  responses: {
    200: {
      description: 'Its bytes.',
      schema: Type.String({ examples: [artifactExamples.content] }),
      type: octets,
      headers: { 'Content-Disposition': 'Its name.' },
    },
  },
  problems: ['run_not_found', 'artifact_not_found', 'unavailable'],
  async handler({ params: { id, digest: wanted }, deps }) {
    const made = madeBy((await readRun(deps, id)).state).find((one) => one.digest === wanted);
    const found = made ? await deps.artifacts.get(made.digest) : null;
    if (!made || !found) throw new Problem('artifact_not_found', `run ${id} has no artifact ${wanted}`);
    const name = made.type === 'tar' ? `${made.name}.tar` : made.name;
    const headers = { 'Content-Length': String(found.size), 'Content-Disposition': `attachment; filename="${name}"` };
    return { body: found.content, type: octets, headers };
  },
});

export const artifactRoutes: Route[] = [list, read];
