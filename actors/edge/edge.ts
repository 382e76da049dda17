import { Type, type Static } from '@sinclair/typebox';
import { baseConfig, type BaseConfig } from '../core/base-config';
import type { Command } from '../core/command';
import type { DomainEvent, MessageType, Recorded } from '../core/event';
import type { AgentKind } from '../core/kind';
import { isLifecycleEvent, type LifecycleEvent } from '../core/lifecycle';
import { stringEnum } from '../core/string-enum';

/** There is one of its kind. */
export const edgeAgentId = 'edge';

/** What people and programs do at the edge that must be on record, and what each is to others. */
const acts = {
  LoggedIn: 'EVENT',
  LoginFailed: 'EVENT',
  AccountLocked: 'NOTIFICATION',
  SessionRefreshed: 'EVENT',
  RefreshReused: 'NOTIFICATION',
  LoggedOut: 'EVENT',
  AccessDenied: 'EVENT',
  UserCreated: 'EVENT',
  RolesChanged: 'EVENT',
  UserDisabled: 'EVENT',
  UserEnabled: 'EVENT',
  PasswordChanged: 'EVENT',
  ApiKeyCreated: 'EVENT',
  ApiKeyRevoked: 'EVENT',
  ConfigWritten: 'EVENT',
  ConfigTemplateSaved: 'EVENT',
  ConfigTemplateDeleted: 'EVENT',
  EventsExported: 'EVENT',
  EvidenceExportBegun: 'EVENT',
  EvidenceExported: 'EVENT',
  PastRead: 'EVENT',
  ChangesTraced: 'EVENT',
  HistoryReplayed: 'EVENT',
  LedgerStreamed: 'EVENT',
  PayloadsDecrypted: 'EVENT',
  FaultsRead: 'EVENT',
  HoldsRead: 'EVENT',
  HoldPlaced: 'EVENT',
  HoldReleased: 'NOTIFICATION',
  RetentionSet: 'EVENT',
  LedgerRebuilt: 'EVENT',
  VerificationRequested: 'EVENT',
  EvidenceVerified: 'EVENT',
} as const satisfies Record<string, MessageType>;

export type EdgeActType = keyof typeof acts;
export const edgeActTypes = Object.keys(acts) as EdgeActType[];

const text = (maxLength: number): ReturnType<typeof Type.String> => Type.String({ maxLength });

const facts = Type.Object(
  {
    method: Type.String({
      description: 'Of HTTP, and the path of the route, such as `POST /api/v1/auth/login`.',
      maxLength: 300,
    }),
    address: Type.String({ description: 'Where it came from.', maxLength: 100 }),
    requestId: text(128),
    about: Type.Optional(
      Type.String({ description: 'The user, key, agent or path that it concerns.', maxLength: 500 }),
    ),
    key: Type.Optional(
      Type.String({ description: 'Visible part of the API key that it was done with.', maxLength: 50 }),
    ),
    detail: Type.Optional(
      Type.Record(text(50), Type.Union([text(1000), Type.Array(text(200), { maxItems: 200 })]), { maxProperties: 20 }),
    ),
  },
  { additionalProperties: false },
);

const recordAct = Type.Composite([Type.Object({ type: stringEnum(edgeActTypes) }), facts], {
  additionalProperties: false,
});

export type EdgeFacts = Static<typeof facts>;
export type EdgeCommand = Command<'RecordAct', Static<typeof recordAct>>;
export type EdgeEvent = DomainEvent<EdgeActType, EdgeFacts>;
export interface EdgeState {
  counts: Partial<Record<EdgeActType, number>>;
  lastAt: string | null;
}

function evolve(state: EdgeState, event: Recorded<EdgeEvent> | LifecycleEvent): EdgeState {
  if (isLifecycleEvent(event)) return state;
  const count = (state.counts[event.type] ?? 0) + 1;
  return { counts: { ...state.counts, [event.type]: count }, lastAt: event.time };
}

/** The audit trail of the edge: who came in, who did not, and who changed what may be done. Who did it is each record's principal. */
export const edge: AgentKind<EdgeState, EdgeCommand, EdgeEvent, BaseConfig> = {
  name: 'edge',
  title: 'Edge',
  description: 'Logins, denials, changes of users, roles and keys, exports: who, from where, and why.',
  internal: true,
  config: Type.Object(baseConfig, { additionalProperties: false }),
  commands: {
    RecordAct: { schema: recordAct, description: 'Put on record what somebody did at the edge.', internal: true },
  },
  events: Object.fromEntries(edgeActTypes.map((type) => [type, { schema: facts, messagetype: acts[type] }])),
  initialState: () => ({ counts: {}, lastAt: null }),
  decide: ({ data: { type, ...fact } }) => [{ type, data: fact }],
  evolve,
};
