import type { Guards } from '../core/launch';
import { isConcurrencyKey } from '../target/key';
import type { PolicyConfig } from './config';
import { frozenBy } from './freezes';
import { matchesAny } from './matching';

/** Why policy says no. `until` is when it may be asked again, where that is known. */
export interface PolicyVeto {
  code: 'frozen' | 'not_allowed' | 'too_many_targets';
  reason: string;
  until?: string;
}

/**
 * Whether a run may begin. For activities and the API, not for workflows (see `freezes.ts`).
 * @param subject `maxTargets`: what the runbook itself allows; `now`: ISO 8601
 */
export function launchVeto(
  policy: PolicyConfig,
  subject: { runbook: string; targets: readonly string[]; maxTargets?: number; now: string },
): PolicyVeto | null {
  const targets = real(subject.targets);
  const most = Math.min(policy.max_targets, subject.maxTargets ?? Infinity);
  const unwanted = notAllowed(policy, 'runbooks', [subject.runbook]) ?? notAllowed(policy, 'targets', targets);
  if (unwanted) return unwanted;
  if (targets.length > most) {
    return { code: 'too_many_targets', reason: `it touches ${targets.length} targets, and ${most} are the most` };
  }
  return frozen(policy, targets, subject.now);
}

/**
 * Whether a step of a run may be done. What only reads is never frozen.
 * @param subject `targets`: what the run holds; `now`: ISO 8601
 */
export function stepVeto(
  policy: PolicyConfig,
  subject: {
    runbook: string;
    action: string;
    effect: 'read' | 'reversible' | 'destructive';
    targets: readonly string[];
    now: string;
  },
): PolicyVeto | null {
  const targets = real(subject.targets);
  return (
    notAllowed(policy, 'runbooks', [subject.runbook]) ??
    notAllowed(policy, 'actions', [subject.action]) ??
    notAllowed(policy, 'targets', targets) ??
    (subject.effect === 'read' ? null : frozen(policy, targets, subject.now))
  );
}

/** A run's own guards, and the policy's where it has none. */
export function guardsFor({ guards }: PolicyConfig, own: Guards): Guards {
  const cooldown = own.cooldown ?? guards.cooldown;
  const maxRuns = own.maxRuns ?? guards.max_runs;
  const window = own.window ?? guards.window;
  return {
    ...(cooldown === undefined ? {} : { cooldown }),
    ...(maxRuns === undefined ? {} : { maxRuns }),
    ...(window === undefined ? {} : { window }),
  };
}

function notAllowed(
  { allow, deny }: PolicyConfig,
  list: 'runbooks' | 'actions' | 'targets',
  names: readonly string[],
): PolicyVeto | null {
  for (const name of names) {
    const what = `${list.slice(0, -1)} ${name}`;
    if (matchesAny(deny[list], name)) return { code: 'not_allowed', reason: `policy denies the ${what}` };
    if (!matchesAny(allow[list], name)) return { code: 'not_allowed', reason: `policy does not allow the ${what}` };
  }
  return null;
}

function frozen(policy: PolicyConfig, targets: readonly string[], now: string): PolicyVeto | null {
  const found = frozenBy(policy, targets, now);
  if (!found) return null;
  const { freeze, until, zoneUnknown } = found;
  const why = zoneUnknown ? `; it always holds, for nobody knows the time zone ${freeze.weekly?.time_zone}` : '';
  const reason = `freeze ${freeze.name}: ${freeze.reason}${why}`;
  return { code: 'frozen', reason, ...(until === undefined ? {} : { until }) };
}

function real(targets: readonly string[]): string[] {
  return [...new Set(targets)].filter((key) => !isConcurrencyKey(key));
}
