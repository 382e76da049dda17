import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../stack/ports';
import { endsWithParent } from '../../stack/parent-death';
import { until } from './api-client';

/** A program of a test: where it answers, and its end. */
export interface Monitor {
  url: string;
  end(): Promise<void>;
}

/**
 * A real Prometheus.
 * @param config JSON, which is YAML, without `global`
 * @param every how often it scrapes and judges
 */
export async function startPrometheus(file: string, dir: string, config: object, every = '1s'): Promise<Monitor> {
  const global = { scrape_interval: every, scrape_timeout: every, evaluation_interval: every };
  return start(file, dir, 'prometheus', { global, ...config }, (port, home) => [
    `--storage.tsdb.path=${join(home, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]);
}

/** A real Alertmanager, of no cluster. @param config JSON, which is YAML */
export async function startAlertmanager(file: string, dir: string, config: object): Promise<Monitor> {
  return start(file, dir, 'alertmanager', config, (port, home) => [
    `--storage.path=${join(home, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--cluster.listen-address=',
  ]);
}

async function start(
  file: string,
  dir: string,
  name: string,
  config: object,
  more: (port: number, home: string) => string[],
): Promise<Monitor> {
  const home = join(dir, name);
  mkdirSync(home, { recursive: true });
  const configFile = join(home, 'config.yml');
  writeFileSync(configFile, JSON.stringify(config));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const argv: [string, ...string[]] = [file, `--config.file=${configFile}`, '--log.level=error', ...more(port, home)];
  const [command, ...args] = await endsWithParent(argv, 'SIGKILL');
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const exited = once(child, 'exit');
  const ready = (): Promise<boolean> =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until(ready, name, 20_000);
  return {
    url,
    end: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
