import { Type, type Static } from '@sinclair/typebox';
import { publishedSchema } from '../../../actors/runbook/published-schema';
import { describeActions } from '../../../activities/actions/catalogue';
import type { Runbook } from '../../../projections/queries/runbooks';
import type { Runbooks } from '../../read-side';
import { runbookExamples } from '../../examples/runs';
import { jsonDiff } from '../../json-diff';
import { checkCursor, linkHeader, pageQuery, pageReply } from '../../pages';
import { expectedVersion } from '../../preconditions';
import { Problem } from '../../problem';
import { apiPrefix, route, type Route } from '../../route';
import { checkedDocument, checkedSource, type CheckedRunbook } from '../../runbook-saving';
import { idempotencyHeader, ifMatchHeader, readHeaders } from '../../schemas';
import { plan as planSchema } from '../runs/schema';
import {
  diffQuery,
  linted,
  newRunbook,
  planBody,
  runbook,
  runbookDocument,
  runbookDiff,
  runbookPage,
  runbookParams,
  runbookVersionPage,
  saved,
  versionQuery,
} from './schema';

const tag = 'runbooks';
const etag = 'The version, in quotes.';
const savedHeaders = { Location: 'Where it is.', ETag: etag };
const jsonSchema = Type.Object({}, { examples: [runbookExamples.schema] });
const fromYaml = { read: (source: string): object => ({ source }), schema: runbookDocument };

const schema = route({
  method: 'get',
  path: '/runbooks/schema',
  operationId: 'getRunbookSchema',
  permission: 'runbooks:read',
  tag,
  summary: 'JSON Schema of runbooks, for editors',
  responses: { 200: { description: 'A JSON Schema, 2020-12.', schema: jsonSchema } },
  problems: [],
  handler: () => Promise.resolve({ body: publishedSchema(describeActions()) }),
});

const list = route({
  method: 'get',
  path: '/runbooks',
  operationId: 'listRunbooks',
  permission: 'runbooks:read',
  tag,
  summary: 'List runbooks by name, the newest version of each',
  query: Type.Object(pageQuery, { additionalProperties: false }),
  responses: { 200: { description: 'A page.', schema: runbookPage, headers: linkHeader } },
  problems: ['invalid_cursor', 'unavailable'],
  async handler({ query, deps }) {
    checkCursor(query.cursor, ['text']);
    return pageReply('/runbooks', query, await deps.runbooks.list(query.limit, query.cursor));
  },
});

const save = route({
  method: 'post',
  path: '/runbooks',
  operationId: 'saveRunbook',
  permission: 'runbooks:write',
  tag,
  summary: 'Keep a runbook as a new version, where it is another one than the newest',
  idempotent: true,
  headers: Type.Object({ 'if-match': ifMatchHeader, 'idempotency-key': idempotencyHeader }),
  body: newRunbook,
  fromYaml,
  responses: {
    200: { description: 'The newest version is the same; nothing was kept.', schema: saved, headers: savedHeaders },
    201: { description: 'A new version.', schema: saved, headers: savedHeaders },
  },
  problems: ['invalid_runbook', 'version_conflict', 'unavailable'],
  async handler({ body, headers, principal, deps }) {
    const checked = checkedBody(body);
    const { reason } = body;
    const { name, hash } = checked;
    const kept = await deps.runbooks.save(
      { ...checked, createdBy: principal.subject, ...(reason === undefined ? {} : { reason }) },
      expectedVersion(headers['if-match']),
    );
    if (!kept) throw new Problem('version_conflict', `the newest version of runbook ${name} is another one`);
    const { version, created } = kept;
    return {
      status: created ? 201 : 200,
      body: { name, version, hash, created },
      headers: { Location: `${apiPrefix}/runbooks/${name}?version=${version}`, ETag: `"${version}"` },
    };
  },
});

