import { homedir } from 'node:os';
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
  tofu?: string;
  kubernetes?: { config: string; allowed: { context: string; namespace: string }[] };
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
    ...(env.YMERA_TOFU === undefined ? {} : { tofu: env.YMERA_TOFU }),
    ...(env.YMERA_KUBERNETES === undefined ? {} : { kubernetes: clusters(env, env.YMERA_KUBERNETES) }),
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

/** `context/namespace`, several separated by commas; the name of a context may itself hold slashes. */
function clusters({ YMERA_KUBECONFIG }: Environment, list: string): NonNullable<AllowedHere['kubernetes']> {
  const allowed = list.split(',').map((one) => {
    const at = one.lastIndexOf('/');
    return { context: one.slice(0, at).trim(), namespace: one.slice(at + 1).trim() };
  });
  return { config: resolve(YMERA_KUBECONFIG ?? join(homedir(), '.kube/config')), allowed };
}

function folders(list: string): string[] {
  return list
    .split(',')
    .map((folder) => folder.trim())
    .filter((folder) => folder !== '')
    .map((folder) => resolve(folder));
}
