import { randomBytes } from 'node:crypto';
import { cp, lstat, mkdir, open, readdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Static } from '@sinclair/typebox';
import { hashOf } from '../../../actors/core/hash-chain';
import { ActionError, type PlanContext } from '../action';
import { allowedExecutable } from '../executables';
import { isSame, processFacts, processOfFile, type ProcessFacts } from '../process-facts';
import { checkedVariables } from '../program-environment';
import { allowedPath } from '../roots';
import { artifactDigest } from './artifact';
import type { Build, Instance, ServiceHost } from './host';
import { startDetached } from './process-start';
import type { processesBuild } from './service';

type Wanted = Static<typeof processesBuild>;

/** What a release is started by. Its folder may be looked into by its owner only, since the environment may hold secrets. */
interface Kept {
  release: string;
  version: string;
  run: string;
  argv: string[];
  env: Record<string, string>;
  ports: number[];
  /** Epoch ms. */
  made: number;
}

const lookEveryMs = 25;

/**
 * A service as processes of this machine, in a folder of its own: `releases/<id>` holds what was copied and how it is started,
 * `instances/<n>` a link `current` to one of them, a pid file and a log.
 * @param folder absolute, and allowed
 * @param stopWithin seconds
 */
export function processesHost(folder: string, stopWithin: number, context: PlanContext): ServiceHost {
  const releases = join(folder, 'releases');
  const at = (instance: number): string => join(folder, 'instances', String(instance));
  const keptReleases = async (): Promise<Kept[]> => {
    const names = (await readdir(releases).catch(() => [])).filter((name) => /^[0-9a-f]{12}$/.test(name));
    const all = await Promise.all(names.map((name) => keptAt(join(releases, name))));
    return all.filter((one) => one !== null).sort((a, b) => b.made - a.made);
  };
  const instancesOf = ({ release, version, run, ports }: Kept): Instance[] =>
    ports.map((port, instance) => ({ instance, release, version, port, run }));

  return {
    async running() {
      const found = new Map<number, Instance>();
      for (const name of await readdir(join(folder, 'instances')).catch(() => [])) {
        const instance = Number(name);
        if ((await runningAt(at(instance))) === null) continue;
        const release = basename(await readlink(join(at(instance), 'current')).catch(() => ''));
        const kept = await keptAt(join(releases, release));
        const one = kept && instancesOf(kept)[instance];
        if (one) found.set(instance, one);
      }
      return found;
    },
    kept: async () => (await keptReleases()).flatMap(instancesOf),

    async start(instance, release) {
      const kept = await keptAt(join(releases, release));
      const port = kept?.ports[instance];
      if (!kept || port === undefined) throw new ActionError('gone', `release ${release} is not kept any more`);
      const [program = '', ...args] = kept.argv;
      const file = allowedExecutable(program, context.settings.executables);
      const place = at(instance);
      await mkdir(place, { recursive: true, mode: 0o700 });
      await pointTo(join(place, 'current'), join('..', '..', 'releases', release));
      await startDetached({
        argv: [file, ...args],
        cwd: join(releases, release, 'files'),
        env: { ...kept.env, PORT: String(port) },
        pidFile: join(place, 'pid'),
        log: join(place, 'log'),
      });
    },

    async stop(instance) {
      const live = await runningAt(at(instance));
      if (live) await end(live, stopWithin);
      await rm(join(at(instance), 'pid'), { force: true });
    },

    lastWords: (instance) => tailOf(join(at(instance), 'log')),

    async discard(old) {
      for (const release of old) await rm(join(releases, release), { recursive: true, force: true });
    },
  };
}

/**
 * Pins what is wanted: the artifact by a digest of all that is in it.
 * @throws ActionError `not_allowed`, `not_found`; `changed` from `make` where it is another one by then
 */
export async function processesBuildOf(
  folder: string,
  wanted: Wanted,
  ports: number[],
  context: PlanContext,
): Promise<Build> {
  const { argv } = wanted;
  const env = checkedVariables(wanted.env);
  allowedExecutable(argv[0] as string, context.settings.executables);
  const source = await allowedPath(wanted.artifact, 'read', context);
  const artifact = await artifactDigest(source, context.signal);
  const release = hashOf({ artifact, argv, env, ports }).slice(0, 12);
  const version = wanted.version ?? artifact.slice(0, 12);
  return {
    release,
    version,
    shown: { artifact: wanted.artifact, sha256: artifact, argv, env },
    async make() {
      const place = join(folder, 'releases', release);
      if (await keptAt(place)) return;
      const beside = `${place}.${randomBytes(4).toString('hex')}`;
      await mkdir(beside, { recursive: true, mode: 0o700 });
      const files = join(beside, 'files');
      const copy = (await lstat(source)).isDirectory() ? files : join(files, basename(source));
      await cp(source, copy, { recursive: true, verbatimSymlinks: true });
      if ((await artifactDigest(copy, context.signal)) !== artifact) {
        await rm(beside, { recursive: true, force: true });
        throw new ActionError('changed', `${wanted.artifact} has changed while it was copied`);
      }
      const kept: Kept = { release, version, run: context.runId, argv, env, ports, made: Date.now() };
      await writeFile(join(beside, 'release.json'), JSON.stringify(kept), { mode: 0o600, flush: true });
      await rename(beside, place);
    },
  };
}

async function keptAt(folder: string): Promise<Kept | null> {
  const text = await readFile(join(folder, 'release.json'), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as Kept);
}

async function runningAt(place: string): Promise<ProcessFacts | null> {
  return processOfFile(join(place, 'pid')).catch((error: unknown) => {
    if (error instanceof ActionError) return null;
    throw error;
  });
}

/** Its whole group, which it leads since it was started. */
async function end(live: ProcessFacts, seconds: number): Promise<void> {
  const signal = (name: NodeJS.Signals): void => {
    try {
      process.kill(-live.pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  const gone = async (deadline: number): Promise<boolean> => {
    while (isSame(live, await processFacts(live.pid))) {
      if (Date.now() > deadline) return false;
      await delay(lookEveryMs);
    }
    return true;
  };
  signal('SIGTERM');
  if (await gone(Date.now() + seconds * 1000)) return;
  signal('SIGKILL');
  if (!(await gone(Date.now() + 5000))) throw new ActionError('still_running', `process ${live.pid} does not end`);
}

/** A link is there as it was or as it is to be, never missing. */
async function pointTo(link: string, target: string): Promise<void> {
  const beside = `${link}.new`;
  await rm(beside, { force: true });
  await symlink(target, beside);
  await rename(beside, link);
}

async function tailOf(path: string): Promise<string> {
  const file = await open(path).catch(() => null);
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - 4000);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4000), 0, 4000, from);
    return buffer.subarray(0, bytesRead).toString('utf8');
  } finally {
    await file.close();
  }
}
