import { eventAgent, eventKind, eventName, type EventRecord } from '../../actors/core/event';

/** What the report tells of one principal. */
export interface Doer {
  principal: string;
  records: number;
  first: string;
  last: string;
  /** The first of what was done, oldest first. */
  acts: Act[];
}

export interface Act {
  time: string;
  agent: string;
  sequence: number;
  event: string;
  reason: string;
}

export interface ConfigChange extends Act {
  principal: string;
  version: string;
}

export interface ApprovalStep extends Act {
  principal: string;
  path: string;
  detail: string;
}

/** How much the report shows of each; the rest is counted. */
const mostDoers = 500;
const mostActs = 100;
const mostRows = 1000;

/** Gathers what the report shows while records pass by. Bounded, however many these are. */
export class ReportFacts {
  records = 0;
  readonly doers = new Map<string, Doer>();
  /** Records of principals beyond those shown. */
  othersRecords = 0;
  readonly configs: ConfigChange[] = [];
  moreConfigs = 0;
  readonly approvals: ApprovalStep[] = [];
  moreApprovals = 0;

  take(record: EventRecord): void {
    this.records += 1;
    const act = actOf(record);
    const doer = this.doerOf(record);
    if (doer) {
      doer.records += 1;
      if (record.time < doer.first) doer.first = record.time;
      if (record.time > doer.last) doer.last = record.time;
      if (doer.acts.length < mostActs) doer.acts.push(act);
    } else {
      this.othersRecords += 1;
    }
    const { principal } = record;
    const data = (record.data ?? {}) as Record<string, unknown>;
    if (act.event === 'AgentCreated' || act.event === 'ConfigChanged') {
      const back = data['rollbackOf'] === undefined ? '' : `, equal to ${textOf(data['rollbackOf'])}`;
      const change = { ...act, principal, version: `${textOf(data['version'])}${back}` };
      if (this.configs.length < mostRows) this.configs.push(change);
      else this.moreConfigs += 1;
    }
    if (eventKind(record) === 'run' && act.event.startsWith('Approval')) {
      const detail = ['by', 'role', 'answer', 'code', 'message', 'planHash'].flatMap((name) =>
        data[name] === undefined || data[name] === null ? [] : [`${name} ${textOf(data[name])}`],
      );
      const step = { ...act, principal, path: textOf(data['path']), detail: detail.join(', ') };
      if (this.approvals.length < mostRows) this.approvals.push(step);
      else this.moreApprovals += 1;
    }
  }

  private doerOf({ principal, time }: EventRecord): Doer | undefined {
    let doer = this.doers.get(principal);
    if (!doer && this.doers.size < mostDoers) {
      doer = { principal, records: 0, first: time, last: time, acts: [] };
      this.doers.set(principal, doer);
    }
    return doer;
  }
}

function actOf(record: EventRecord): Act {
  const { time, sequence, reason = '' } = record;
  return { time, agent: eventAgent(record), sequence, event: eventName(record), reason };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 500) : JSON.stringify(value ?? '').slice(0, 500);
}
