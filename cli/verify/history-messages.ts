import { Root, type Type } from 'protobufjs/light';

/**
 * What of Temporal's public messages tells of records, by their public field numbers (temporal.api, protobuf 3). What is not
 * named here is skipped when a history is read.
 */
const nested = {
  Timestamp: { fields: { seconds: { type: 'int64', id: 1 }, nanos: { type: 'int32', id: 2 } } },
  Payload: { fields: { metadata: { keyType: 'string', type: 'bytes', id: 1 }, data: { type: 'bytes', id: 2 } } },
  Payloads: { fields: { payloads: { rule: 'repeated', type: 'Payload', id: 1 } } },
  Started: {
    fields: {
      input: { type: 'Payloads', id: 6 },
      continuedExecutionRunId: { type: 'string', id: 10 },
      originalExecutionRunId: { type: 'string', id: 14 },
    },
  },
  ActivityScheduled: { fields: { input: { type: 'Payloads', id: 6 } } },
  ContinuedAsNew: {
    fields: { newExecutionRunId: { type: 'string', id: 1 }, input: { type: 'Payloads', id: 4 } },
  },
  UpdateInput: { fields: { name: { type: 'string', id: 2 }, args: { type: 'Payloads', id: 3 } } },
  UpdateRequest: { fields: { input: { type: 'UpdateInput', id: 2 } } },
  UpdateAccepted: { fields: { acceptedRequest: { type: 'UpdateRequest', id: 4 } } },
  Outcome: { fields: { success: { type: 'Payloads', id: 1 } } },
  UpdateCompleted: { fields: { outcome: { type: 'Outcome', id: 2 } } },
  HistoryEvent: {
    fields: {
      eventTime: { type: 'Timestamp', id: 2 },
      started: { type: 'Started', id: 6 },
      activityScheduled: { type: 'ActivityScheduled', id: 15 },
      continuedAsNew: { type: 'ContinuedAsNew', id: 33 },
      updateAccepted: { type: 'UpdateAccepted', id: 46 },
      updateCompleted: { type: 'UpdateCompleted', id: 48 },
    },
  },
  History: { fields: { events: { rule: 'repeated', type: 'HistoryEvent', id: 1 } } },
};

const history: Type = Root.fromJSON({ nested }).lookupType('History');

export interface Payload {
  metadata: Record<string, Uint8Array>;
  data: Uint8Array;
}
export interface Payloads {
  payloads: Payload[];
}
/** Each has at most one of what is optional. */
export interface HistoryEvent {
  eventTime?: { seconds: unknown; nanos: number };
  started?: { input?: Payloads; continuedExecutionRunId: string; originalExecutionRunId: string };
  activityScheduled?: { input?: Payloads };
  continuedAsNew?: { newExecutionRunId: string; input?: Payloads };
  updateAccepted?: { acceptedRequest?: { input?: { name: string; args?: Payloads } } };
  updateCompleted?: { outcome?: { success?: Payloads } };
}

/** @param bytes `temporal.api.history.v1.History` @throws Error where they are no protobuf */
export function decodeHistory(bytes: Uint8Array): HistoryEvent[] {
  return (history.decode(bytes) as unknown as { events: HistoryEvent[] }).events;
}
