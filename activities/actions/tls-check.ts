import { X509Certificate } from 'node:crypto';
import { Type, type Static } from '@sinclair/typebox';
import { withTimeout } from '../step-timeout';
import { certificateOf, daysLeftOf, faultOf, type FoundCertificate } from '../tls-certificate';
import { action, ActionError, type PlanContext } from './action';
import { failField, pathField, secondsField } from './fields';
import { readFacts } from './file-facts';
import { allowedPath } from './roots';

const input = Type.Object(
  {
    host: Type.Optional(Type.String({ minLength: 1, maxLength: 253, pattern: '^[A-Za-z0-9.:_-]+$' })),
    port: Type.Integer({ minimum: 1, maximum: 65_535, default: 443 }),
    servername: Type.Optional(Type.String({ description: 'The host unless told.', minLength: 1, maxLength: 253 })),
    ca: Type.Optional(Type.String({ description: 'Certificates to be trusted, as PEM.', maxLength: 262_144 })),
    file: Type.Optional(pathField('A certificate as PEM, instead of a host.')),
    min_days: Type.Number({ description: 'It must be valid for so many days yet.', default: 0 }),
    timeout: secondsField('Seconds that the handshake may take.', 10),
    fail: failField,
  },
  { additionalProperties: false },
);

const output = Type.Object({
  ok: Type.Boolean(),
  error: Type.Union([Type.String(), Type.Null()]),
  days_left: Type.Number({ description: 'Whole days; negative where it has expired.' }),
  subject: Type.String(),
  issuer: Type.String(),
  names: Type.Array(Type.String(), { description: 'The hosts it is for.' }),
  not_before: Type.String(),
  not_after: Type.String(),
});

type Input = Static<typeof input>;
const mostBytes = 1_048_576;

export const tlsCheck = action({
  name: 'tls.check',
  title: 'Check a certificate',
  description: 'How long a certificate is valid yet, of a server or in a file, and whether it is trusted.',
  input,
  output,
  effect: 'read',
  idempotent: true,
  timeout: 60,

  async plan(given, context) {
    const { host, port, min_days } = given;
    return {
      ...(host === undefined ? { reads: await fileOf(given, context) } : { asks: `${host}:${port}` }),
      min_days,
    };
  },

  async run(given, context) {
    const { certificate, untrusted } = await found(given, context);
    const daysLeft = daysLeftOf(certificate);
    const error = faultOf(certificate, daysLeft, given.min_days) ?? untrusted;
    const output = {
      ok: error === null,
      error,
      days_left: daysLeft,
      subject: oneLine(certificate.subject),
      issuer: oneLine(certificate.issuer),
      names: (certificate.subjectAltName ?? '').split(', ').filter(Boolean),
      not_before: new Date(certificate.validFrom).toISOString(),
      not_after: new Date(certificate.validTo).toISOString(),
    };
    if (given.fail && error !== null) throw new ActionError('check_failed', error, output);
    return output;
  },
});

async function found(given: Input, context: PlanContext): Promise<FoundCertificate> {
  const { host } = given;
  if (host !== undefined && given.file !== undefined) {
    throw new ActionError('invalid_input', 'tls.check takes either `host` or `file`');
  }
  if (host !== undefined) {
    return withTimeout(given.timeout * 1000, context.signal, (signal) => certificateOf({ ...given, host }, signal));
  }
  const path = await fileOf(given, context);
  const { content } = (await readFacts(path, mostBytes)) ?? {};
  if (!content) throw new ActionError('not_found', `there is no certificate ${path}`);
  try {
    return { certificate: new X509Certificate(content), untrusted: null };
  } catch {
    throw new ActionError('not_a_certificate', `${path} holds no certificate`);
  }
}

async function fileOf({ file }: Input, context: PlanContext): Promise<string> {
  if (file === undefined) throw new ActionError('invalid_input', 'tls.check takes either `host` or `file`');
  return allowedPath(file, 'read', context);
}

function oneLine(name: string): string {
  return name.split('\n').join(', ');
}
