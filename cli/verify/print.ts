import { createColors } from 'picocolors';
import { verdictNames, type Verdict, type VerdictName } from '../../actors/core/evidence/verdicts';
import type { AgentVerdicts } from './agent-verdicts';
import type { Report } from './verify';

const titles: Record<VerdictName, string> = {
  intact: 'intact',
  complete: 'complete',
  attributed: 'attributed',
  replayConsistent: 'replay-consistent',
};
/** Agents of which nothing is wrong that are shown one by one. */
const mostSound = 20;

/** A report for people. @param colored whether for a terminal that shows colours */
export function printed({ verdict, bundle, agents, first }: Report, colored: boolean): string {
  const { bold, dim, green, red, yellow } = createColors(colored);
  const mark = (each: Verdict['verdict']): string =>
    each === 'pass' ? green('pass') : each === 'fail' ? red('FAIL') : yellow('not checkable');
  const lines = [
    `${bold('evidence')} ${bundle.exportId}, made ${bundle.createdAt} for ${bundle.createdBy}`,
    `of ${JSON.stringify(bundle.scope)}, installation ${bundle.installation}`,
    bundle.signedBy === null
      ? `${mark('fail')} not signed by a key that can be believed`
      : `${mark('pass')} signed by key ${bundle.signedBy}${bundle.trust === 'pinned' ? ', which --key names or which it vouches for' : ''}`,
  ];
  if (bundle.trust === 'bundle') {
    lines.push(
      yellow('     the keys come from the bundle itself: compare them with what you were told, or give --key'),
    );
  }
  lines.push(...bundle.faults.map(({ message }) => `${mark('fail')} ${message}`));
  const failing = agents.filter(({ verdicts }) => verdictNames.some((name) => verdicts[name].verdict === 'fail'));
  const sound = agents.filter((agent) => !failing.includes(agent));
  const show = ({ agent, kind, verdicts, coverage }: AgentVerdicts): void => {
    const { records, from, to, runs, checkpoints, tombstonesTo } = coverage;
    const expired = tombstonesTo > 0 ? `, 1 to ${tombstonesTo} expired` : '';
    lines.push(
      '',
      `${bold(agent)} (${kind}): ${records} records, ${from} to ${to}${expired}; ${runs} runs, ${checkpoints} signed heads`,
    );
    for (const name of verdictNames) {
      const each = verdicts[name];
      const why = each.verdict === 'pass' ? '' : `  ${each.message}`;
      lines.push(`  ${titles[name].padEnd(18)} ${mark(each.verdict)}${why}`);
    }
  };
  failing.forEach(show);
  sound.slice(0, mostSound).forEach(show);
  if (sound.length > mostSound)
    lines.push('', dim(`and ${sound.length - mostSound} more agents of which nothing is wrong`));
  lines.push('', verdict === 'pass' ? green('nothing speaks against it') : red(`first bad: ${firstOf(first)}`));
  // Texts out of the bundle must not steer the terminal.
  return `${lines.map((line) => line.replace(unprintable(colored), '?')).join('\n')}\n`;
}

function firstOf(first: Report['first']): string {
  if (!first) return '';
  if (!('agent' in first)) return `${first.path ?? 'the bundle'}: ${first.message}`;
  const where =
    first.sequence === undefined ? `agent ${first.agent}` : `agent ${first.agent}, record ${first.sequence}`;
  return `${where}: ${first.code}: ${first.message}`;
}

function unprintable(colored: boolean): RegExp {
  return colored ? /[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]|\x1b(?!\[\d{1,2}m)/g : /[\x00-\x1f\x7f-\x9f]/g;
}
