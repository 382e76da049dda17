import type { Effect } from '../core/effect';
import type { Recorded } from '../core/event';
import { hashOf } from '../core/hash-chain';
import type { ReportRun } from './commands';
import type { DevopsConfig, SettledConfig } from './config';
import type { LogConfig } from './logs-config';
import type { RepositoryConfig } from './repositories-config';
import type { SourceCommand, SourceEvent } from './sources-messages';

/** What the companion that reads logs and asks repositories is told. */
export interface FollowInput {
  agentId: string;
  /** Only grows: an older one that arrives late is dropped. */
  revision: number;
  logs: LogConfig[];
  repositories: RepositoryConfig[];
}

/** What an agent knows of its logs and repositories. */
export interface SourcesState {
  /** Sequence of the event that set the present ones. */
  revision: number;
  /** How many findings there have been: names the next one. */
  findings: number;
  /** Until when no run begins for a log. */
  cooling: Record<string, string>;
  repositories: Record<string, { url: string; heads: Record<string, string> }>;
}

const noSources: SourcesState = { revision: 0, findings: 0, cooling: {}, repositories: {} };

/** Reports made under older orders, and what is known already, mean nothing. */
export function decideSources(
  command: SourceCommand,
  sources: SourcesState | undefined,
  config: SettledConfig,
): SourceEvent[] {
  if (!sources || command.data.revision !== sources.revision) return [];
  switch (command.type) {
    case 'ReportFinding': {
      const { revision: _, ...finding } = command.data;
      const log = config.logs.find(({ name }) => name === finding.log);
      return log ? anomaly(finding, log, sources, command.time) : [];
    }
    case 'ReportHeads': {
      const repository = config.repositories.find(({ name }) => name === command.data.repository);
      return repository ? commits(command.data.heads, repository, sources) : [];
    }
  }
}

type Found = Omit<Extract<SourceCommand, { type: 'ReportFinding' }>['data'], 'revision'>;

function anomaly(
  finding: Found,
  { name: log, remediation }: LogConfig,
  sources: SourcesState,
  now: string,
): SourceEvent[] {
  const issue = `${logIssues(log)}${sources.findings + 1}`;
  const detected: SourceEvent = { type: 'LogAnomalyDetected', data: { ...finding, issue } };
  if (!remediation || now < (sources.cooling[log] ?? '')) return [detected];
  const cooldownUntil = new Date(Date.parse(now) + remediation.cooldown * 1000).toISOString();
  return [detected, { type: 'LogRunStarted', data: { log, issue, runbook: remediation.runbook, cooldownUntil } }];
}

function commits(
  heads: { branch: string; sha: string }[],
  { name, url }: RepositoryConfig,
  sources: SourcesState,
): SourceEvent[] {
  const known = sources.repositories[name];
  if (!known) return [{ type: 'RepositorySeen', data: { repository: name, url, heads } }];
  return heads
    .filter(({ branch, sha }) => known.heads[branch] !== sha)
    .map(({ branch, sha }) => {
      const before = known.heads[branch] ?? null;
      return { type: 'CommitDetected', data: { repository: name, branch, sha, before } };
    });
}

const logIssues = (log: string): string => `${log}-log-`;
const commitIssue = (branch: string, sha: string): string => `${branch}@${sha}`;

/** Whether a log or a commit has begun a run, as its issue says: a target may have the name of a log or a repository. */
export function isOfSource({ target, issue }: Pick<ReportRun, 'target' | 'issue'>): boolean {
  return issue.startsWith(logIssues(target)) || issue.includes('@');
}

/** The end of a run that a log or a commit has begun. */
export function sourceRunEnded(
  { target, issue, run, outcome, error }: ReportRun,
  config: SettledConfig,
): SourceEvent[] {
  const known = [...config.logs, ...config.repositories].some(({ name }) => name === target);
  if (!known) return [];
  const data = { source: target, issue, run, outcome, ...(error === undefined ? {} : { error }) };
  return [{ type: 'SourceRunEnded', data }];
}

/** The state after other orders. Undefined as long as there never was a log or a repository. */
export function reorderedSources(
  sources: SourcesState | undefined,
  { logs, repositories }: Partial<Pick<DevopsConfig, 'logs' | 'repositories'>>,
  revision: number,
): SourcesState | undefined {
  if (!sources && !logs?.length && !repositories?.length) return undefined;
  const before = sources ?? noSources;
  const kept = (repositories ?? []).flatMap(({ name, url }) => {
    const known = before.repositories[name];
    return known?.url === url ? [[name, known] as const] : [];
  });
  return { ...before, revision, repositories: Object.fromEntries(kept) };
}

export function evolveSources(sources: SourcesState = noSources, event: Recorded<SourceEvent>): SourcesState {
  switch (event.type) {
    case 'LogAnomalyDetected':
      return { ...sources, findings: sources.findings + 1 };
    case 'LogRunStarted':
      return { ...sources, cooling: { ...sources.cooling, [event.data.log]: event.data.cooldownUntil } };
    case 'RepositorySeen': {
      const { repository, url, heads } = event.data;
      const known = { url, heads: Object.fromEntries(heads.map(({ branch, sha }) => [branch, sha])) };
      return { ...sources, repositories: { ...sources.repositories, [repository]: known } };
    }
    case 'CommitDetected': {
      const { repository, branch, sha } = event.data;
      const known = sources.repositories[repository];
      if (!known) return sources;
      const next = { ...known, heads: { ...known.heads, [branch]: sha } };
      return { ...sources, repositories: { ...sources.repositories, [repository]: next } };
    }
    case 'SourceRunEnded':
      return sources;
  }
}

/** Tells the companion; nothing as long as there never was a log or a repository. */
export function followEffects(
  agentId: string,
  sources: SourcesState | undefined,
  revision: number,
  { logs, repositories }: Pick<DevopsConfig, 'logs' | 'repositories'>,
): Effect[] {
  if (!sources) return [];
  const input: FollowInput = { agentId, revision, logs, repositories };
  return [{ type: 'configure', workflow: 'follow', id: `follow:${agentId}`, input }];
}

/** The runs that logs and commits begin. The same commit of a branch begins one, however often it is seen. */
export function sourceEffects(agentId: string, event: Recorded<SourceEvent>, config: SettledConfig): Effect[] {
  const launch = (id: unknown[], runbook: string, input: object, target: string, issue: string): Effect => ({
    type: 'launch',
    request: {
      id: `run-${hashOf([agentId, ...id]).slice(0, 32)}`,
      runbook,
      input: { ...input },
      trigger: { type: 'agent', agent: agentId, issue, target },
      principal: `agent:${agentId}`,
    },
  });
  switch (event.type) {
    case 'LogRunStarted': {
      const { log: name, issue, runbook } = event.data;
      const log = config.logs.find((one) => one.name === name);
      return log?.remediation ? [launch([event.sequence], runbook, log.remediation.input, name, issue)] : [];
    }
    case 'CommitDetected': {
      const { repository: name, branch, sha } = event.data;
      const repository = config.repositories.find((one) => one.name === name);
      if (!repository) return [];
      const { url, runbook, input } = repository;
      return [
        launch([url, branch, sha], runbook, { ...input, repository: url, branch, sha }, name, commitIssue(branch, sha)),
      ];
    }
    case 'LogAnomalyDetected':
    case 'RepositorySeen':
    case 'SourceRunEnded':
      return [];
  }
}
