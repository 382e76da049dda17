import { Type } from '@sinclair/typebox';
import { stringEnum } from '../core/string-enum';
import { checkRunbook, type ActionFacts } from './check';

/** Actions and a runbook for tests. */
export const actions: ActionFacts[] = [
  {
    name: 'http.check',
    effect: 'read',
    undo: false,
    input: Type.Object(
      {
        url: Type.String({ pattern: '^https?://' }),
        timeout: Type.Number({ default: 5, minimum: 1 }),
        expect: Type.Optional(Type.Union([Type.Integer(), Type.Object({ from: Type.Integer(), to: Type.Integer() })])),
        headers: Type.Optional(Type.Record(Type.String(), Type.String())),
      },
      { additionalProperties: false },
    ),
  },
  {
    name: 'shell.run',
    effect: 'depends',
    undo: false,
    input: Type.Object(
      {
        argv: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
        effect: Type.Optional(stringEnum(['read', 'destructive'])),
      },
      { additionalProperties: false },
    ),
  },
  {
    name: 'file.write',
    effect: 'reversible',
    undo: true,
    input: Type.Object({ path: Type.String(), mode: Type.Optional(Type.Integer()) }),
  },
];

/** The least step that is in order. */
export const check = { id: 'check', action: 'http.check', with: { url: 'https://web/health' } };

/** Pointer and message of each fault. */
export function faultsOf(document: unknown): [string, string][] {
  const result = checkRunbook(document, actions);
  return 'faults' in result ? result.faults.map(({ pointer, message }) => [pointer, message]) : [];
}

/** Faults of a runbook that has just this step. */
export function ofStep(step: object, more: object = {}): [string, string][] {
  return faultsOf({ name: 'test', ...more, steps: [{ id: 'a', ...step }] });
}

/** Has about everything that a runbook may have. */
export const rich = {
  name: 'rolling-restart',
  description: 'Restarts hosts, one after the other.',
  input: {
    service: { type: 'string', pattern: '^[a-z-]+$' },
    hosts: { type: 'array', items: 'string' },
    patience: { type: 'integer', default: 30 },
    token: { type: 'secret' },
  },
  targets: '${{ input.hosts.map(h, "host:" + h) }}',
  concurrency: { group: 'restart-${{ input.service }}', limit: 1 },
  guards: { cooldown: '15m', max_runs: 3, window: '${{ string(input.patience) + "m" }}' },
  timeout: '2h',
  on_failure: 'undo',
  steps: [
    { ...check, if: 'has(input.service)', retry: { attempts: 3, backoff: '5s', max_backoff: 60 } },
    {
      id: 'ask',
      approval: {
        message: 'Restart ${{ input.service }}?',
        roles: ['ops'],
        count: 2,
        timeout: '1h',
        escalate: { after: '30m', roles: ['lead'] },
      },
    },
    {
      id: 'roll',
      foreach: { items: '${{ input.hosts }}', max_parallel: 2, max_failures: '${{ size(input.hosts) / 10 }}' },
      steps: [
        {
          id: 'restart',
          action: 'shell.run',
          with: { argv: ['ssh', '${{ item }}', 'restart'], effect: 'destructive' },
          timeout: 60,
        },
        {
          id: 'healthy',
          action: 'http.check',
          with: { url: 'https://${{ item }}/health', headers: { authorization: 'Bearer ${{ input.token }}' } },
          until: { condition: 'output.ok && index >= 0', every: '2s' },
          timeout: '${{ input.patience }}',
        },
      ],
    },
    {
      id: 'both',
      parallel: [
        { id: 'left', wait: '30s' },
        { id: 'right', wait: { until: '2030-01-01T00:00:00Z' } },
      ],
    },
    { id: 'write', action: 'file.write', with: { path: '/x' }, undo: true, continue_on_error: true },
    { id: 'next', run: 'notify@2', with: { text: '${{ steps.healthy.output }} ${{ steps["both"].status }}' } },
  ],
  verify: { settle: '1m', steps: [{ id: 'still', action: 'http.check', with: { url: 'https://web', timeout: 9 } }] },
  output: { hosts: '${{ size(input.hosts) }}', by: '${{ run.started_by }}' },
};
