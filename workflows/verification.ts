import { CancellationScope, isCancellation, proxyActivities } from '@temporalio/workflow';
import type { VerificationActivities } from './messages';

/** One attempt goes on from where the one before has come: what is done is in Postgres. */
const { verifyAgents } = proxyActivities<VerificationActivities>({
  startToCloseTimeout: '30 days',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '500ms', maximumInterval: '30s', maximumAttempts: 20 },
});
const { endVerification } = proxyActivities<VerificationActivities>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '500ms', maximumInterval: '30s' },
});

/** Verifies what an auditor has asked for, in the process of the keeper of evidence; can be cancelled at any time. */
export async function verification(id: string): Promise<void> {
  try {
    await verifyAgents(id);
    await endVerification({ id, state: 'done', error: null });
  } catch (error) {
    const state = isCancellation(error) ? 'cancelled' : 'failed';
    const why = state === 'failed' ? 'it was tried again and again, and failed; the log of the keeper has it' : null;
    await CancellationScope.nonCancellable(() => endVerification({ id, state, error: why }));
  }
}
