import { uuidv7 } from 'uuidv7';
import type { EventRecord } from '../../actors/core/event';
import type { Access } from '../access/access';
import { demand, demandReach, demandRunReach, mayHear } from '../access/authorize';
import { demandOn, type Permission } from '../access/policy';
import { nobody, type Principal } from '../access/principal';
import type { Audit } from '../audit';
import type { Dependencies } from '../dependencies';
import { problemOf, type Problem } from '../problem';
import type { OwnAct } from '../route';

/** Who came in, and from where. */
export interface Visitor {
  principal: Principal;
  address: string;
}

export interface VisitPorts {
  access: Pick<Access, 'renew'>;
  audit: Audit;
  /** Where runs are looked up. */
  runs: Pick<Dependencies, 'agents' | 'ledger'>;
}

/** How often it is looked whether a client still may what it may, in ms. */
const renewEveryMs = 1_000;
const credentialGone = 4401;
const tryAgainLater = 1013;

/** What the client of one socket may do, kept up to date. */
export class Visit {
  private readonly id = uuidv7();
  private principal: Principal;
  private renewedAt = Date.now();
  private renewing = false;

  /**
   * @param onLess it may do less than before
   * @param onGone its credential is good no more, or nobody knows: the code and the reason to close with
   */
  constructor(
    private readonly visitor: Visitor,
    private readonly ports: VisitPorts,
    private readonly onLess: () => void,
    private readonly onGone: (code: number, reason: string) => void,
  ) {
    this.principal = visitor.principal;
  }

  /** @throws Problem `forbidden` */
  demand(permission: Permission): void {
    demand(this.principal, permission);
  }

  /** @throws Problem `forbidden` | `run_not_found` | `unavailable` */
  async demandRun(runId: string): Promise<void> {
    demand(this.principal, 'runs:read');
    await demandRunReach(this.ports.runs, this.principal, runId);
  }

  /** @throws Problem `forbidden` */
  demandAgent(agentId: string): void {
    demand(this.principal, demandOn(agentId, 'events:read'));
    demandReach(this.principal, agentId);
  }

  mayHear(record: EventRecord): boolean {
    return mayHear(this.principal, record);
  }

  may(permission: Permission): boolean {
    return this.principal.permissions.has(permission);
  }

  /** To be called several times a second. */
  check(): void {
    if (!this.renewing && Date.now() - this.renewedAt >= renewEveryMs) void this.renew();
  }

  /** Puts a refusal on record. @throws what the record throws */
  async deny(problem: Problem): Promise<void> {
    await this.record({ type: 'AccessDenied', reason: problem.message });
  }

  /** Puts on record what its client does. @throws what the record throws */
  async record(act: OwnAct): Promise<void> {
    const { principal, address } = this.visitor;
    const who = { principal: principal.subject, address, requestId: this.id };
    await this.ports.audit.record({ ...who, method: 'GET /ws', ...act });
  }

  private async renew(): Promise<void> {
    this.renewing = true;
    try {
      const before = this.principal.permissions.size;
      this.principal = await this.ports.access.renew(this.principal);
      if (this.principal.permissions.size < before) this.onLess();
    } catch (error) {
      const { code, status } = problemOf(error);
      this.principal = nobody;
      this.onGone(status === 401 ? credentialGone : tryAgainLater, code);
    }
    this.renewedAt = Date.now();
    this.renewing = false;
  }
}
