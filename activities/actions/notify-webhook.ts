import { Type } from '@sinclair/typebox';
import { withTimeout } from '../step-timeout';
import { action, ActionError } from './action';
import { secondsField, urlField } from './fields';
import { exchange, shownHeaders, withHeader } from './http-exchange';
import { headersField } from './http-request';

const input = Type.Object(
  {
    url: urlField({ description: 'Whoever knows it may post there, so it is kept secret.', secret: true }),
    headers: headersField,
    payload: Type.Unknown({ description: 'Sent as JSON.' }),
    timeout: secondsField('Seconds until it must be taken.', 15),
  },
  { additionalProperties: false },
);

const mostBytes = 65_536;

export const notifyWebhook = action({
  name: 'notify.webhook',
  title: 'Call a webhook',
  description: 'Posts JSON to an address. Every attempt carries the same `Idempotency-Key`.',
  input,
  output: Type.Object({ status: Type.Integer() }),
  effect: 'destructive',
  // Better told twice than not at all: whoever must not be can go by the key.
  idempotent: true,
  timeout: 60,
  plan: async ({ url, headers, payload }) => ({ posts: payload, to: url, headers: shownHeaders(headers) }),

  async run({ url, headers, payload, timeout }, context) {
    const body = JSON.stringify(payload ?? null);
    const typed = withHeader(headers, 'content-type', 'application/json');
    const sent = withHeader(typed, 'idempotency-key', context.idempotencyKey);
    const { status } = await withTimeout(timeout * 1000, context.signal, (signal) =>
      exchange({ method: 'POST', url, headers: sent, body, maxBytes: mostBytes, signal }),
    );
    if (status < 200 || status > 299)
      throw new ActionError('unexpected_status', `the webhook answered ${status}`, { status });
    return { status };
  },
});
