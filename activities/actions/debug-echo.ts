import { Type } from '@sinclair/typebox';
import { action } from './action';

const anything = Type.Record(Type.String(), Type.Unknown(), { description: 'Whatever is to come back.' });

export const debugEcho = action({
  name: 'debug.echo',
  title: 'Echo',
  description: 'Returns its input as it is. Does nothing else.',
  input: anything,
  output: anything,
  effect: 'read',
  idempotent: true,
  timeout: 10,
  plan: async (input) => ({ returns: input }),
  run: async (input) => input,
});
