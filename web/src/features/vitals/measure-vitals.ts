import { onCLS, onFCP, onINP, onLCP, onTTFB, type Metric } from 'web-vitals';
import { fidRating, placeOf, type VitalSample } from './sample';

const address = '/api/v1/metrics/frontend';
const sessionKey = 'ymera.vitals';

/**
 * Measures how this load of the console is felt, and tells the API of it: what can be told at once at once, the rest when the page is
 * left. Of a load of many pages the first one is named: it is the one that was loaded.
 */
export function measureVitals(): void {
  const page = { sessionId: tabId(), url: placeOf(location) };
  const tell = ({ name, value, rating, id }: Pick<VitalSample, 'name' | 'value' | 'rating' | 'id'>): void =>
    send({ name, value, id, rating, timestamp: Date.now(), ...page });
  const report = (metric: Metric): void => tell(metric);
  onCLS(report);
  onFCP(report);
  onINP(report);
  onLCP(report);
  onTTFB(report);
  onFirstInput((value) => tell({ name: 'FID', value, rating: fidRating(value), id: `fid-${chance()}` }));
}

/** The delay of the first input, in ms: the library measures it no more. */
function onFirstInput(report: (delay: number) => void): void {
  if (!PerformanceObserver.supportedEntryTypes.includes('first-input')) return;
  const observer = new PerformanceObserver((list) => {
    const [first] = list.getEntries() as PerformanceEventTiming[];
    if (first === undefined) return;
    observer.disconnect();
    report(Math.max(0, first.processingStart - first.startTime));
  });
  observer.observe({ type: 'first-input', buffered: true });
}

/** Never waited for, and never told of to the reader: it is a sample. */
function send(sample: VitalSample): void {
  const body = JSON.stringify(sample);
  if (navigator.sendBeacon(address, new Blob([body], { type: 'application/json' }))) return;
  const headers = { 'content-type': 'application/json' };
  void fetch(address, { method: 'POST', body, headers, keepalive: true }).catch(() => undefined);
}

/** Made by chance for this tab, and gone with it. */
function tabId(): string {
  const kept = sessionStorage.getItem(sessionKey);
  if (kept !== null) return kept;
  const made = chance();
  sessionStorage.setItem(sessionKey, made);
  return made;
}

/** 32 hex digits. `randomUUID` is not there over plain HTTP from another machine. */
function chance(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
