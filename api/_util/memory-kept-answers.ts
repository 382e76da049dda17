import { bounded, keptMs, leaseMs } from '../kept-answers';
import type { KeptAnswer, KeptAnswers, Taken } from '../dependencies';

interface Place {
  claim: string;
  fingerprint: string;
  until: number;
  answer?: KeptAnswer;
}

/** Answers in this process alone. */
export class MemoryKeptAnswers implements KeptAnswers {
  private readonly places = new Map<string, Place>();
  private claims = 0;

  constructor(private readonly ms: { lease: number; kept: number } = { lease: leaseMs, kept: keptMs }) {}

  async take(place: string, fingerprint: string): Promise<Taken> {
    const found = this.places.get(place);
    if (found && found.until > Date.now()) {
      const { fingerprint: known, answer } = found;
      return answer ? { state: 'kept', fingerprint: known, answer } : { state: 'in_flight', fingerprint: known };
    }
    const claim = String((this.claims += 1));
    this.places.set(place, { claim, fingerprint, until: Date.now() + this.ms.lease });
    return { state: 'mine', claim };
  }

  async renew(place: string, claim: string): Promise<void> {
    const mine = this.mine(place, claim);
    if (mine) mine.until = Date.now() + this.ms.lease;
  }

  async keep(place: string, claim: string, answer: KeptAnswer): Promise<void> {
    const mine = this.mine(place, claim);
    if (mine) Object.assign(mine, { answer: bounded(answer), until: Date.now() + this.ms.kept });
  }

  async release(place: string, claim: string): Promise<void> {
    if (this.mine(place, claim)) this.places.delete(place);
  }

  private mine(place: string, claim: string): Place | undefined {
    const found = this.places.get(place);
    return found?.claim === claim && !found.answer && found.until > Date.now() ? found : undefined;
  }
}
