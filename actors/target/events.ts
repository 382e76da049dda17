import { Type, type Static } from '@sinclair/typebox';
import type { DomainEvent } from '../core/event';
import type { EventDefinition } from '../core/kind';
import { stringEnum } from '../core/string-enum';
import { guardsSchema } from './commands';

const text = Type.String();
const claim = { owner: text, step: Type.Optional(text) };
const asked = { ...claim, slots: Type.Integer(), lease: Type.Number(), guards: guardsSchema };

/** `holders`: for whom it waits, the first few of them. */
const targetQueued = Type.Object({ ...asked, holders: Type.Array(text) });
/** `waited`: it stood in line, so that it has to be told. `until`: end of the lease. */
const targetAcquired = Type.Object({ ...asked, until: text, waited: Type.Boolean() });
/** `held` is false where it only stood in line. */
const targetReleased = Type.Object({ ...claim, held: Type.Boolean(), outcome: Type.Optional(text) });
/** `until`: when it may be asked for again. */
const targetVetoed = Type.Object({
  ...claim,
  code: stringEnum(['cooldown', 'most_runs'], {}),
  reason: text,
  until: text,
  waited: Type.Boolean(),
});
/** Its lease has ended, and it is asked whether it lives; once more at `askAgainAt` where nobody answers. */
const ownerInquired = Type.Object({ ...claim, askAgainAt: text });
const leaseRenewed = Type.Object({ ...claim, lease: Type.Number(), until: text });
const leaseExpired = Type.Object(claim);
/** A newer one of its group has come, before which it must end. */
const ownerSuperseded = Type.Object({ owner: text, by: text });
const lockBroken = Type.Object({ ...claim, by: text, reason: text });

export type TargetEvent =
  | DomainEvent<'TargetQueued', Static<typeof targetQueued>>
  | DomainEvent<'TargetAcquired', Static<typeof targetAcquired>>
  | DomainEvent<'TargetReleased', Static<typeof targetReleased>>
  | DomainEvent<'TargetVetoed', Static<typeof targetVetoed>>
  | DomainEvent<'OwnerInquired', Static<typeof ownerInquired>>
  | DomainEvent<'LeaseRenewed', Static<typeof leaseRenewed>>
  | DomainEvent<'LeaseExpired', Static<typeof leaseExpired>>
  | DomainEvent<'OwnerSuperseded', Static<typeof ownerSuperseded>>
  | DomainEvent<'LockBroken', Static<typeof lockBroken>>;

export const targetEvents = {
  TargetQueued: { schema: targetQueued, messagetype: 'EVENT' },
  TargetAcquired: { schema: targetAcquired, messagetype: 'EVENT' },
  TargetReleased: { schema: targetReleased, messagetype: 'EVENT' },
  TargetVetoed: { schema: targetVetoed, messagetype: 'NOTIFICATION' },
  OwnerInquired: { schema: ownerInquired, messagetype: 'EVENT' },
  LeaseRenewed: { schema: leaseRenewed, messagetype: 'EVENT' },
  LeaseExpired: { schema: leaseExpired, messagetype: 'EVENT' },
  OwnerSuperseded: { schema: ownerSuperseded, messagetype: 'EVENT' },
  LockBroken: { schema: lockBroken, messagetype: 'NOTIFICATION' },
} as const satisfies Record<TargetEvent['type'], EventDefinition>;
