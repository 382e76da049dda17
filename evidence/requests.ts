import type { Pool } from 'pg';
import { canonicalText } from '../actors/core/canonical';
import type { Logger } from '../infra/logger';
import { inTransaction } from '../infra/postgres/transaction';
import {
  answerRequest,
  claimRequest,
  dropOldRequests,
  KeeperFailure,
  type KeeperCall,
  type KeeperCalls,
} from '../projections/queries/evidence-requests';
import type { Archiver } from './archive/archiver';
import type { Checkpointer } from './checkpoints/checkpointer';
import type { Signing } from './signing';

type Handlers = {
  [K in KeeperCall]: (input: KeeperCalls[K]['input'], signal: AbortSignal) => Promise<KeeperCalls[K]['answer']>;
};

/** Does what others ask of the keeper. */
export class Requests {
  private readonly handlers: Handlers;

  constructor(
    private readonly pool: Pool,
    private readonly logger: Logger,
    private readonly signing: Signing,
    checkpointer: Checkpointer,
    archiver: Archiver,
  ) {
    this.handlers = {
      checkpoint: async (_, signal) => ({ number: await checkpointer.onDemand(signal) }),
      manifest: ({ text }) => this.signManifest(text),
      archive: async ({ agent }) => {
        await archiver.keepAll(agent, true);
        return null;
      },
    };
  }

  /** Answers all that wait. @throws the error of Postgres */
  async round(signal: AbortSignal): Promise<void> {
    for (
      let request = await claimRequest(this.pool);
      request && !signal.aborted;
      request = await claimRequest(this.pool)
    ) {
      const { id, kind, input } = request;
      await answerRequest(this.pool, id, await this.answer(kind, input, signal));
    }
    await dropOldRequests(this.pool);
  }

  private async answer(
    kind: string,
    input: unknown,
    signal: AbortSignal,
  ): Promise<{ answer: unknown } | { fault: string }> {
    const handler = (
      this.handlers as Record<string, ((input: never, signal: AbortSignal) => Promise<unknown>) | undefined>
    )[kind];
    if (handler === undefined) return { fault: `the keeper does not know ${kind}` };
    try {
      return { answer: await handler(input as never, signal) };
    } catch (error) {
      this.logger.warn({ err: error, kind }, 'a request could not be done');
      return { fault: error instanceof KeeperFailure ? error.message : 'the keeper could not do it' };
    }
  }

  /** Signs nothing but a manifest: whoever can write to the database must not get a checkpoint or a voucher out of this. */
  private async signManifest(text: string): Promise<KeeperCalls['manifest']['answer']> {
    return inTransaction(this.pool, async (db) => {
      const key = await this.signing.current(db);
      const { keyId } = key;
      const told = parsed(text);
      const own = told?.['format'] === 'ymera-evidence/1' && told['installation'] === this.signing.installation;
      if (!own || canonicalText(told) !== text) throw new KeeperFailure('keeper_refused', 'that is no manifest');
      if (told['keyId'] !== keyId) throw new KeeperFailure('keeper_refused', `the key of now is ${keyId}`);
      return { keyId, signature: Buffer.from(key.sign(text)).toString('base64') };
    });
  }
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
