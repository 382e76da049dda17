import { ApplicationFailure } from '@temporalio/activity';
import type { Alert } from '../actors/devops/alerts';
import type { Receiver } from '../actors/devops/alerting';
import type { SecretStore } from '../infra/secrets';
import { ActionError } from './actions/action';
import { exchange, withHeader } from './actions/http-exchange';
import { HostBreakers } from './host-breakers';
import { Redactor } from './redaction';
import { resolveSecrets } from './secret-references';

/** An alert that is told for the first time, or again. */
export interface Telling {
  alert: Alert;
  repeat: number;
}

export interface AlertActivities {
  /** Resolves once the receiver has them all. What it says no to for good is not tried again. */
  sendAlerts(input: { to: Receiver; alerts: Telling[] }): Promise<void>;
}

/** Publishes to a subject of NATS; resolves once the server has it. */
export interface SubjectSender {
  send(subject: string, id: string, payload: string): Promise<void>;
}

const timeoutMs = 15_000;
const mostBytes = 65_536;
/** What a receiver says that will not take it the next time either. */
const finalStatuses = [400, 413, 422];

export function alertActivities(ports: { secrets: SecretStore; subjects: SubjectSender }): AlertActivities {
  const hosts = new HostBreakers();
  return {
    async sendAlerts({ to, alerts }) {
      const redactor = new Redactor();
      try {
        const { value, secrets } = await resolveSecrets(to, ports.secrets);
        redactor.learn(...secrets);
        await send(value as Receiver, alerts, ports.subjects, hosts);
      } catch (error) {
        const { code = 'failed', message } = error as { code?: string; message: string };
        const text = redactor.text(message);
        throw ApplicationFailure.create({ message: text, type: code, nonRetryable: code === 'refused' });
      }
    },
  };
}

async function send(to: Receiver, alerts: Telling[], subjects: SubjectSender, hosts: HostBreakers): Promise<void> {
  switch (to.type) {
    case 'webhook':
      for (const { alert, repeat } of alerts) {
        const headers = withHeader(to.headers, 'idempotency-key', idOf(alert, repeat));
        await post(hosts, to.url, headers, JSON.stringify({ ...alert, repeat }));
      }
      return;
    case 'nats':
      for (const { alert, repeat } of alerts) {
        await subjects.send(to.subject, idOf(alert, repeat), JSON.stringify({ ...alert, repeat }));
      }
      return;
    case 'alertmanager': {
      const posted = alerts.flatMap(({ alert }) => postable(alert, to.refresh));
      if (posted.length === 0) return;
      return post(hosts, `${to.url.replace(/\/+$/, '')}/api/v2/alerts`, to.headers, JSON.stringify(posted));
    }
  }
}

/** The same for each try, so that who gets it twice can tell. */
function idOf({ id }: Alert, repeat: number): string {
  return repeat === 0 ? id : `${id}:${repeat}`;
}

async function post(hosts: HostBreakers, url: string, headers: Record<string, string>, body: string): Promise<void> {
  const sent = withHeader(headers, 'content-type', 'application/json');
  const { status } = await hosts.call(url, () => {
    const signal = AbortSignal.timeout(timeoutMs);
    return exchange({ method: 'POST', url, headers: sent, body, maxBytes: mostBytes, signal });
  });
  if (status >= 200 && status <= 299) return;
  throw new ActionError(finalStatuses.includes(status) ? 'refused' : 'unexpected_status', `it answered ${status}`);
}

/**
 * As Alertmanager's API v2 takes it. Its labels are the same from beginning to end: by them it knows the alert again. What is
 * not told again in time is over for Alertmanager.
 */
function postable({ status, agent, target, issue, severity, labels, text, since }: Alert, refresh: number): object[] {
  if (status === 'acknowledged' || status === 'snoozed') return [];
  const endsAt = Date.now() + (status === 'resolved' ? 0 : refresh * 3000);
  return [
    {
      labels: { ...labels, alertname: 'YmeraIssue', agent, target, issue, severity },
      annotations: { summary: `${target}: ${text}`, status },
      startsAt: since,
      endsAt: new Date(endsAt).toISOString(),
    },
  ];
}
