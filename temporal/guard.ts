import { circuitBreaker, CircuitState, ConsecutiveBreaker, handleAll } from 'cockatiel';
import type { Client } from '@temporalio/client';
import { AgentFailure } from './failures';
import { grpcCode } from './grpc-status';

/** How long Temporal is waited for to say that it is there, and how long nobody asks after it did not, in ms. */
const answerMs = 1_000;
const restMs = 1_000;

const grpcDeadlineExceeded = 4;
const grpcUnavailable = 14;

const guards = new WeakMap<Client, TemporalGuard>();

/** The one of all who use this client. */
export function guardOf(client: Client): TemporalGuard {
  const guard = guards.get(client) ?? new TemporalGuard(client);
  guards.set(client, guard);
  return guard;
}

/**
 * Temporal behind a circuit breaker. That one agent does not answer says nothing of Temporal, so a call that came to no answer
 * only has it looked at: while it does not say that it is there, nobody waits for it.
 */
class TemporalGuard {
  private readonly breaker = circuitBreaker(handleAll, { halfOpenAfter: restMs, breaker: new ConsecutiveBreaker(1) });
  private looking: Promise<void> | null = null;

  constructor(private readonly client: Client) {}

  /** @throws AgentFailure `unavailable`, within a second, where Temporal was away when somebody last looked, and still is */
  async demand(): Promise<void> {
    if (this.breaker.state === CircuitState.Closed) return;
    await this.look().catch((cause: unknown) => {
      throw new AgentFailure('unavailable', 'Temporal does not answer', 2, { cause });
    });
  }

  /**
   * Calls Temporal, for `ms` at most.
   * @throws what `work` throws, or as `demand` does
   */
  async call<T>(ms: number, work: () => Promise<T>): Promise<T> {
    await this.demand();
    try {
      return await this.client.withDeadline(Date.now() + ms, work);
    } catch (error) {
      if (isSilence(error)) await this.look().catch(() => undefined);
      throw error;
    }
  }

  /** Asks it; those who want to know meanwhile share the answer. */
  private look(): Promise<void> {
    this.looking ??= this.breaker
      .execute(() => probeTemporal(this.client, answerMs))
      .finally(() => {
        this.looking = null;
      });
    return this.looking;
  }
}

/** @throws the client's error where Temporal does not answer within `ms` */
export async function probeTemporal(client: Client, ms: number): Promise<void> {
  const { namespace } = client.options;
  await client.withDeadline(Date.now() + ms, () => client.workflowService.describeNamespace({ namespace }));
}

/** Whether a call came to no answer in its time. */
export function isSilence(error: unknown): boolean {
  const code = grpcCode(error);
  return code === grpcDeadlineExceeded || code === grpcUnavailable;
}
