import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { holds, render } from '../actors/runbook/expressions';
import type { Hook } from '../projections/queries/hooks';
import { Problem } from './problem';

/** How far the clock of a sender may be off, and for how long a signature is remembered, in seconds. */
export const toleranceSeconds = 300;

/** What was sent to a hook. */
export interface Sent {
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Who sent it, as far as the secret tells. `signature` is what a replay would repeat, where it covers no delivery's id. */
export interface Proof {
  signature: string;
}

/**
 * Whether it was sent by one who has the secret. Compared in constant time.
 * @param now epoch ms
 * @throws Problem `invalid_signature`, which never says what was wrong with it
 */
export function checkSignature({ form }: Pick<Hook, 'form'>, sent: Sent, secret: string, now: number): Proof {
  const proof =
    form === 'github'
      ? githubProof(sent, secret)
      : (timedProof(sent, secret, now) ?? (form === 'alertmanager' ? bearerProof(sent, secret) : null));
  if (!proof) throw new Problem('invalid_signature');
  return proof;
}

function githubProof({ headers, body }: Sent, secret: string): Proof | null {
  const [, given] = /^sha256=([0-9a-f]{64})$/.exec(one(headers, 'x-hub-signature-256')) ?? [];
  return given !== undefined && same(given, hmac(secret, body)) ? { signature: given } : null;
}

/** `X-Ymera-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">` */
function timedProof({ headers, body }: Sent, secret: string, now: number): Proof | null {
  const [, time, given] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(one(headers, 'x-ymera-signature')) ?? [];
  if (time === undefined || given === undefined) return null;
  const signed = same(given, hmac(secret, Buffer.concat([Buffer.from(`${time}.`), body])));
  return signed && Math.abs(now / 1000 - Number(time)) <= toleranceSeconds ? { signature: given } : null;
}

/** Alertmanager can't sign; it sends the secret itself. What it repeats is told apart by the alerts in it. */
function bearerProof({ headers }: Sent, secret: string): Proof | null {
  const [, given] = /^Bearer (.+)$/.exec(one(headers, 'authorization')) ?? [];
  return given !== undefined && same(digest(given), digest(secret)) ? { signature: '' } : null;
}

/** One delivery: its id, and what expressions see of it. Null where it asks for nothing. */
export interface Delivery {
  id: string;
  scope: Record<string, unknown>;
  /** Of Alertmanager. */
  group?: AlertGroup;
}

/** A group of alerts that fires, or is over. */
export interface AlertGroup {
  /** SHA-256 of its key. */
  key: string;
  firing: boolean;
  /** When the first of its alerts began, ISO 8601. */
  since: string;
  /** What all of its alerts have. */
  labels: Record<string, string>;
  /** For a person. */
  text: string;
}

/**
 * @param event the body, as JSON
 * @throws Problem `malformed_request` where it is not of the hook's form
 */
export function deliveryOf({ form }: Pick<Hook, 'form'>, { headers, body }: Sent, event: unknown): Delivery | null {
  const scope = { event, headers: plainHeaders(headers) };
  switch (form) {
    case 'github': {
      const id = one(headers, 'x-github-delivery');
      if (id === '') throw new Problem('malformed_request', 'X-GitHub-Delivery is missing');
      return one(headers, 'x-github-event') === 'ping' ? null : { id, scope };
    }
    case 'alertmanager':
      return alertGroup(event, scope);
    case 'generic': {
      const id = one(headers, 'x-ymera-delivery');
      return { id: id === '' ? digest(`${one(headers, 'x-ymera-signature')}\n${digest(body)}`) : id, scope };
    }
  }
}

/** As Alertmanager posts it. */
interface Notified {
  status: string;
  groupKey: string;
  commonLabels?: Record<string, unknown>;
  alerts: NotifiedAlert[];
}

interface NotifiedAlert {
  status: string;
  startsAt: string;
  labels?: Record<string, unknown>;
  annotations?: Record<string, unknown>;
}

const mostText = 500;

/** One delivery for each time that a group begins to fire, and one for its end, however often Alertmanager repeats itself. */
function alertGroup(event: unknown, scope: object): Delivery | null {
  if (!isNotified(event)) throw new Problem('malformed_request', 'the body is not a notification of Alertmanager');
  const firing = event.status === 'firing';
  const alerts = firing ? event.alerts.filter(({ status }) => status === 'firing') : event.alerts;
  const [first] = alerts;
  if (!first) return null;
  const since = alerts.map(({ startsAt }) => startsAt).sort()[0] ?? '';
  const { alertname } = first.labels ?? {};
  const { summary, description } = first.annotations ?? {};
  const text = [alertname, summary ?? description].filter((part) => typeof part === 'string').join(': ');
  const shown = Object.entries(event.commonLabels ?? first.labels ?? {}).map(([name, value]) => [name, String(value)]);
  const labels = Object.fromEntries(shown) as Record<string, string>;
  const group = { key: digest(event.groupKey), firing, since, labels, text: (text || 'an alert').slice(0, mostText) };
  return { id: alertDelivery(event.groupKey, since), scope: { ...scope, alert: first }, group };
}

function alertDelivery(groupKey: string, since: string): string {
  return digest(`${groupKey}\n${since}`);
}

function isNotified(event: unknown): event is Notified {
  const { status, groupKey, alerts } = (event ?? {}) as Record<string, unknown>;
  return typeof status === 'string' && typeof groupKey === 'string' && Array.isArray(alerts);
}

/** Whether the hook's filter lets it through. @throws ExpressionError */
export function wanted({ filter }: Pick<Hook, 'filter'>, { scope }: Delivery): boolean {
  return filter === null || holds(filter, scope);
}

/** The input of the run. @throws ExpressionError */
export function inputOf({ input }: Pick<Hook, 'input'>, { scope }: Delivery): Record<string, unknown> {
  return render(input, scope) as Record<string, unknown>;
}

/** The same for the same delivery, so that it begins one run however often it comes. */
export function hookRunId(hookId: string, deliveryId: string): string {
  return `hook-${digest(`${hookId}\n${deliveryId}`).slice(0, 32)}`;
}

function plainHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const told = Object.entries(headers).filter(([name]) => !/authorization|cookie|signature/.test(name));
  return Object.fromEntries(told.map(([name, value]) => [name, String(value)]));
}

function one(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
}

function hmac(secret: string, body: Buffer): string {
  return createHmac('sha256', secret).update(body).digest('hex');
}

function digest(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function same(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(digest(a)), Buffer.from(digest(b)));
}
