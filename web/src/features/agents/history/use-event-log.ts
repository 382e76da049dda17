import { useCallback, useEffect, useRef, useState } from 'react';
import type { EventRecord } from '../../../../../actors/core/event';
import { api, unwrap } from '../../../api/client';
import { useAgentEvents } from '../use-agent-events';
import { emptyLog, withNewer, withOlder, type EventLog } from './event-log';

const pageSize = 200;
/** What was heard of while a page was read, and is not in it, is read after this long, in ms: what is read may lag behind. */
const rereadMs = 300;

interface EventLogView {
  log: EventLog;
  loading: boolean;
  error: unknown;
  /** Whether there are older ones. */
  more: boolean;
  loadOlder: () => void;
}

/** Events of an agent from its newest back, as far as they were wanted, and those to come. @param head its newest sequence */
export function useEventLog(id: string, head: number): EventLogView {
  const [log, setLog] = useState<EventLog>(emptyLog);
  const [error, setError] = useState<unknown>(null);
  const [loading, setLoading] = useState(true);
  const [least, setLeast] = useState(1);
  const busy = useRef(false);
  const newest = useRef(head);

  const load = useCallback(
    async (to: number, anew: boolean): Promise<void> => {
      if (busy.current || to < 1) return;
      busy.current = true;
      setLoading(true);
      setError(null);
      try {
        const from = Math.max(1, to - pageSize + 1);
        const query = { from, to, limit: pageSize };
        const page = await unwrap(api.GET('/api/v1/agents/{id}/events', { params: { path: { id }, query } }));
        // It is asked for as a page, not as lines.
        const { events } = page as { events: EventRecord[] };
        // The log as it is by now: more may have come meanwhile.
        setLog((now) => withOlder(anew ? emptyLog : now, events, from));
        // Records that have expired are gone for good.
        if (events.length === 0) setLeast(to + 1);
      } catch (fault) {
        setError(fault);
      } finally {
        busy.current = false;
        setLoading(false);
      }
    },
    [id],
  );
  useEffect(() => {
    void load(newest.current, true);
  }, [load]);
  useAgentEvents(id, (events) => {
    newest.current = Math.max(newest.current, events.at(-1)?.sequence ?? 0);
    const next = withNewer(log, events);
    if (next !== null) setLog(next);
    // Where one is missing the newest are read again, and the older ones as they are wanted.
    else void load(newest.current, true);
  });
  useEffect(() => {
    newest.current = Math.max(newest.current, head);
    const known = Math.max(log.events[0]?.sequence ?? 0, least - 1);
    if (loading || error !== null || known >= newest.current) return undefined;
    const timer = window.setTimeout(() => void load(newest.current, true), rereadMs);
    return () => window.clearTimeout(timer);
  }, [log, least, loading, error, head, load]);
  const loadOlder = useCallback(
    () => void load(log.from === Infinity ? newest.current : log.from - 1, false),
    [load, log],
  );
  return { log, loading, error, more: log.from > least && log.from !== Infinity, loadOlder };
}
