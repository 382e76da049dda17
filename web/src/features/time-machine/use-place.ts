import { useEffect, useState } from 'react';
import { useAddressParams } from '../../ui/use-address-params';
import type { By } from './density';

/** A browser takes no more than some addresses a second: it is written when the reader comes to rest, in ms. */
const restMs = 250;

/** What a moment is compared with: the one before it, the last there is, or one that was pinned. */
export type Against = 'before' | 'now' | number;

/** What the address says: so it can be sent to somebody. */
export interface Place {
  /** Null follows the last event. */
  at: number | null;
  against: Against;
  by: By;
  /** JSON Pointer of the field whose changes are listed. */
  field: string | null;
  choose: (at: number | null) => void;
  set: (name: 'vs' | 'by' | 'field', value: string | null) => void;
}

function numberIn(text: string | null): number | null {
  return text !== null && /^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : null;
}

export function usePlace(): Place {
  const [params, change] = useAddressParams();
  const said = numberIn(params.get('at'));
  // Where the reader is, until the address says so, or says something else than it did then or than is being written.
  const [draft, setDraft] = useState<{ at: number | null; over: (number | null)[] } | null>(null);
  const choose = (at: number | null): void =>
    setDraft((before) => {
      const unwritten = before !== null && before.over.includes(said) && before.at !== said;
      return { at, over: unwritten ? [...before.over, before.at] : [said] };
    });
  useEffect(() => {
    if (draft === null || !draft.over.includes(said) || draft.at === said) return;
    const timer = window.setTimeout(() => change({ at: draft.at === null ? null : String(draft.at) }), restMs);
    return () => window.clearTimeout(timer);
  }, [draft, said, change]);

  const vs = params.get('vs');
  return {
    at: draft !== null && draft.over.includes(said) ? draft.at : said,
    against: vs === 'now' ? 'now' : (numberIn(vs) ?? 'before'),
    by: params.get('by') === 'time' ? 'time' : 'sequence',
    field: params.get('field'),
    choose,
    set: (name, value) => change({ [name]: value }),
  };
}
