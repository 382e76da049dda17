import type Docker from 'dockerode';
import type { ContainerCreateOptions, ContainerInfo } from 'dockerode';
import { type Static } from '@sinclair/typebox';
import { hashOf } from '../../../actors/core/hash-chain';
import { containerEngine } from '../../../infra/containers';
import { ActionError, type PlanContext } from '../action';
import type { Build, Instance, ServiceHost } from './host';
import type { containersBuild } from './service';

type Wanted = Static<typeof containersBuild>;

const label = (name: string): string => `ymera.${name}`;

/** @throws ActionError `not_allowed` where this worker has no engine */
export function engineOf({ settings }: Pick<PlanContext, 'settings'>): Docker {
  if (settings.containers === undefined) throw new ActionError('not_allowed', 'this worker has no container engine');
  return containerEngine(settings.containers);
}

/**
 * One container for each instance and release, named after both; it is what runs, and what is started again to go back.
 * @param stopWithin seconds
 */
export function containersHost(docker: Docker, service: string, stopWithin: number): ServiceHost {
  const all = async (): Promise<ContainerInfo[]> => {
    const found = await known(
      docker.listContainers({ all: true, filters: { label: [`${label('service')}=${service}`] } }),
    );
    return found.sort((a, b) => b.Created - a.Created);
  };
  const stopOne = async ({ Id }: ContainerInfo): Promise<void> => {
    await known(docker.getContainer(Id).stop({ t: stopWithin }), [304, 404]);
  };
  return {
    async running() {
      const live = (await all()).filter(({ State }) => State === 'running');
      return new Map(live.map(instanceOf).map((one) => [one.instance, one]));
    },
    kept: async () => (await all()).map(instanceOf),
    async start(instance, release) {
      const container = docker.getContainer(nameOf(service, instance, release));
      // Docker answers 304 where it runs already.
      if (
        (await known(
          container.start().then(() => true),
          [304, 404],
        )) !== null
      )
        return;
      if ((await known(container.inspect(), [404])) === null) {
        throw new ActionError('gone', `release ${release} of ${service} is not kept any more`);
      }
    },
    async stop(instance) {
      const live = (await all()).filter((one) => one.State !== 'exited' && one.State !== 'created');
      for (const one of live) if (instanceOf(one).instance === instance) await stopOne(one);
    },
    async lastWords(instance, release) {
      const container = docker.getContainer(nameOf(service, instance, release));
      const frames = await known(container.logs({ stdout: true, stderr: true, tail: 50 }), [404]);
      return frames === null ? '' : textOf(frames).slice(-4000);
    },
    async discard(releases) {
      for (const one of await all()) {
        if (releases.has(instanceOf(one).release))
          await known(docker.getContainer(one.Id).remove({ force: true }), [404]);
      }
    },
  };
}

/**
 * Pins what is wanted: the image by its id, which covers all that is in it.
 * @param ports of the instances, on this machine
 * @throws ActionError `not_found` where the engine does not have the image
 */
export async function containersBuildOf(
  docker: Docker,
  service: string,
  wanted: Wanted,
  ports: readonly number[],
  run: string,
): Promise<Build> {
  const found = await known(docker.getImage(wanted.image).inspect(), [404]);
  if (found === null) throw new ActionError('not_found', `the container engine has no image ${wanted.image}`);
  const image = found.Id;
  const { command, env, port, network, memory_mb: memory, cpus } = wanted;
  const release = hashOf({ image, command, env, port, network, memory, cpus, ports }).slice(0, 12);
  const limits = { ...(memory === undefined ? {} : { memory_mb: memory }), ...(cpus === undefined ? {} : { cpus }) };
  return {
    release,
    version: wanted.image,
    shown: {
      image: wanted.image,
      id: image,
      digests: [...(found.RepoDigests ?? [])].sort(),
      command,
      env,
      network,
      ...limits,
    },
    async make(instance) {
      const name = nameOf(service, instance, release);
      const outside = ports[instance] as number;
      const labels = {
        service,
        instance: String(instance),
        release,
        version: wanted.image,
        port: String(outside),
        run,
      };
      // 409: it is there, from before or from a try whose worker was lost.
      await known(docker.createContainer({ name, ...optionsOf(wanted, image, outside, labels) }), [409]);
    },
  };
}

function optionsOf(
  { command, env, port, network, memory_mb: memory, cpus }: Wanted,
  image: string,
  outside: number,
  labels: Record<string, string>,
): ContainerCreateOptions {
  const bridged = network === 'bridge';
  const inside = `${port}/tcp`;
  return {
    Image: image,
    ...(command.length > 0 ? { Cmd: command } : {}),
    Env: Object.entries({ ...env, PORT: String(bridged ? port : outside) }).map(([key, value]) => `${key}=${value}`),
    Labels: Object.fromEntries(Object.entries(labels).map(([key, value]) => [label(key), value])),
    ...(bridged ? { ExposedPorts: { [inside]: {} } } : {}),
    HostConfig: {
      NetworkMode: network,
      ...(bridged ? { PortBindings: { [inside]: [{ HostIp: '127.0.0.1', HostPort: String(outside) }] } } : {}),
      ...(memory === undefined ? {} : { Memory: memory * 1_048_576 }),
      ...(cpus === undefined ? {} : { NanoCpus: Math.round(cpus * 1e9) }),
    },
  };
}

function nameOf(service: string, instance: number, release: string): string {
  return `${service}-${instance}-${release}`;
}

function instanceOf({ Labels: labels }: ContainerInfo): Instance {
  const of = (name: string): string => labels[label(name)] ?? '';
  return {
    instance: Number(of('instance')),
    release: of('release'),
    version: of('version'),
    port: Number(of('port')),
    run: of('run'),
  };
}

/**
 * The engine's answer, or null where it answers with one of these statuses.
 * @throws ActionError `engine_failed`
 */
async function known<T>(answer: Promise<T>): Promise<T>;
async function known<T>(answer: Promise<T>, fine: readonly number[]): Promise<T | null>;
async function known<T>(answer: Promise<T>, fine: readonly number[] = []): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    const { statusCode, message } = error as { statusCode?: number; message: string };
    if (statusCode !== undefined && fine.includes(statusCode)) return null;
    throw new ActionError('engine_failed', `the container engine: ${message.replace(/\s+/g, ' ').slice(0, 500)}`);
  }
}

/** Output comes in frames of an eight-byte head, which holds the length of what follows, and that. */
function textOf(frames: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at + 8 <= frames.length;) {
    const end = at + 8 + frames.readUInt32BE(at + 4);
    parts.push(frames.subarray(at + 8, end));
    at = end;
  }
  return Buffer.concat(parts).toString('utf8');
}
