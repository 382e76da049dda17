import type { JsMsg } from 'nats';
import { setTimeout as sleep } from 'node:timers/promises';
import { ack, refuse, retry } from '../infra/nats/answer';
import { parseRecord } from '../infra/nats/record';
import { isTransient } from '../infra/postgres/pool';
import { beginSpans, SpanKind, withSpans } from '../infra/tracing';
import type { Delivery } from './fit-records';
import type { GapFiller } from './gap-filler';
import type { Fault } from './ledger-rows';
import { byAgent, projectBatch, type LedgerContext, type Outcome } from './project-batch';

type MessageDelivery = Delivery & { message: JsMsg };

const outageMs = 1_000;
const longestDelayMs = 30_000;

/**
 * Takes one batch of the stream into the ledger. Each message is answered only after the commit: acked when stored,
 * terminated when refused, sent back for a later try when records before it are missing or Postgres is down.
 * Never throws.
 */
export async function projectMessages(
  context: LedgerContext,
  gaps: GapFiller,
  messages: readonly JsMsg[],
): Promise<void> {
  const deliveries: MessageDelivery[] = [];
  const strangers: JsMsg[] = [];
  for (const message of messages) {
    const record = parseRecord(message.data);
    if (record) deliveries.push({ record, position: message.seq, message });
    else strangers.push(message);
  }
  try {
    const records = deliveries.map(({ record }) => record);
    const attributes = { 'messaging.system': 'nats', 'messaging.batch.message_count': records.length };
    const spans = beginSpans('project', SpanKind.CONSUMER, records, attributes);
    await withSpans(spans, () => projectDeliveries(context, gaps, deliveries));
    if (strangers.length > 0) await projectBatch(context, [], strangers.map(malformed));
    for (const message of strangers) refuse(message, 'not an event record');
  } catch (error) {
    context.logger.warn({ err: error, messages: messages.length }, 'postgres: not projected, to be tried again');
    for (const message of messages) retry(message, outageMs);
    await sleep(outageMs);
  }
}

async function projectDeliveries(
  context: LedgerContext,
  gaps: GapFiller,
  deliveries: readonly MessageDelivery[],
): Promise<void> {
  // On its first delivery a record may just have overtaken its predecessors; only later are these looked for elsewhere.
  const again = deliveries.filter(({ message }) => message.info.deliveryCount > 1);
  const filled = again.length > 0 ? await gaps.missing(deliveries) : [];
  try {
    settle(deliveries, await projectBatch(context, [...deliveries, ...filled]));
  } catch (error) {
    if (isTransient(error)) throw error;
    await projectOneByOne(context, deliveries, error);
  }
}

/** Postgres refuses something in this batch: finds the agent whose records they are, and lets the others pass. */
async function projectOneByOne(
  context: LedgerContext,
  deliveries: readonly MessageDelivery[],
  cause: unknown,
): Promise<void> {
  context.logger.error({ err: cause }, 'postgres refused a batch');
  for (const [agentId, group] of byAgent(deliveries)) {
    try {
      settle(group, await projectBatch(context, group));
    } catch (error) {
      if (isTransient(error)) throw error;
      context.logger.error({ err: error, agentId }, 'postgres refused the records of an agent');
      for (const { message } of group) retry(message, longestDelayMs);
    }
  }
}

function settle(deliveries: readonly MessageDelivery[], outcomes: readonly Outcome[]): void {
  for (const [i, { message }] of deliveries.entries()) {
    switch (outcomes[i]) {
      case 'stored':
        ack(message);
        break;
      case 'refused':
        refuse(message, 'does not fit the ledger');
        break;
      case 'later':
      case undefined:
        retry(message, Math.min(100 * 2 ** (message.info.deliveryCount - 1), longestDelayMs));
    }
  }
}

function malformed(message: JsMsg): Fault {
  return {
    agentId: message.subject.split('.')[2] ?? '',
    sequence: 0,
    fault: 'malformed',
    detail: `${message.subject}, position ${message.seq}, ${message.data.length} bytes`,
  };
}
