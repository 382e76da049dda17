import type { Logger } from '../../infra/logger';
import type { RunLogStream } from '../read-side';
import { Problem } from '../problem';
import { frameOf, type FollowLogs } from './protocol';
import type { Sender } from './sender';

/** Most runs whose logs one socket follows. */
const mostFollowed = 20;

/** The logs that one socket follows. Each frame goes on where the one before it ended. */
export class LogFollower {
  private readonly followed = new Map<string, AbortController>();

  constructor(
    private readonly sender: Pick<Sender, 'send' | 'room' | 'open'>,
    private readonly logs: RunLogStream,
    private readonly logger: Logger,
  ) {}

  /** Follows a run from a position on; following it again begins anew. @throws Problem `invalid_message` */
  follow({ run, after = 0 }: FollowLogs): void {
    this.unfollow(run);
    if (this.followed.size >= mostFollowed) {
      throw new Problem('invalid_message', `a socket follows the logs of at most ${mostFollowed} runs`);
    }
    const stop = new AbortController();
    this.followed.set(run, stop);
    this.sender.send(frameOf({ op: 'logging', run, after }));
    this.pass(run, after, stop.signal).catch((error: unknown) => {
      this.logger.warn({ err: error, run }, 'ws: a log is not followed any more');
      this.unfollow(run);
      this.sender.send(
        frameOf({ op: 'error', code: 'unavailable', message: `the log of ${run} can not be read now`, run }),
      );
    });
  }

  unfollow(run: string): void {
    this.followed.get(run)?.abort();
    this.followed.delete(run);
  }

  end(): void {
    for (const run of [...this.followed.keys()]) this.unfollow(run);
  }

  private async pass(run: string, after: number, signal: AbortSignal): Promise<void> {
    for await (const lines of this.logs.follow(run, after, signal)) {
      // A client that does not read holds up its own log only.
      await this.sender.room();
      if (signal.aborted || !this.sender.open) return;
      this.sender.send(frameOf({ op: 'log', run, lines }));
    }
  }
}
