import { matchesAny } from '../policy/matching';
import type { Alert, AlertOrder } from './alerts';
import type { Receiver } from './alerting';

/** Most alerts that wait for one receiver. */
export const mostWaiting = 500;
/** So many ids of orders are kept in mind, so that one that comes twice counts once. */
const mostSeen = 300;

/** An issue that the receiver knows of. `repeatAt` is epoch ms, or null where it is not to be told again. */
interface Known {
  alert: Alert;
  repeatAt: number | null;
  repeats: number;
}

/** What waits for one receiver, and what it has been told. Plain JSON: it is carried from one run of its workflow to the next. */
export interface Outbox {
  agent: string;
  receiver: string;
  to: Receiver | null;
  revision: number;
  /** In the order of what happened. */
  queue: Alert[];
  known: Record<string, Known>;
  seen: string[];
  /** Patterns of targets that are under maintenance; boxes of an earlier time have none. */
  muted?: string[];
}

export function emptyOutbox({ agent, receiver }: Pick<AlertOrder, 'agent' | 'receiver'>): Outbox {
  return { agent, receiver, to: null, revision: 0, queue: [], known: {}, seen: [] };
}

/** One more order. Where more waits than there is room for, what is superseded goes first, then the oldest. */
export function accepted(box: Outbox, order: AlertOrder): Outbox {
  if (box.seen.includes(order.id)) return box;
  const newer =
    order.revision > box.revision ? { to: order.to ?? box.to, revision: order.revision, muted: order.muted ?? [] } : {};
  const next: Outbox = { ...box, ...newer, seen: [...box.seen, order.id].slice(-mostSeen) };
  const added = [...(order.alert ? [order.alert] : []), ...(order.open ? over(next, order.open, order.id) : [])];
  return { ...next, queue: bounded([...next.queue, ...added]) };
}

/** Issues that the receiver knows of, or will, and that nobody watches any more. */
function over({ queue, known }: Outbox, open: string[], id: string): Alert[] {
  const latest = new Map(Object.entries(known).map(([issue, { alert }]) => [issue, alert]));
  for (const alert of queue) latest.set(alert.issue, alert);
  return [...latest.values()]
    .filter(({ issue, status }) => status !== 'resolved' && !open.includes(issue))
    .map((alert) => ({ ...alert, id: `${id}:${alert.issue}`, status: 'resolved', text: 'it is not watched any more' }));
}

function bounded(queue: Alert[]): Alert[] {
  if (queue.length <= mostWaiting) return queue;
  const superseded = queue.findIndex(({ issue }, index) =>
    queue.slice(index + 1).some((later) => later.issue === issue),
  );
  return queue.filter((_, index) => index !== Math.max(0, superseded));
}

/** What the first alert that waits comes to, once it is delivered or given up. @param now epoch ms */
export function settledFirst(box: Outbox, now: number): Outbox {
  const [alert, ...queue] = box.queue;
  if (!alert) return box;
  const { [alert.issue]: before, ...others } = box.known;
  return { ...box, queue, known: { ...others, ...after(box, alert, before, now) } };
}

function after({ to }: Outbox, alert: Alert, before: Known | undefined, now: number): Record<string, Known> {
  const asOften = repeatAfter(to, now);
  const repeats = before?.repeats ?? 0;
  const known = (kept: Alert, repeatAt: number | null): Record<string, Known> => ({
    [alert.issue]: { alert: kept, repeatAt, repeats },
  });
  switch (alert.status) {
    case 'resolved':
      return {};
    case 'firing':
    case 'escalated':
    case 'flapping':
      return known(alert, asOften);
    case 'acknowledged':
    case 'snoozed': {
      if (!before) return {};
      // Alertmanager has silences of its own: it must go on hearing that it fires.
      if (to?.type === 'alertmanager') return known(before.alert, before.repeatAt);
      return known(before.alert, alert.until === undefined ? null : Date.parse(alert.until));
    }
  }
}

function repeatAfter(to: Receiver | null, now: number): number | null {
  const seconds = to?.type === 'alertmanager' ? to.refresh : (to?.repeat ?? 0);
  return seconds === 0 ? null : now + seconds * 1000;
}

/** When it is to be told again, or null. Alertmanager has silences of its own, and forgets what it does not hear of. */
function dueAt({ to, muted = [] }: Outbox, { alert, repeatAt }: Known): number | null {
  return to?.type !== 'alertmanager' && matchesAny(muted, alert.target) ? null : repeatAt;
}

/** When something is to be told again, epoch ms, or null. */
export function nextRepeat(box: Outbox): number | null {
  const times = Object.values(box.known)
    .map((one) => dueAt(box, one))
    .filter((at) => at !== null);
  return times.length === 0 ? null : Math.min(...times);
}

function isDue(box: Outbox, one: Known, now: number): boolean {
  const at = dueAt(box, one);
  return at !== null && at <= now;
}

/** What is to be told again now; each alert with how often it has been told again. */
export function repeatsAt(box: Outbox, now: number): { alert: Alert; repeat: number }[] {
  return Object.values(box.known)
    .filter((one) => isDue(box, one, now))
    .map(({ alert, repeats }) => ({ alert, repeat: repeats + 1 }));
}

/** Takes note of what was told again. */
export function repeated(box: Outbox, now: number): Outbox {
  const known = Object.entries(box.known).map(([issue, one]): [string, Known] =>
    isDue(box, one, now)
      ? [issue, { ...one, repeatAt: repeatAfter(box.to, now), repeats: one.repeats + 1 }]
      : [issue, one],
  );
  return { ...box, known: Object.fromEntries(known) };
}
