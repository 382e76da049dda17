import { BellRing, Circle, CircleCheck } from 'lucide-react';
import type { MessageType } from '../../../../actors/core/event';

const marks = {
  EVENT: { icon: Circle, tone: 'text-info [&>svg]:scale-50 [&>svg]:fill-current', said: 'a plain fact' },
  NOTIFICATION: { icon: BellRing, tone: 'text-warn', said: 'an issue was detected' },
  RESPONSE: { icon: CircleCheck, tone: 'text-ok', said: 'an issue was answered' },
} as const;

export const messageTypes = ['EVENT', 'NOTIFICATION', 'RESPONSE'] as const satisfies readonly MessageType[];

/** What an event is to others, by form and colour. */
export function MessageMark({ type }: { type: MessageType }) {
  const { icon: Icon, tone, said } = marks[type];
  return (
    <span title={`${type}: ${said}`} className={`inline-flex shrink-0 ${tone}`}>
      <Icon aria-hidden className="size-4" />
      <span className="sr-only">{type}</span>
    </span>
  );
}