const lint = route({
  method: 'post',
  path: '/runbooks/lint',
  operationId: 'lintRunbook',
  permission: 'runbooks:read',
  tag,
  summary: 'Check a runbook and keep nothing',
  body: newRunbook,
  fromYaml,
  responses: { 200: { description: 'Nothing is wrong with it.', schema: linted } },
  problems: ['invalid_runbook'],
  handler({ body }) {
    const { name, hash, document } = checkedBody(body);
    return Promise.resolve({ body: { valid: true, name, hash, document } });
  },
});

const get = route({
  method: 'get',
  path: '/runbooks/{name}',
  operationId: 'getRunbook',
  permission: 'runbooks:read',
  tag,
  summary: 'A version of a runbook, the newest where none is named',
  params: runbookParams,
  query: versionQuery,
  headers: readHeaders,
  responses: { 200: { description: 'The runbook.', schema: runbook, headers: { ETag: etag } } },
  problems: ['runbook_not_found', 'unavailable'],
  async handler({ params: { name }, query: { version }, deps }) {
    const found = await readRunbook(deps.runbooks, name, version);
    return { body: found, headers: { ETag: `"${found.version}"` } };
  },
});

const versions = route({
  method: 'get',
  path: '/runbooks/{name}/versions',
  operationId: 'listRunbookVersions',
  permission: 'runbooks:read',
  tag,
  summary: 'Versions of a runbook, newest first: who, when, why',
  params: runbookParams,
  query: Type.Object(pageQuery, { additionalProperties: false }),
  responses: { 200: { description: 'A page.', schema: runbookVersionPage, headers: linkHeader } },
  problems: ['invalid_cursor', 'runbook_not_found', 'unavailable'],
  async handler({ params: { name }, query, deps }) {
    checkCursor(query.cursor, ['number']);
    const page = await deps.runbooks.versions(name, query.limit, query.cursor);
    if (page.versions.length === 0) await readRunbook(deps.runbooks, name, undefined);
    return pageReply(`/runbooks/${name}/versions`, query, page);
  },
});

const diff = route({
  method: 'get',
  path: '/runbooks/{name}/diff',
  operationId: 'diffRunbook',
  permission: 'runbooks:read',
  tag,
  summary: 'What changed between two versions of a runbook',
  params: runbookParams,
  query: diffQuery,
  responses: { 200: { description: 'A JSON Patch.', schema: runbookDiff } },
  problems: ['runbook_not_found', 'unavailable'],
  async handler({ params: { name }, query: { from, to }, deps }) {
    const [before, after] = [await readRunbook(deps.runbooks, name, from), await readRunbook(deps.runbooks, name, to)];
    return { body: { from, to, diff: jsonDiff(before.document, after.document) } };
  },
});

const plan = route({
  method: 'post',
  path: '/runbooks/{name}/plan',
  operationId: 'planRunbook',
  permission: 'runs:start',
  tag,
  summary: 'What a run would do; nothing of it is done',
  params: runbookParams,
  body: planBody,
  responses: { 200: { description: 'Step by step.', schema: planSchema } },
  problems: ['runbook_not_found', 'invalid_input', 'unavailable'],
  async handler({ params: { name }, body: { version, input = {} }, principal, deps }) {
    const request = {
      runbook: name,
      ...(version === undefined ? {} : { version }),
      input,
      trigger: { type: 'api' as const },
      principal: principal.subject,
    };
    return { body: await deps.launcher.plan(request) };
  },
});

function checkedBody(body: Static<typeof newRunbook>): CheckedRunbook {
  return 'source' in body ? checkedSource(body.source) : checkedDocument(body.document);
}

/** @throws Problem `runbook_not_found` */
async function readRunbook(runbooks: Runbooks, name: string, version: number | undefined): Promise<Runbook> {
  const found = await runbooks.read(name, version);
  if (found) return found;
  throw new Problem('runbook_not_found', `there is no ${version ? `version ${version} of ` : ''}runbook ${name}`);
}

export const runbookRoutes: Route[] = [schema, list, save, lint, get, versions, diff, plan];
