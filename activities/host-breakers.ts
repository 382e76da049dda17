import {
  circuitBreaker,
  ConsecutiveBreaker,
  handleAll,
  isBrokenCircuitError,
  type CircuitBreakerPolicy,
} from 'cockatiel';
import { ActionError } from './actions/action';

/** After so many failures in a row nobody asks a host, for so long, in ms. */
const failures = 3;
const defaultRestMs = 10_000;
/** Hosts that are remembered; one that is forgotten is merely asked again. */
const mostHosts = 1_000;

/** A circuit breaker for each host, so that one that hangs does not hold up whoever else has something to do. */
export class HostBreakers {
  private readonly breakers = new Map<string, CircuitBreakerPolicy>();

  constructor(private readonly restMs = defaultRestMs) {}

  /**
   * @param url of which only scheme, host and port count
   * @param work throws where the host does not answer
   * @throws ActionError `unreachable` where it did not lately; else what `work` throws
   */
  async call<T>(url: string, work: () => Promise<T>): Promise<T> {
    if (!URL.canParse(url)) return work();
    const { origin, host } = new URL(url);
    try {
      return await this.of(origin).execute(work);
    } catch (error) {
      if (!isBrokenCircuitError(error)) throw error;
      throw new ActionError('unreachable', `${host} has not answered lately`);
    }
  }

  private of(origin: string): CircuitBreakerPolicy {
    const known = this.breakers.get(origin);
    if (known) return known;
    const [oldest] = this.breakers.keys();
    if (oldest !== undefined && this.breakers.size >= mostHosts) this.breakers.delete(oldest);
    const breaker = circuitBreaker(handleAll, {
      halfOpenAfter: this.restMs,
      breaker: new ConsecutiveBreaker(failures),
    });
    this.breakers.set(origin, breaker);
    return breaker;
  }
}
