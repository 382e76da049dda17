import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { isAtLeast, readVersion } from './binaries/installed';
import { isProgram } from '../infra/programs';

export type ToolName =
  | 'podman'
  | 'runc'
  | 'busybox'
  | 'prometheus'
  | 'promtool'
  | 'alertmanager'
  | 'nginx'
  | 'git'
  | 'tofu'
  | 'kustomize'
  | 'temporal-server'
  | 'temporal-sql-tool'
  | 'chromium';

/** A program of others that an ability works with. A stack runs without it; whoever uses that ability needs it. */
export interface Tool {
  /** Names to look for, the preferred one first. */
  names: readonly string[];
  /** The variable that names the program itself. */
  variable: string;
  /** Makes it print its version. */
  versionArgument: string;
  /** Oldest version that will do, or null where any will. */
  minimum: readonly [major: number, minor: number] | null;
  /** What for, in a few words. */
  use: string;
  /** One line for people: how to get it. */
  install: string;
}

/** Every tool there is, and the only list of them. */
export const tools: Readonly<Record<ToolName, Tool>> = {
  podman: {
    names: ['podman'],
    variable: 'PODMAN',
    versionArgument: '--version',
    minimum: [4, 0],
    use: 'containers, through the Docker API (`podman system service`)',
    install: 'apt-get install podman',
  },
  runc: {
    names: ['runc', 'crun'],
    variable: 'RUNC',
    versionArgument: '--version',
    minimum: [1, 0],
    use: 'runs the containers of podman',
    install: 'apt-get install runc',
  },
  busybox: {
    names: ['busybox'],
    variable: 'BUSYBOX',
    versionArgument: '--help',
    minimum: null,
    use: 'makes small images',
    install: 'apt-get install busybox-static',
  },
  prometheus: {
    names: ['prometheus'],
    variable: 'PROMETHEUS',
    versionArgument: '--version',
    minimum: [2, 30],
    use: 'measures: probes, gates and baselines',
    install: 'apt-get install prometheus',
  },
  promtool: {
    names: ['promtool'],
    variable: 'PROMTOOL',
    versionArgument: '--version',
    minimum: [2, 30],
    use: 'checks the rules of deploy/prometheus',
    install: 'apt-get install prometheus',
  },
  alertmanager: {
    names: ['alertmanager', 'prometheus-alertmanager'],
    variable: 'ALERTMANAGER',
    versionArgument: '--version',
    minimum: [0, 22],
    use: 'takes alerts and sends them',
    install: 'apt-get install prometheus-alertmanager',
  },
  nginx: {
    names: ['nginx'],
    variable: 'NGINX',
    versionArgument: '-v',
    minimum: [1, 18],
    use: 'a service to deploy and to watch',
    install: 'apt-get install nginx-light',
  },
  git: {
    names: ['git'],
    variable: 'GIT',
    versionArgument: '--version',
    minimum: [2, 30],
    use: 'repositories',
    install: 'apt-get install git',
  },
  tofu: {
    names: ['tofu', 'terraform'],
    variable: 'TOFU',
    versionArgument: '--version',
    minimum: [1, 6],
    use: 'provisions infrastructure',
    install: 'https://opentofu.org/docs/intro/install, or with Go: .ci/tools tofu',
  },
  kustomize: {
    names: ['kustomize'],
    variable: 'KUSTOMIZE',
    versionArgument: 'version',
    minimum: [5, 0],
    use: 'builds the manifests of deploy/kubernetes',
    install: 'https://kubectl.docs.kubernetes.io/installation/kustomize, or with Go: .ci/tools kustomize',
  },
  'temporal-server': {
    names: ['temporal-server'],
    variable: 'TEMPORAL_SERVER',
    versionArgument: '--version',
    minimum: [1, 29],
    use: "Temporal's production server, for the tests and benches on PostgreSQL",
    install: 'the image temporalio/server has it; or with Go, some ten minutes: .ci/tools temporal-server',
  },
  'temporal-sql-tool': {
    names: ['temporal-sql-tool'],
    variable: 'TEMPORAL_SQL_TOOL',
    versionArgument: '--version',
    minimum: [1, 29],
    use: "makes the schema of Temporal's production server",
    install: 'the image temporalio/admin-tools has it; or with Go: .ci/tools temporal-server',
  },
  chromium: {
    names: ['chromium', 'chromium-browser', 'google-chrome'],
    variable: 'CHROMIUM',
    versionArgument: '--version',
    minimum: [123, 0],
    use: 'shows the console to its tests',
    install: 'apt-get install chromium',
  },
};

export type FoundTool = { file: string; version: string } | { problem: string };

/** Where programs lie though they are not on PATH: those of the system's administrator, and what `go install` made. */
const extraFolders = ['/usr/local/bin', '/usr/sbin', '/sbin', join(homedir(), 'go/bin')];

/**
 * Looks for a tool: the file that its variable names, which is binding, then along PATH and some folders more, taking the first
 * that is new enough.
 * @returns its absolute path and version, or why it can't be had, in one line
 */
export function findTool(name: ToolName, env: NodeJS.ProcessEnv = process.env, extra = extraFolders): FoundTool {
  const tool = tools[name];
  const given = env[tool.variable];
  if (given)
    return isProgram(given) ? checkedTool(tool, given) : { problem: `${tool.variable}=${given} is no program` };
  const folders = [...(env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''), ...extra];
  const files = tool.names.flatMap((program) => folders.map((folder) => join(folder, program))).filter(isProgram);
  let problem = `there is no ${tool.names.join(' or ')}`;
  for (const file of new Set(files)) {
    const found = checkedTool(tool, file);
    if ('file' in found) return found;
    problem = found.problem;
  }
  return { problem };
}

function checkedTool({ versionArgument, minimum }: Tool, file: string): FoundTool {
  const { stdout, stderr } = spawnSync(file, [versionArgument], { encoding: 'utf8', timeout: 10_000 });
  const version = readVersion(`${stdout ?? ''}${stderr ?? ''}`);
  if (version === null) return { problem: `${file} tells no version` };
  const text = version.join('.');
  if (minimum === null || isAtLeast(version, minimum)) return { file, version: text };
  return { problem: `${file} has version ${text}, ${minimum.join('.')} or newer is needed` };
}
