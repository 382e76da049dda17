import { Type } from '@sinclair/typebox';
import { stringEnum } from '../../actors/core/string-enum';
import { action } from './action';

const input = Type.Object(
  {
    severity: stringEnum(['info', 'warning', 'critical'], { default: 'info' }),
    title: Type.String({ minLength: 1, maxLength: 200 }),
    text: Type.String({ maxLength: 4000, default: '' }),
  },
  { additionalProperties: false },
);

export const notifyNotification = action({
  name: 'notify.notification',
  title: 'Notify',
  description: 'Tells whoever follows the run, as an event of type NOTIFICATION.',
  input,
  output: Type.Object({}),
  effect: 'read',
  idempotent: true,
  timeout: 10,
  plan: async (given) => ({ notifies: given }),
  async run(given, context) {
    context.notify(given);
    return {};
  },
});
