/** A command as it is sent to an agent: `id` makes a retry harmless, `principal` says who asked. */
export interface CommandEnvelope {
  /** At most 200 characters; the agent applies one id once (see `dedupe-window.ts`). */
  id: string;
  type: string;
  data: unknown;
  /** Subject of the verified token, or `system:…` for what Ymera itself sends. */
  principal: string;
  /** Roles that the principal has at that moment. */
  roles?: string[];
  reason?: string;
  traceparent?: string;
}

/** A command as `decide` sees it: checked, and with the moment it was accepted (ISO 8601, UTC). */
export interface Command<Type extends string = string, Data = unknown> {
  type: Type;
  data: Data;
  id: string;
  principal: string;
  roles: readonly string[];
  reason: string | undefined;
  time: string;
}

/** Principals with this prefix belong to Ymera's own parts; no token carries one. */
export const systemPrincipalPrefix = 'system:';

/** Held by Ymera's own parts where they send a command in somebody's name; no user has it. */
export const systemRole = 'system:ymera';

/** Whether Ymera itself sends it. */
export function isOwn({ principal, roles = [] }: Pick<CommandEnvelope, 'principal' | 'roles'>): boolean {
  return principal.startsWith(systemPrincipalPrefix) || roles.includes(systemRole);
}

/** What became of one command of a batch. Each succeeds or fails alone. */
export type CommandResult<Record> =
  | { status: 'accepted'; commandId: string; sequence: number; events: Record[] }
  | { status: 'duplicate'; commandId: string; from: number; to: number }
  | {
      status: 'rejected';
      commandId: string;
      code: string;
      message: string;
      fields: { pointer: string; message: string }[];
      /** What is on record of the refusal itself. */
      events?: Record[];
    };

/** The records that a command made, done or refused. */
export function recordsOf<Record>(result: CommandResult<Record>): Record[] {
  return result.status === 'duplicate' ? [] : (result.events ?? []);
}
