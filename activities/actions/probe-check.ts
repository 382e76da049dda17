import { Type } from '@sinclair/typebox';
import { askedProbe } from '../../actors/devops/probes';
import { probeOnce } from '../probe';
import { action, ActionError } from './action';
import { failField, secondsField } from './fields';

const input = Type.Object(
  {
    probe: askedProbe,
    timeout: secondsField('Seconds that it may take.', 5),
    fail: failField,
  },
  { additionalProperties: false },
);

const output = Type.Object({
  ok: Type.Boolean(),
  error: Type.Union([Type.String(), Type.Null()]),
});

export const probeCheck = action({
  name: 'probe.check',
  title: 'Probe',
  description:
    'Asks once whether a thing is well, just as the agent does that watches it: over HTTP or TCP, by its process, certificate, disk, container, or a query.',
  input,
  output,
  effect: 'read',
  idempotent: true,
  timeout: 310,
  plan: async ({ probe }) => ({ probes: probe }),
  async run({ probe, timeout, fail }, context) {
    const result = await probeOnce(probe, timeout, context.signal, context.settings);
    context.signal.throwIfAborted();
    const output = { ok: result.ok, error: result.ok ? null : result.error };
    if (fail && !result.ok) throw new ActionError('check_failed', result.error, output);
    return output;
  },
});
