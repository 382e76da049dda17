import type { Client } from '@temporalio/client';
import { uuidv7 } from 'uuidv7';
import {
  addVerification,
  closeVerification,
  findVerification,
  listVerifications,
  verificationResults,
  type AgentResult,
  type VerificationPage,
  type VerificationScope,
  type VerificationSummary,
} from '../projections/queries/verifications';
import type { Queryable } from '../projections/queries/queryable';
import { evidenceQueue, verificationWorkflowId } from '../workflows/messages';
import { AgentFailure } from './failures';
import { guardOf } from './guard';
import { isNotFound } from './grpc-status';

const callMs = 10_000;
/** Most agents whose verdicts are shown of one verification. */
const mostShown = 1000;

/** A verification as it stands. */
export interface Verification extends VerificationSummary {
  results: AgentResult[];
}

/** What auditors ask to be verified; the keeper of evidence does it. */
export class Verifications {
  /** @param ask how Postgres is asked: throws where it does not answer in time */
  constructor(
    private readonly client: Client,
    private readonly db: Queryable,
    private readonly taskQueue: string,
    private readonly ask: <T>(query: () => Promise<T>) => Promise<T>,
  ) {}

  /** Has a verification begin. @returns its id @throws AgentFailure `unavailable` */
  async start(scope: VerificationScope, requestedBy: string): Promise<string> {
    const id = uuidv7();
    await this.ask(() => addVerification(this.db, { id, scope, requestedBy }));
    try {
      await guardOf(this.client).call(callMs, () =>
        this.client.workflow.start('verification', {
          workflowId: verificationWorkflowId(id),
          taskQueue: evidenceQueue(this.taskQueue),
          args: [id],
        }),
      );
    } catch (cause) {
      await this.ask(() => closeVerification(this.db, id, 'failed', 'Temporal did not take it'));
      throw new AgentFailure('unavailable', 'Temporal does not answer, so nothing is verified', 2, { cause });
    }
    return id;
  }

  async get(id: string): Promise<Verification | null> {
    const found = await this.ask(() => findVerification(this.db, id));
    return found && { ...found, results: await this.ask(() => verificationResults(this.db, id, mostShown)) };
  }

  /** Newest first. */
  list(limit: number, cursor?: string): Promise<VerificationPage> {
    return this.ask(() => listVerifications(this.db, limit, cursor));
  }

  /** Asks it to end; one that has ended stays as it is. @throws AgentFailure `unavailable` */
  async cancel(id: string): Promise<void> {
    try {
      await guardOf(this.client).call(callMs, () =>
        this.client.workflow.getHandle(verificationWorkflowId(id)).cancel(),
      );
    } catch (cause) {
      if (isNotFound(cause)) return;
      throw new AgentFailure('unavailable', 'Temporal does not answer', 2, { cause });
    }
  }
}
