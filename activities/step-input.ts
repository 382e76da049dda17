import type { TSchema } from '@sinclair/typebox';
import { isDomainError } from '../actors/core/errors';
import { checked } from '../actors/core/validate';
import type { SecretStore } from '../infra/secrets';
import { ActionError } from './actions/action';
import { markedSecrets } from './redaction';
import { resolveSecrets } from './secret-references';

/**
 * The input of an action with its secrets in it by value and its defaults filled in, and those secrets.
 * @throws ActionError `unknown_secret`; `invalid_input`, naming places and never values
 */
export async function preparedInput(
  action: { name: string; input: TSchema },
  given: Record<string, unknown>,
  store: SecretStore,
): Promise<{ input: unknown; secrets: string[] }> {
  const { value, secrets } = await resolveSecrets(given, store);
  const input = checkedInput(action, value);
  return { input, secrets: [...secrets, ...markedSecrets(action.input, input)] };
}

function checkedInput(action: { name: string; input: TSchema }, value: unknown): unknown {
  try {
    return checked(action.input, value, 'invalid_input', `the input of ${action.name}`);
  } catch (error) {
    if (!isDomainError(error)) throw error;
    const faults = error.fields.map(({ pointer, message }) => `${pointer || '/'}: ${message}`);
    throw new ActionError('invalid_input', `${error.message}: ${faults.join('; ')}`);
  }
}

/** What an action does to the world, given this input. */
export function effectOf<E>(action: { effect: E | ((input: unknown) => E) }, input: unknown): E {
  return typeof action.effect === 'function' ? (action.effect as (input: unknown) => E)(input) : action.effect;
}

/** The same for every attempt at one step of one run. */
export function idempotencyKey({ runId, path }: { runId: string; path: string }): string {
  return `${runId}:${path}`;
}
