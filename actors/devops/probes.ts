import { Type } from '@sinclair/typebox';
import { stringEnum } from '../core/string-enum';

const strict = { additionalProperties: false };
const host = Type.String({ minLength: 1, maxLength: 253 });
const port = Type.Integer({ minimum: 1, maximum: 65535 });
const url = Type.String({ minLength: 1, maxLength: 2048, pattern: '^https?://[^\\s]+$' });
const path = (description: string) => Type.String({ description, minLength: 1, maxLength: 4096 });

const httpProbe = Type.Object(
  {
    type: Type.Literal('http'),
    url,
    method: stringEnum(['GET', 'HEAD'], { default: 'GET' }),
    expect_status: Type.Array(Type.Integer({ minimum: 100, maximum: 599 }), {
      description: 'Statuses that count as healthy; empty means any from 200 to 299.',
      maxItems: 50,
      default: [],
    }),
  },
  { ...strict, title: 'HTTP' },
);

const tcpProbe = Type.Object({ type: Type.Literal('tcp'), host, port }, { ...strict, title: 'TCP' });

const processProbe = Type.Object(
  { type: Type.Literal('process'), pid_file: path('A file that holds the process id.') },
  { ...strict, title: 'Process' },
);

const tlsProbe = Type.Object(
  {
    type: Type.Literal('tls'),
    host,
    port: Type.Integer({ minimum: 1, maximum: 65535, default: 443 }),
    servername: Type.Optional(host),
    ca: Type.Optional(Type.String({ description: 'Certificates to be trusted, as PEM.', maxLength: 65_536 })),
    min_days: Type.Number({
      description: 'It must be valid for so many days yet.',
      minimum: 0,
      maximum: 3650,
      default: 14,
    }),
  },
  { ...strict, title: 'Certificate', description: 'Fails where a certificate ends soon, or is not to be trusted.' },
);

const diskProbe = Type.Object(
  {
    type: Type.Literal('disk'),
    path: path('Any path on the file system.'),
    max_percent: Type.Number({ description: 'Fails where more is used.', minimum: 0, maximum: 100, default: 90 }),
  },
  { ...strict, title: 'Disk' },
);

const prometheusProbe = Type.Object(
  {
    type: Type.Literal('prometheus'),
    url,
    query: Type.String({ description: 'PromQL; each series is held to the threshold.', minLength: 1, maxLength: 4000 }),
    fails: stringEnum(['above', 'below'], {
      description: 'On which side of the threshold it fails.',
      default: 'above',
    }),
    threshold: Type.Number(),
    absent: stringEnum(['fails', 'healthy'], {
      description: 'What it means where there is no series.',
      default: 'fails',
    }),
  },
  { ...strict, title: 'Prometheus', description: 'With `failing_for`: over a threshold for a time.' },
);

const containerProbe = Type.Object(
  {
    type: Type.Literal('container'),
    container: Type.String({ description: 'Name or id.', pattern: '^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$' }),
  },
  { ...strict, title: 'Container', description: 'Fails where it does not run, or its own health check fails.' },
);

const alertsProbe = Type.Object(
  {
    type: Type.Literal('alerts'),
    labels: Type.Record(Type.String(), Type.String({ minLength: 1, maxLength: 200 }), {
      description: 'Fails while a group of alerts with these labels fires; `*` stands for any characters.',
      default: {},
      maxProperties: 20,
    }),
  },
  { ...strict, title: 'Alerts of others', description: 'Told by a hook of the form `alertmanager`, not asked for.' },
);

const asked = [httpProbe, tcpProbe, processProbe, tlsProbe, diskProbe, prometheusProbe, containerProbe] as const;

/** What can be asked at any time. */
export const askedProbe = Type.Union([...asked]);
/** How a target tells that it is well. */
export const probe = Type.Union([...asked, alertsProbe]);
