import { clsx } from 'clsx';
import { useFeedState, liveFeed } from '../live/use-live';
import type { FeedStatus } from '../live/live-feed';
import { Time } from '../ui/time';

const words: Record<FeedStatus, string> = { live: 'Live', connecting: 'Connecting', offline: 'Offline' };
const dots: Record<FeedStatus, string> = { live: 'bg-ok', connecting: 'bg-warn', offline: 'bg-bad' };

/** Whether what is shown is as it is now. */
export function ConnectionState() {
  const { status, liveAt } = useFeedState();
  return (
    <div role="status" data-feed={status} className="flex items-center gap-1.5 px-2 text-xs text-muted">
      <span aria-hidden className={clsx('size-2 rounded-full', dots[status])} />
      {words[status]}
      {status === 'offline' && liveAt !== null && (
        <span className="hidden sm:inline">
          since <Time at={new Date(liveAt).toISOString()} as="clock" />
        </span>
      )}
      {status === 'offline' && (
        <button type="button" className="underline underline-offset-2" onClick={liveFeed.connectNow}>
          Try now
        </button>
      )}
    </div>
  );
}
