import { join } from 'node:path';
import type { Environment } from '../infra/config';
import { exists, readOptional, writePrivate } from '../stack/files';
import { readCredentials, reduceToCredentials } from '../stack/stack-file';
import type { Keys } from './backup-line';

/** The keys of an installation: those of the environment, or else those that its stack keeps in its home. */
export async function readKeys(env: Environment, home: string): Promise<Keys> {
  const secretKey = env.SECRET_KEY ?? (await readOptional(join(home, 'secret-key')))?.trim();
  const evidenceKey = await readOptional(env.EVIDENCE_KEY_FILE ?? join(home, 'evidence-key.pem'));
  const credentials = await readCredentials(home);
  return {
    ...(secretKey ? { secretKey } : {}),
    ...(env.SECRET_KEY_PREVIOUS === undefined ? {} : { secretKeyPrevious: env.SECRET_KEY_PREVIOUS }),
    ...(env.YMERA_ENCRYPTION_KEY === undefined ? {} : { encryptionKey: env.YMERA_ENCRYPTION_KEY }),
    ...(evidenceKey ? { evidenceKey } : {}),
    ...(credentials === null ? {} : { credentials }),
  };
}

/** Which of a home's own keys are there: a restore must not replace them. */
export async function keysIn(home: string): Promise<string[]> {
  const names = ['secret-key', 'evidence-key.pem'];
  const there = await Promise.all(names.map((name) => exists(join(home, name))));
  return names.filter((_, i) => there[i]);
}

/**
 * Puts keys where a stack of that home looks for them, mode 0600. What only an environment can hold goes into `restored.env`.
 * @returns the names of variables that whoever starts the processes has to give them
 */
export async function writeKeys(home: string, keys: Keys): Promise<string[]> {
  if (keys.secretKey !== undefined) await writePrivate(join(home, 'secret-key'), `${keys.secretKey}\n`);
  if (keys.evidenceKey !== undefined) await writePrivate(join(home, 'evidence-key.pem'), keys.evidenceKey);
  if (keys.credentials) await reduceToCredentials(home, keys.credentials);
  const variables = Object.entries({
    SECRET_KEY_PREVIOUS: keys.secretKeyPrevious,
    YMERA_ENCRYPTION_KEY: keys.encryptionKey,
  }).filter((entry): entry is [string, string] => entry[1] !== undefined);
  if (variables.length > 0) {
    await writePrivate(join(home, 'restored.env'), variables.map(([name, value]) => `${name}=${value}\n`).join(''));
  }
  return variables.map(([name]) => name);
}
