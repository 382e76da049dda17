import { Type } from '@sinclair/typebox';
import { stringEnum } from '../../../actors/core/string-enum';
import type { ApprovalFilter, ApprovalPage, ApprovalSummary } from '../../../projections/queries/approvals';
import type { Principal } from '../../access/principal';
import type { RunLedger } from '../../read-side';
import { runExamples } from '../../examples/runs';
import { checkCursor, linkHeader, nextCursor, pageQuery, pageReply } from '../../pages';
import { route, type Route } from '../../route';
import { agentId } from '../../schemas';

const time = Type.String({ format: 'date-time' });

const approval = Type.Object(
  {
    run: agentId,
    runbook: Type.String(),
    path: Type.String({ description: 'Of the step that asks.' }),
    status: stringEnum(['pending', 'approved', 'denied', 'voided'], {}),
    message: Type.String(),
    plan: Type.Unknown({ description: 'What would be done.' }),
    planHash: Type.String({ description: 'Hash of `plan`, which whoever agrees must name.' }),
    roles: Type.Array(Type.String(), { description: 'Who may answer.' }),
    count: Type.Integer({ description: 'How many must agree.' }),
    reasonRequired: Type.Boolean(),
    given: Type.Array(Type.Object({ by: Type.String(), role: Type.String(), at: time })),
    requestedAt: time,
    expiresAt: time,
    startedBy: Type.String({ description: 'Who asked for the run, and can not agree.' }),
  },
  { $id: 'Approval' },
);

const listQuery = Type.Object(
  {
    status: stringEnum(['pending', 'any'], { default: 'pending' }),
    mine: Type.Optional(
      Type.Boolean({
        description: 'Those that the caller may agree to: by role, and not what they began or answered.',
      }),
    ),
    run: Type.Optional(agentId),
    ...pageQuery,
  },
  { additionalProperties: false },
);

const list = route({
  method: 'get',
  path: '/approvals',
  operationId: 'listApprovals',
  permission: 'approvals:read',
  tag: 'approvals',
  summary: 'What runs ask people, the one that expires first at the top',
  query: listQuery,
  responses: {
    200: {
      description: 'A page.',
      schema: Type.Object(
        { approvals: Type.Array(approval), next: nextCursor },
        { $id: 'ApprovalPage', examples: [runExamples.approvalPage] },
      ),
      headers: linkHeader,
    },
  },
  problems: ['invalid_cursor', 'unavailable'],
  async handler({ query, principal, deps }) {
    const { status, mine, run, limit, cursor } = query;
    checkCursor(cursor, ['time', 'text', 'text']);
    const filter: ApprovalFilter = {
      ...(status === 'pending' ? { status } : {}),
      ...(run === undefined ? {} : { run }),
      ...(mine ? { role: [...principal.roles] } : {}),
    };
    const wanted = mine ? (one: ApprovalSummary) => mayAgree(one, principal) : () => true;
    return pageReply('/approvals', query, await filteredPage(deps.runs, filter, wanted, limit, cursor));
  },
});

function mayAgree({ startedBy, given }: ApprovalSummary, { subject }: Principal): boolean {
  return startedBy !== subject && given.every(({ by }) => by !== subject);
}

/** Most pages that are read for one: where all the rest is not wanted, a page may be short. */
const mostReads = 20;

/** A page of those that are wanted, as full as it gets. */
async function filteredPage(
  runs: RunLedger,
  filter: ApprovalFilter,
  wanted: (approval: ApprovalSummary) => boolean,
  limit: number,
  cursor: string | undefined,
): Promise<ApprovalPage> {
  const page: ApprovalPage = { approvals: [], next: cursor ?? null };
  for (let reads = 0; reads < mostReads; reads += 1) {
    const read = await runs.approvals(filter, limit - page.approvals.length, page.next ?? undefined);
    page.approvals.push(...read.approvals.filter(wanted));
    page.next = read.next;
    if (read.next === null || page.approvals.length === limit) break;
  }
  return page;
}

export const approvalRoutes: Route[] = [list];
