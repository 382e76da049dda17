import {
  Ban,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CirclePause,
  CirclePlay,
  CircleX,
  Clock,
  Hand,
  RotateCw,
  SearchCheck,
  ShieldX,
  SkipForward,
  Undo2,
  type LucideIcon,
} from 'lucide-react';
import { Badge, type Tone } from '../../ui/badge';

export interface Look {
  tone: Tone;
  icon: LucideIcon;
  word: string;
}

/** How a run or a step stands: by icon, colour and word. */
const looks: Record<string, Look> = {
  pending: { tone: 'neutral', icon: CircleDashed, word: 'pending' },
  starting: { tone: 'info', icon: CircleDashed, word: 'starting' },
  running: { tone: 'info', icon: CirclePlay, word: 'running' },
  paused: { tone: 'warn', icon: CirclePause, word: 'paused' },
  undoing: { tone: 'warn', icon: Undo2, word: 'undoing' },
  verifying: { tone: 'info', icon: SearchCheck, word: 'verifying' },
  succeeded: { tone: 'ok', icon: CircleCheck, word: 'succeeded' },
  failed: { tone: 'bad', icon: CircleX, word: 'failed' },
  ineffective: { tone: 'bad', icon: CircleAlert, word: 'ineffective' },
  cancelled: { tone: 'neutral', icon: Ban, word: 'cancelled' },
  vetoed: { tone: 'warn', icon: ShieldX, word: 'vetoed' },
  waiting: { tone: 'warn', icon: Clock, word: 'waiting' },
  retrying: { tone: 'warn', icon: RotateCw, word: 'retrying' },
  blocked: { tone: 'bad', icon: Hand, word: 'needs a decision' },
  skipped: { tone: 'neutral', icon: SkipForward, word: 'skipped' },
  undone: { tone: 'warn', icon: Undo2, word: 'undone' },
};

export function lookOf(status: string): Look {
  return looks[status] ?? { tone: 'neutral', icon: CircleDashed, word: status };
}

export function StatusBadge({ status }: { status: string }) {
  const { tone, icon: Icon, word } = lookOf(status);
  return (
    <Badge tone={tone}>
      <Icon aria-hidden className="size-3.5" />
      {word}
    </Badge>
  );
}
