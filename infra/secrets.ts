import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

/** Where secrets are kept that runbooks name as `secret://name`. */
export interface SecretStore {
  /**
   * @returns the secret's value, or undefined where there is none of this name
   * @throws SecretError where there is one that must not be used
   */
  get(name: string): Promise<string | undefined>;
}

/** A secret that is there and must not be used as it is. The message never holds any of it. */
export class SecretError extends Error {
  readonly code = 'secret_refused';
  constructor(message: string) {
    super(message);
    this.name = 'SecretError';
  }
}

const namePattern = /^[a-z0-9][a-z0-9_-]{0,62}$/;
const mostBytes = 65_536;

export function isSecretName(name: string): boolean {
  return namePattern.test(name);
}

/** Secrets of the environment: `api-token` is `YMERA_SECRET_API_TOKEN`. An empty variable counts as absent. */
export function environmentSecrets(env: NodeJS.ProcessEnv): SecretStore {
  return {
    get: async (name) => {
      if (!isSecretName(name)) return undefined;
      return env[`YMERA_SECRET_${name.toUpperCase().replaceAll('-', '_')}`] || undefined;
    },
  };
}

/** Secrets in files of one folder, named as they are. One newline at the end is not part of the secret. */
export function fileSecrets(folder: string): SecretStore {
  return {
    get: async (name) => (isSecretName(name) ? readSecret(join(folder, name), name) : undefined),
  };
}

/** The first store that knows a name answers. */
export function firstOf(...stores: SecretStore[]): SecretStore {
  return {
    async get(name) {
      for (const store of stores) {
        const value = await store.get(name);
        if (value !== undefined) return value;
      }
      return undefined;
    },
  };
}

async function readSecret(path: string, name: string): Promise<string | undefined> {
  let file;
  try {
    // Secrets that a cluster mounts are symbolic links: it is the file behind one whose mode is looked at. Not waiting for
    // a writer, should it be a pipe.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new SecretError(`the secret ${name} can not be read: ${code}`);
  }
  try {
    const { mode, size } = await file
      .stat()
      .then((stats) => ({ mode: stats.isFile() ? stats.mode : null, size: stats.size }));
    if (mode === null) throw new SecretError(`the secret ${name} is not a file`);
    if ((mode & 0o007) !== 0) throw new SecretError(`the file of the secret ${name} is open to everybody: chmod o= it`);
    if (size > mostBytes) throw new SecretError(`the secret ${name} is larger than ${mostBytes} bytes`);
    return (await file.readFile('utf8')).replace(/\r?\n$/, '') || undefined;
  } finally {
    await file.close();
  }
}
