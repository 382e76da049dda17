import { condition, continueAsNew, proxyActivities, setHandler, workflowInfo } from '@temporalio/workflow';
import {
  accepted,
  emptyOutbox,
  nextRepeat,
  repeated,
  repeatsAt,
  settledFirst,
  type Outbox,
} from '../actors/devops/alert-outbox';
import type { Alert, AlertOrder } from '../actors/devops/alerts';
import type { AgentActivities } from '../activities/agent-activities';
import type { AlertActivities } from '../activities/alert-activities';
import { configure, continuation } from './messages';
import { continuationOf } from './versions';

/**
 * A receiver that is away is tried for a day; what is given up is on record then. One telling has 15 s: a little later its worker
 * must be lost.
 */
const { sendAlerts } = proxyActivities<AlertActivities>({
  startToCloseTimeout: '20 seconds',
  scheduleToCloseTimeout: '24 hours',
  retry: { initialInterval: '500ms', maximumInterval: '30s' },
});
const { sendAlerts: sendAgain } = proxyActivities<AlertActivities>({
  startToCloseTimeout: '1 minute',
  retry: { maximumAttempts: 3 },
});
const { carryOut } = proxyActivities<AgentActivities>({
  startToCloseTimeout: '5 minutes',
  retry: { initialInterval: '300ms', maximumInterval: '5s' },
});

/** How long it stays when nothing is left, so that an order that comes twice is known. */
const lingerMs = 60_000;

/**
 * Delivers the alerts of one agent to one receiver, in their order, and tells again what still fails. Nothing that is under way
 * is lost with a worker; ends when the receiver has nothing more to hear.
 */
export async function alerts(input: AlertOrder | { carried: Outbox }): Promise<void> {
  let box = 'carried' in input ? input.carried : emptyOutbox(input);
  setHandler(configure, (order) => {
    box = accepted(box, order as AlertOrder);
  });
  setHandler(continuation, () => continuationOf({ carried: box }));
  for (;;) {
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof alerts>({ carried: box });
    const [first] = box.queue;
    const again = nextRepeat(box);
    if (first) {
      await report(box, first, await delivered(box, first));
      box = settledFirst(box, Date.now());
    } else if (again !== null && again <= Date.now()) {
      const now = Date.now();
      await tellAgain(box, now);
      box = repeated(box, now);
    } else {
      const before = box;
      const hasNews = (): boolean => box !== before;
      if (again !== null) await condition(hasNews, again - Date.now());
      // Taken on or under maintenance: there is nothing to do before somebody says so.
      else if (Object.keys(box.known).length > 0) await condition(hasNews);
      else if (!(await condition(hasNews, lingerMs))) return;
    }
  }
}

/** @returns why it was given up, or null */
async function delivered({ to }: Outbox, alert: Alert): Promise<string | null> {
  if (!to) return 'the receiver is not in the config any more';
  try {
    await sendAlerts({ to, alerts: [{ alert, repeat: 0 }] });
    return null;
  } catch (error) {
    return reasonOf(error);
  }
}

/** What could not be told again is told again later. */
async function tellAgain(box: Outbox, now: number): Promise<void> {
  const alerts = repeatsAt(box, now);
  if (box.to) await sendAgain({ to: box.to, alerts }).catch(() => undefined);
}

async function report({ agent, receiver }: Outbox, alert: Alert, error: string | null): Promise<void> {
  const { id, issue, status } = alert;
  const data = { receiver, alert: id, issue, status, ...(error === null ? {} : { error }) };
  const command = { id: `${id}:told:${receiver}`, type: 'ReportDelivery', data };
  await carryOut({ type: 'tell', agent, command });
}

function reasonOf(error: unknown): string {
  let innermost = error;
  while (innermost instanceof Error && innermost.cause instanceof Error) innermost = innermost.cause;
  return (innermost instanceof Error ? innermost.message : String(innermost)).slice(0, 500);
}
