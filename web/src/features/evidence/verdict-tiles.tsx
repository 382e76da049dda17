import { CircleCheck, CircleHelp, CircleX, type LucideIcon } from 'lucide-react';
import { clsx } from 'clsx';
import { verdictNames } from '../../../../actors/core/evidence/verdicts';
import type { AgentResult, Verdict } from './evidence-queries';
import { outcomeWords, verdictWords } from './verdict-words';

const icons: Record<Verdict['verdict'], LucideIcon> = {
  pass: CircleCheck,
  fail: CircleX,
  not_checkable: CircleHelp,
};

const looks: Record<Verdict['verdict'], { edge: string; ink: string }> = {
  pass: { edge: 'border-line', ink: 'text-ok' },
  fail: { edge: 'border-bad/60', ink: 'text-bad' },
  not_checkable: { edge: 'border-warn/60', ink: 'text-warn' },
};

/** The four verdicts on one agent, side by side: each by itself, never added up. */
export function VerdictTiles({ verdicts }: { verdicts: AgentResult['verdicts'] }) {
  return (
    <ul aria-label="The four verdicts" className="grid gap-3 sm:grid-cols-2 xl:grid-cols-4">
      {verdictNames.map((name) => (
        <VerdictTile
          key={name}
          title={verdictWords[name].title}
          says={verdictWords[name].says}
          verdict={verdicts[name]}
        />
      ))}
    </ul>
  );
}

function VerdictTile({ title, says, verdict }: { title: string; says: string; verdict: Verdict }) {
  const Icon = icons[verdict.verdict];
  const { edge, ink } = looks[verdict.verdict];
  return (
    <li data-verdict={verdict.verdict} className={clsx('flex min-w-0 flex-col gap-1 rounded-md border p-3', edge)}>
      <div className="flex items-center justify-between gap-2">
        <span className="font-semibold">{title}</span>
        <span className={clsx('flex items-center gap-1 text-sm font-medium whitespace-nowrap', ink)}>
          <Icon aria-hidden className="size-4" />
          {outcomeWords[verdict.verdict].word}
        </span>
      </div>
      {verdict.verdict === 'pass' ? (
        <p className="text-xs text-muted">{says}</p>
      ) : (
        <>
          <p className="text-sm break-words">{verdict.message}</p>
          {verdict.code !== undefined && <code className="font-mono text-xs text-muted">{verdict.code}</code>}
          {verdict.runId !== undefined && (
            <p className="text-xs break-all text-muted">
              Raw history of run <code className="font-mono">{verdict.runId}</code>
            </p>
          )}
        </>
      )}
    </li>
  );
}
