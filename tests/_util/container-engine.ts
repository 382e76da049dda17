import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type Docker from 'dockerode';
import { containerEngine } from '../../infra/containers';
import { endsWithParent } from '../../stack/parent-death';
import { until } from './api-client';

/** Podman's Docker API for one test file: its images and containers are nobody else's. */
export interface TestEngine {
  /** For `YMERA_CONTAINERS`. */
  address: string;
  docker: Docker;
  /**
   * Makes an image of busybox that serves files at port 8080, or does something else.
   * @param name such as `localhost/web:1`
   * @returns its id
   */
  image(name: string, files: Record<string, string>, command?: string[]): string;
  /** Ends all containers and removes everything. */
  end(): Promise<void>;
}

/** The first process of a container ends on SIGTERM only where it asks to. */
const serves = ['/bin/sh', '-c', 'trap "exit 0" TERM; /bin/busybox httpd -f -p 8080 -h /www & wait'];

export async function startTestEngine({
  podman,
  runc,
  busybox,
}: Record<'podman' | 'runc' | 'busybox', string>): Promise<TestEngine> {
  const dir = mkdtempSync(join(tmpdir(), 'ymera-containers-'));
  const conf = join(dir, 'containers.conf');
  // Where limits can't be raised, containers must not ask for more than there are.
  writeFileSync(conf, '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n');
  const env = { ...process.env, CONTAINERS_CONF: conf };
  const place = ['--root', join(dir, 'root'), '--runroot', join(dir, 'run'), '--storage-driver', 'vfs'];
  const global = [...place, '--cgroup-manager', 'cgroupfs', '--runtime', runc];
  const socket = join(dir, 'api.sock');
  const [file, ...args] = await endsWithParent(
    [podman, ...global, 'system', 'service', '--time', '0', `unix://${socket}`],
    'SIGTERM',
  );
  const child = spawn(file, args, { env, stdio: 'ignore' });
  const exited = once(child, 'exit');
  const address = `unix://${socket}`;
  const docker = containerEngine(address);
  await until(
    () =>
      docker.ping().then(
        () => true,
        () => false,
      ),
    'the container engine',
    30_000,
  );
  let images = 0;
  return {
    address,
    docker,
    image(name, files, command = serves) {
      const root = join(dir, `image-${(images += 1)}`);
      mkdirSync(join(root, 'bin'), { recursive: true });
      cpSync(busybox, join(root, 'bin/busybox'));
      symlinkSync('busybox', join(root, 'bin/sh'));
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(join(root, dirname(path)), { recursive: true });
        writeFileSync(join(root, path), text);
      }
      const tar = `${root}.tar`;
      execFileSync('tar', ['-C', root, '-cf', tar, '.']);
      const change = `CMD ${JSON.stringify(command)}`;
      const said = execFileSync(podman, [...global, 'import', '--quiet', '--change', change, tar, name], { env });
      return said.toString().trim();
    },
    async end() {
      for (const { Id } of await docker.listContainers({ all: true })) {
        await docker.getContainer(Id).remove({ force: true });
      }
      child.kill('SIGTERM');
      await exited;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
