import type { TSchema } from '@sinclair/typebox';
import type { Action, ActionEffect } from './action';
import { debugEcho } from './debug-echo';
import { deployApply } from './deploy/deploy-apply';
import { deployRestore } from './deploy/deploy-restore';
import { deployStatus } from './deploy/deploy-status';
import { diskUsage } from './disk-usage';
import { fileRead } from './file-read';
import { fileRemove } from './file-remove';
import { fileWrite } from './file-write';
import { gitClone } from './git-clone';
import { gitDiff } from './git-diff';
import { gitPush } from './git-push';
import { gitRevert } from './git-revert';
import { gitTag } from './git-tag';
import { httpCheck } from './http-check';
import { httpRequest } from './http-request';
import { kubernetesApply } from './kubernetes/kubernetes-apply';
import { kubernetesDiff } from './kubernetes/kubernetes-diff';
import { kubernetesGet } from './kubernetes/kubernetes-get';
import { kubernetesRollout } from './kubernetes/kubernetes-rollout';
import { kubernetesScale } from './kubernetes/kubernetes-scale';
import { kubernetesUndo } from './kubernetes/kubernetes-undo';
import { metricsGate } from './metrics-gate';
import { metricsCompare } from './metrics-compare';
import { metricsMeasure } from './metrics-measure';
import { logsSearch } from './logs-search';
import { notifyNotification } from './notify-notification';
import { notifyWebhook } from './notify-webhook';
import { artifactFetch } from './pipeline/artifact-fetch';
import { pipelineStatus } from './pipeline/pipeline-status';
import { pipelineStep } from './pipeline/pipeline-step';
import { probeCheck } from './probe-check';
import { processSignal } from './process-signal';
import { shellRun } from './shell-run';
import { tlsCheck } from './tls-check';
import { tofuApply } from './tofu/tofu-apply';
import { tofuDestroy } from './tofu/tofu-destroy';
import { tofuDrift } from './tofu/tofu-drift';
import { tofuPlan } from './tofu/tofu-plan';

/** Every action there is. Adding one is a file beside this one, and a line here. */
export const actions: readonly Action[] = [
  artifactFetch,
  debugEcho,
  deployApply,
  deployRestore,
  deployStatus,
  diskUsage,
  fileRead,
  fileRemove,
  fileWrite,
  gitClone,
  gitDiff,
  gitPush,
  gitRevert,
  gitTag,
  httpCheck,
  httpRequest,
  kubernetesApply,
  kubernetesDiff,
  kubernetesGet,
  kubernetesRollout,
  kubernetesScale,
  kubernetesUndo,
  metricsGate,
  metricsCompare,
  metricsMeasure,
  logsSearch,
  notifyNotification,
  notifyWebhook,
  pipelineStatus,
  pipelineStep,
  probeCheck,
  processSignal,
  shellRun,
  tlsCheck,
  tofuApply,
  tofuDestroy,
  tofuDrift,
  tofuPlan,
];

/** An action without what it does: all that a plan may reach. */
export type PlannableAction = Pick<Action, 'name' | 'input' | 'effect' | 'timeout' | 'locks' | 'plan'>;

/** What people, the API and the schema of runbooks know of an action. `depends`: on the input. `timeout` is seconds. */
export interface ActionDescription {
  name: string;
  title: string;
  description: string;
  effect: ActionEffect | 'depends';
  idempotent: boolean | 'depends';
  timeout: number;
  input: TSchema;
  output: TSchema;
  undo: boolean;
  verify: boolean;
}

const byName = new Map(actions.map((action) => [action.name, action]));

export function actionNamed(name: string): Action | undefined {
  return byName.get(name);
}

export function describeActions(): ActionDescription[] {
  return actions.map(({ name, title, description, effect, idempotent, timeout, input, output, undo, verify }) => ({
    name,
    title,
    description,
    effect: typeof effect === 'function' ? 'depends' : effect,
    idempotent: typeof idempotent === 'function' ? 'depends' : idempotent,
    timeout,
    input,
    output,
    undo: undo !== undefined,
    verify: verify !== undefined,
  }));
}

/** The actions by name, copied without `run`, `verify` and `undo`: whoever has only this can do nothing. */
export function plannable(all: readonly Action[] = actions): ReadonlyMap<string, PlannableAction> {
  return new Map(
    all.map(({ name, input, effect, timeout, locks, plan }) => [
      name,
      { name, input, effect, timeout, plan, ...(locks ? { locks } : {}) },
    ]),
  );
}
