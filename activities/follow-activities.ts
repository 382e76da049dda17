import { CancelledFailure, Context } from '@temporalio/activity';
import { systemPrincipalPrefix } from '../actors/core/command';
import { hashOf } from '../actors/core/hash-chain';
import type { FollowInput } from '../actors/devops/sources';
import type { SecretStore } from '../infra/secrets';
import type { ActionSettings } from './actions/action';
import { deliver } from './deliver';
import { FollowedLog, type LogProgress } from './logs/follow-log';
import { followRepository, type Heads } from './pipelines/follow-repository';
import type { CommandSender } from './ports';

/** Where each log stands, by name; plain JSON, because it goes out with every heartbeat. */
export type FollowProgress = Record<string, LogProgress>;

export interface FollowActivities {
  /**
   * Follows until it is cancelled (throws then a CancelledFailure whose detail is how far it came) or the agent is gone (returns).
   * Goes on where its former attempt was, or else from `progress`.
   */
  followSources(input: FollowInput & { progress?: FollowProgress }): Promise<void>;
}

const heartbeatEveryMs = 2000;

export function followActivities(ports: {
  sender: CommandSender;
  settings: ActionSettings;
  secrets: SecretStore;
  onError: (error: unknown, what: string) => void;
}): FollowActivities {
  return {
    async followSources({ progress, ...input }) {
      const context = Context.current();
      const known = (context.info.heartbeatDetails ?? progress ?? {}) as FollowProgress;
      const gone = new AbortController();
      const stop = AbortSignal.any([context.cancellationSignal, gone.signal]);
      const tell = async (type: string, data: object, id: unknown[]): Promise<void> => {
        const key = `follow:${hashOf([input.agentId, input.revision, ...id]).slice(0, 32)}`;
        const principal = `${systemPrincipalPrefix}follow`;
        const command = { id: key, principal, type, data: { revision: input.revision, ...data } };
        if (!(await deliver(ports.sender, input.agentId, command, stop))) gone.abort();
      };
      const logs = input.logs.map(
        (log) =>
          [
            log.name,
            new FollowedLog(log, known[log.name], ports, (finding, id) =>
              tell('ReportFinding', { log: log.name, ...finding }, [log.name, id]),
            ),
          ] as const,
      );
      const now = (): FollowProgress =>
        Object.fromEntries(
          logs.flatMap(([name, log]) => {
            const reached = log.progress() ?? known[name];
            return reached ? [[name, reached]] : [];
          }),
        );
      const beat = setInterval(() => context.heartbeat(now()), heartbeatEveryMs);
      const repositories = input.repositories.map((repository) => {
        const { name } = repository;
        // What the agent knows already means nothing to it.
        const report = (heads: Heads): Promise<void> =>
          tell('ReportHeads', { repository: name, heads }, [name, heads, Date.now()]);
        return followRepository(repository, ports, stop, report, (error) => ports.onError(error, `asking ${name}`));
      });
      try {
        await Promise.all([...logs.map(([, log]) => log.follow(stop)), ...repositories]);
      } finally {
        clearInterval(beat);
      }
      if (context.cancellationSignal.aborted) throw new CancelledFailure('told to stop', [now()]);
    },
  };
}
