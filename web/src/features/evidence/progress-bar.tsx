import type { VerificationSummary } from './evidence-queries';

/** How far a verification is. */
export function VerificationProgress({ progress, state }: Pick<VerificationSummary, 'progress' | 'state'>) {
  const { agents, done, records } = progress;
  const words = `${done} of ${agents ?? '?'} agents, ${records.toLocaleString()} records`;
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <progress
        aria-label="Agents verified"
        aria-valuetext={words}
        className="h-1.5 w-full max-w-xs overflow-hidden rounded-full [&::-webkit-progress-bar]:bg-sunken [&::-webkit-progress-value]:bg-accent [&::-moz-progress-bar]:bg-accent"
        max={agents ?? 1}
        {...(agents === null && state !== 'done' ? {} : { value: done })}
      />
      <span className="text-xs text-muted tabular-nums">{words}</span>
    </div>
  );
}
