import { ChevronFirst, ChevronLast, ChevronLeft, ChevronRight, Pause, Play, Radio } from 'lucide-react';
import { useState } from 'react';
import { Button, IconButton } from '../../ui/button';
import { Input, Select } from '../../ui/field';
import { asProblem } from '../../api/problem';
import type { By } from './density';
import { paces } from './playing';
import { stateAt } from './time-queries';
import type { Player } from './use-player';

interface TransportProps {
  agent: string;
  at: number;
  first: number;
  head: number;
  following: boolean;
  by: By;
  player: Player;
  /** Index in `paces`. */
  pace: number;
  onPace: (index: number) => void;
  onBy: (by: By) => void;
  /** Null follows the last event. */
  onMove: (at: number | null) => void;
}

/** What moves through a history besides the slider. */
export function Transport(props: TransportProps) {
  const { at, first, head, following, by, player, pace, onPace, onBy, onMove } = props;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <div role="group" aria-label="Step" className="flex items-center">
        <IconButton name="First event" disabled={at <= first} onClick={() => onMove(first)}>
          <ChevronFirst aria-hidden className="size-5" />
        </IconButton>
        <IconButton name="Event before" disabled={at <= first} onClick={() => onMove(at - 1)}>
          <ChevronLeft aria-hidden className="size-5" />
        </IconButton>
        <Button look="primary" className="w-24" onClick={player.toggle} disabled={!player.playing && at >= head}>
          {player.playing ? <Pause aria-hidden className="size-4" /> : <Play aria-hidden className="size-4" />}
          {player.playing ? 'Pause' : 'Play'}
        </Button>
        <IconButton name="Next event" disabled={at >= head} onClick={() => onMove(at + 1)}>
          <ChevronRight aria-hidden className="size-5" />
        </IconButton>
        <IconButton name="Last event" disabled={at >= head} onClick={() => onMove(head)}>
          <ChevronLast aria-hidden className="size-5" />
        </IconButton>
      </div>
      <Select
        aria-label="Speed"
        className="!w-auto"
        value={pace}
        onChange={(event) => onPace(Number(event.currentTarget.value))}
      >
        {paces.map(([label], index) => (
          <option key={label} value={index}>
            {label}
          </option>
        ))}
      </Select>
      <Select
        aria-label="Scale"
        className="!w-auto"
        value={by}
        onChange={(event) => onBy(event.currentTarget.value as By)}
      >
        <option value="sequence">by number</option>
        <option value="time">by time</option>
      </Select>
      <Button
        aria-pressed={following}
        look={following ? 'primary' : 'plain'}
        onClick={() => onMove(following ? at : null)}
      >
        <Radio aria-hidden className="size-4" />
        {following ? 'Following' : 'Follow'}
      </Button>
      <GoTo {...props} />
    </div>
  );
}

/** Goes to an event by its number, or to a time. */
function GoTo({ agent, first, head, onMove }: TransportProps) {
  const [text, setText] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  const go = async (): Promise<void> => {
    setFault(null);
    const number = Number(text);
    const time = new Date(text);
    if (text.trim() === '') return;
    if (Number.isSafeInteger(number)) {
      if (number < first || number > head) setFault(`There are events ${first} to ${head}.`);
      else onMove(number);
    } else if (Number.isNaN(time.getTime())) setFault('That is no number and no time.');
    else {
      const then = await stateAt(agent, time.toISOString()).catch((error: unknown) => asProblem(error));
      if ('sequence' in then) onMove(then.sequence);
      else setFault(then.detail || then.message);
    }
  };
  return (
    <form
      className="flex w-full min-w-0 flex-wrap items-center gap-2 sm:w-auto"
      onSubmit={(event) => {
        event.preventDefault();
        void go();
      }}
    >
      <Input
        aria-label="Go to an event's number, or a time"
        placeholder="Number or time"
        className="min-w-32 flex-1 sm:!w-44"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        aria-invalid={fault === null ? undefined : true}
      />
      <Button type="submit">Go</Button>
      {fault !== null && (
        <p role="alert" className="text-xs text-bad">
          {fault}
        </p>
      )}
    </form>
  );
}
