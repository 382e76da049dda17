import { ExpressionError } from './expression-error';

const reference = /secret:\/\/[a-z0-9][a-z0-9_-]*/g;

/** Every `secret://name` in the texts of plain JSON. */
export function secretReferencesIn(value: unknown): Set<string> {
  const found = new Set<string>();
  const open = [value];
  while (open.length > 0) {
    const one = open.pop();
    if (typeof one === 'string') for (const [text] of one.matchAll(reference)) found.add(text);
    else if (typeof one === 'object' && one !== null) for (const item of Object.values(one)) open.push(item);
  }
  return found;
}

/**
 * Refuses a reference to a secret that neither the runbook's author wrote nor came in by an input for secrets: whoever can
 * make a step yield `secret://other` must not get that secret sent to where the runbook sends the step's output.
 * @param value what was made of the template
 * @param written what the author wrote
 * @param input of the run; `checkedInput` lets references into inputs of type `secret` only
 * @throws ExpressionError `expression_failed`
 */
export function refuseForeignSecrets(value: unknown, written: string, input: unknown): void {
  const used = secretReferencesIn(value);
  if (used.size === 0) return;
  const known = new Set([...secretReferencesIn(written), ...secretReferencesIn(input)]);
  for (const found of used)
    if (!known.has(found))
      throw new ExpressionError(
        'expression_failed',
        `${found} is no secret that the runbook or its input names: references are not put together, nor taken from outputs`,
      );
}

/** Whether it is `secret://name` and nothing more. */
export function isSecretReference(value: unknown): boolean {
  return typeof value === 'string' && secretReferencesIn(value).has(value);
}
