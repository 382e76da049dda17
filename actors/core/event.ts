/** What an event is to others: a plain fact, an issue somebody should know of, or the answer to one. */
export type MessageType = 'EVENT' | 'NOTIFICATION' | 'RESPONSE';

/** What `decide` yields: a fact without its envelope. */
export interface DomainEvent<Type extends string = string, Data = unknown> {
  type: Type;
  data: Data;
}

/** The record of one event: CloudEvents 1.0 JSON with Ymera's extension attributes. Never changed once written. */
export interface EventRecord<Data = unknown> {
  specversion: '1.0';
  /** `{agentId}:{sequence}` */
  id: string;
  /** `/agents/{agentId}` */
  source: string;
  /** `ymera.{kind}.{EventName}` */
  type: string;
  /** ISO 8601, UTC, milliseconds. */
  time: string;
  datacontenttype: 'application/json';
  data: Data;
  /** From 1, no gap. */
  sequence: number;
  messagetype: MessageType;
  commandid: string;
  principal: string;
  reason?: string;
  traceparent?: string;
  /** `hash` of the record before it; 64 zeros for the first. */
  prevhash: string;
  /** Lower-case hex SHA-256 of the RFC 8785 canonical JSON of this record without `hash`. */
  hash: string;
}

/** An event as `evolve` sees it. */
export interface RecordedEvent<Type extends string = string, Data = unknown> extends DomainEvent<Type, Data> {
  sequence: number;
  time: string;
}

/** Maps a union of domain events to the same union as it was recorded. */
export type Recorded<E extends DomainEvent> = E extends DomainEvent<infer T, infer D> ? RecordedEvent<T, D> : never;

/** `EventName` of a record's `type`. */
export function eventName(record: Pick<EventRecord, 'type'>): string {
  return record.type.slice(record.type.lastIndexOf('.') + 1);
}

/** The kind named in a record's `type`. */
export function eventKind(record: Pick<EventRecord, 'type'>): string {
  return record.type.split('.')[1] ?? '';
}

/** The agent whose record this is. */
export function eventAgent(record: Pick<EventRecord, 'source'>): string {
  return record.source.slice('/agents/'.length);
}
