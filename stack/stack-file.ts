import { join } from 'node:path';
import { readJson, writePrivate } from './files';

/** A process of the stack. */
export type Role = 'temporal' | 'nats' | 'redis' | 'postgres' | 'worker' | 'projector' | 'evidence' | 'api';

export interface Credentials {
  username: string;
  password: string;
}

/** What outside programs learn about a running stack. URLs include the passwords of the embedded servers. */
export interface StackFile {
  api: string;
  ws: string;
  console: string;
  /** `ui` is null for a Temporal that is not this stack's own. */
  temporal: { address: string; namespace: string; ui: string | null };
  nats: string;
  redis: string;
  postgres: string;
  /** Where Prometheus finds what each process tells of itself, `temporal` null for one that is not this stack's own. */
  metrics: {
    api: string;
    worker: string;
    /** What Temporal's core tells inside of the worker. */
    workerCore: string;
    projector: string;
    evidence: string;
    temporal: string | null;
  };
  credentials: Credentials;
  /** Null for a server that is not this stack's own. */
  pids: Record<Role, number | null>;
}

/** Path of `stack.json` in a home. */
export function stackFilePath(home: string): string {
  return join(home, 'stack.json');
}

/** The admin's credentials that an earlier run of this stack has left, or null. */
export async function readCredentials(home: string): Promise<Credentials | null> {
  const file = (await readJson(stackFilePath(home))) as Partial<StackFile> | null;
  const { username, password } = file?.credentials ?? {};
  return typeof username === 'string' && typeof password === 'string' ? { username, password } : null;
}

/** Publishes the running stack. Readable by its owner only; a reader never sees half of it. */
export function writeStackFile(home: string, content: StackFile): Promise<void> {
  return writePrivate(stackFilePath(home), `${JSON.stringify(content, null, 2)}\n`);
}

/** Leaves nothing but the credentials, so that whoever waits for addresses does not see those of a stack that is gone. */
export function reduceToCredentials(home: string, credentials: Credentials | null): Promise<void> {
  const content = credentials === null ? {} : { credentials };
  return writePrivate(stackFilePath(home), `${JSON.stringify(content, null, 2)}\n`);
}
