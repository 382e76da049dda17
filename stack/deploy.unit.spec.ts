import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentSchema } from '../infra/config';
import { projectRoot } from '../infra/paths';
import * as catalogue from './binaries/catalogue';

const read = (file: string): string => readFileSync(join(projectRoot, file), 'utf8');

interface Service {
  image: string;
  healthcheck?: { test?: string[]; disable?: boolean };
  ports?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
}

const { load } = jest.requireActual<{ load: (text: string) => { services: Record<string, Service> } }>('js-yaml');
const compose = read('docker-compose.yml');
const { services } = load(compose);
const entries = Object.entries(services);
const oneShots = ['temporal-schema', 'temporal-namespace', 'migrate'];
const composeVariables = new Set([...compose.matchAll(/\$\{(\w+)/g)].map((match) => match[1] as string));

describe('.env.example', () => {
  const listed = [...read('.env.example').matchAll(/^# ([A-Z][A-Z_]+)=/gm)].map((match) => match[1] as string);

  it('lists each variable of the schema, of the server programs and of docker compose once, and no other', () => {
    const binaries = [catalogue.temporal, catalogue.nats, catalogue.redis, catalogue.postgres].map((p) => p.variable);
    const known = new Set([...Object.keys(environmentSchema.properties), ...binaries, ...composeVariables]);
    expect([...listed].sort()).toEqual([...known].sort());
  });

  it('shows the defaults of the schema', () => {
    const shown = new Map(
      [...read('.env.example').matchAll(/^# ([A-Z_]+)=(.+)$/gm)].map((match) => [match[1], match[2]]),
    );
    for (const [name, schema] of Object.entries(environmentSchema.properties)) {
      if ('default' in schema && schema.default !== '')
        expect([name, shown.get(name)]).toEqual([name, String(schema.default)]);
    }
  });

  it('sets nothing', () => {
    expect(read('.env.example')).not.toMatch(/^[^#\n]/m);
  });
});

describe('docker-compose.yml', () => {
  it.each(entries)('%s: its image is pinned by a version', (_, { image }) => {
    expect(image).toMatch(/^[\w./-]+:v?\d+\.?[\w.-]*$/);
  });

  it.each(entries.filter(([name]) => !oneShots.includes(name)))('%s has a health check', (_, { healthcheck }) => {
    expect(healthcheck?.test?.length).toBeGreaterThan(1);
  });

  it.each(entries)('%s publishes nothing beyond this machine', (_, { ports = [] }) => {
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it.each(entries)('%s waits until what it needs is healthy or done', (_, { depends_on: needs = {} }) => {
    for (const [name, { condition }] of Object.entries(needs)) {
      const expected = oneShots.includes(name) ? 'service_completed_successfully' : 'service_healthy';
      expect([name, condition]).toEqual([name, expected]);
    }
  });

  it.each(entries)('%s mounts only files that exist', (_, { volumes = [] }) => {
    for (const volume of volumes.filter((one) => one.startsWith('./'))) {
      expect(existsSync(join(projectRoot, volume.split(':')[0] as string))).toBe(true);
    }
  });

  it('has no default for any secret', () => {
    for (const [whole] of compose.matchAll(/\$\{\w*(?:PASSWORD|SECRET)\w*[^}]*\}/g))
      expect(whole).toMatch(/:\?set \w+ in|_PREVIOUS:-\}$/);
  });
});
