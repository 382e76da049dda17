import { isSecretName, SecretError, type SecretStore } from '../infra/secrets';
import { ActionError } from './actions/action';

/** A reference ends where its name does: `Bearer secret://token`, `https://me:secret://token@host/`. */
const reference = /secret:\/\/([a-z0-9][a-z0-9_-]*)?/g;

/**
 * A copy of a JSON value with every `secret://name` in its strings replaced by what it stands for, and the values it took.
 * Names of members are left as they are.
 * @throws ActionError `unknown_secret`, naming the secret and never a value
 */
export async function resolveSecrets(
  value: unknown,
  store: SecretStore,
): Promise<{ value: unknown; secrets: string[] }> {
  const found = new Map<string, string>();
  for (const name of namesIn(value)) found.set(name, await lookUp(name, store));
  if (found.size === 0) return { value, secrets: [] };
  const resolved = mapStrings(value, (text) => text.replace(reference, (_, name: string) => found.get(name) as string));
  return { value: resolved, secrets: [...found.values()] };
}

/**
 * The value with what reads as a reference made harmless. Outputs pass through here: one that comes from outside must not
 * have a later step hand a secret to whoever wrote it.
 */
export function withoutReferences(value: unknown): unknown {
  return mapStrings(value, (text) => text.replaceAll('secret://', 'secret-reference:'));
}

function namesIn(value: unknown): Set<string> {
  const names = new Set<string>();
  mapStrings(value, (text) => {
    for (const [, name = ''] of text.matchAll(reference)) names.add(name);
    return text;
  });
  return names;
}

async function lookUp(name: string, store: SecretStore): Promise<string> {
  if (!isSecretName(name)) throw new ActionError('unknown_secret', 'a reference to a secret has no valid name');
  try {
    const value = await store.get(name);
    if (value !== undefined) return value;
  } catch (error) {
    if (error instanceof SecretError) throw new ActionError('unknown_secret', error.message);
    throw error;
  }
  throw new ActionError('unknown_secret', `there is no secret ${name}`);
}

function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapStrings(item, change)]));
}
