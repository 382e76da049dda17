import { join, resolve } from 'node:path';
import type { Environment } from '../infra/config';
import { environmentSecrets, fileSecrets, firstOf, type SecretStore } from '../infra/secrets';
import { storeSettings, type StoreSettings } from '../infra/store/stores';

/** What actions may do on this worker. */
export interface AllowedHere {
  executables: string[] | 'any';
  readRoots: string[];
  writeRoots: string[];
  workspace: string;
  store: StoreSettings;
  containers?: string;
}

/** Any program while developing, none in production unless named; no file but those of the roots. */
export function actionSettings(env: Environment): AllowedHere {
  const workspace = resolve(env.YMERA_WORKSPACE ?? join(env.YMERA_HOME, 'workspace'));
  return {
    executables: executables(env),
    readRoots: [...folders(env.YMERA_READ_ROOTS), ...folders(env.YMERA_WRITE_ROOTS), workspace],
    writeRoots: [...folders(env.YMERA_WRITE_ROOTS), workspace],
    workspace,
    store: storeSettings(env),
    ...(env.YMERA_CONTAINERS === undefined ? {} : { containers: env.YMERA_CONTAINERS }),
  };
}

/** Secrets by name: from the environment, then from files. */
export function secretsOf({ YMERA_SECRETS_DIR, YMERA_HOME }: Environment): SecretStore {
  return firstOf(
    environmentSecrets(process.env),
    fileSecrets(resolve(YMERA_SECRETS_DIR ?? join(YMERA_HOME, 'secrets'))),
  );
}

function executables({ YMERA_EXECUTABLES, ENVIRONMENT }: Environment): string[] | 'any' {
  if (YMERA_EXECUTABLES !== undefined) return YMERA_EXECUTABLES.split(',').map((name) => name.trim());
  return ENVIRONMENT === 'production' ? [] : 'any';
}

function folders(list: string): string[] {
  return list
    .split(',')
    .map((folder) => folder.trim())
    .filter((folder) => folder !== '')
    .map((folder) => resolve(folder));
}
