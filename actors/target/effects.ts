import type { Effect } from '../core/effect';
import type { Recorded } from '../core/event';
import type { LifecycleEvent } from '../core/lifecycle';
import type { TargetConfig } from './config';
import type { TargetEvent } from './events';
import type { TargetState } from './state';

/** Whom to tell of what happened, and whom to ask. Who asked for something gets its answer with the command itself. */
export function targetEffects(
  event: Recorded<TargetEvent> | LifecycleEvent,
  { id, config: { key } }: { id: string; state: TargetState; config: TargetConfig },
): Effect[] {
  const tell = (agent: string, type: string, data: object): Effect[] => [
    { type: 'tell', agent, command: { id: `${id}:${event.sequence}`, type, data } },
  ];
  switch (event.type) {
    case 'TargetAcquired': {
      const { owner, step, waited } = event.data;
      return waited ? tell(owner, 'TargetGranted', { key, ...(step === undefined ? {} : { step }) }) : [];
    }
    case 'TargetVetoed': {
      const { owner, code, reason, until, waited } = event.data;
      return waited ? tell(owner, 'TargetVetoed', { key, code, reason, until }) : [];
    }
    case 'LockBroken': {
      const { owner, by, reason } = event.data;
      return tell(owner, 'TargetLost', { key, by, reason });
    }
    case 'OwnerSuperseded': {
      const { owner, by } = event.data;
      return tell(owner, 'Supersede', { key, by });
    }
    case 'OwnerInquired':
      return [{ type: 'inquire', agent: event.data.owner, about: id, id: `${id}:${event.sequence}` }];
    case 'AgentCreated':
    case 'AgentForked':
    case 'ConfigChanged':
    case 'AgentStopped':
    case 'TargetQueued':
    case 'TargetReleased':
    case 'LeaseRenewed':
    case 'LeaseExpired':
      return [];
  }
}
