import { compile } from './cel';
import { toCel } from './cel-values';
import { Work } from './cel-work';
import { ExpressionError, isExpressionError } from './expression-error';
import { namesIn, namesOf, type Names } from './names';
import { refuseForeignSecrets } from './secret-guard';
import { conditionExpression, onlyExpression, piecesOf } from './template';

/** What a step has come to, as expressions see it. */
export interface StepOutcome {
  status: string;
  output?: unknown;
  error?: unknown;
}

/** What expressions see, all of it plain JSON. A name that is left out counts as unknown. */
export interface Scope {
  input: Readonly<Record<string, unknown>>;
  steps: Readonly<Record<string, StepOutcome>>;
  /** Within a `foreach`. */
  item?: unknown;
  index?: number;
  run?: { id: string; runbook: string; version: number; started_by: string; trigger: unknown };
  /** Of the action that `until` polls. */
  output?: unknown;
  event?: unknown;
  [more: string]: unknown;
}

type AnyScope = Readonly<Record<string, unknown>>;

/** Deepest nesting of a template. */
const deepest = 100;

/**
 * @param expression CEL, without `${{ }}`
 * @returns plain JSON
 * @throws ExpressionError `unknown_value` where it reads something that is not there, else `expression_failed`
 */
export function evaluate(expression: string, scope: AnyScope): unknown {
  return evaluated(expression, scope, new Work());
}

function evaluated(expression: string, scope: AnyScope, work: Work): unknown {
  const { root, run } = compile(expression, work);
  return run(contextOf(namesIn(root), scope));
}

/**
 * @param condition with or without `${{ }}`
 * @throws ExpressionError as `evaluate` does, and where the result is neither true nor false
 */
export function holds(condition: boolean | string, scope: AnyScope): boolean {
  if (typeof condition === 'boolean') return condition;
  const result = evaluate(conditionExpression(condition), scope);
  if (typeof result === 'boolean') return result;
  throw new ExpressionError('expression_failed', `a condition is true or false, and this one yields ${kindOf(result)}`);
}

/**
 * Fills in every `${{ }}` of a template, once: what is filled in is never looked at again.
 * @returns a copy. A text that is exactly one `${{ }}` becomes the value itself; in other texts, texts stand as they are and
 * other values as JSON
 * @throws ExpressionError as `evaluate` does, and where a reference to a secret would come from a step's output
 */
export function render(template: unknown, scope: AnyScope): unknown {
  return rendered(template, scope, new Work(), 0);
}

function rendered(template: unknown, scope: AnyScope, work: Work, depth: number): unknown {
  if (typeof template === 'string') return renderedText(template, scope, work);
  if (typeof template !== 'object' || template === null) return template;
  if (depth > deepest) throw new ExpressionError('expression_failed', 'a template is nested too deeply');
  if (Array.isArray(template)) return template.map((item) => rendered(item, scope, work, depth + 1));
  return Object.fromEntries(
    Object.entries(template).map(([key, item]) => [key, rendered(item, scope, work, depth + 1)]),
  );
}

function renderedText(template: string, scope: AnyScope, work: Work): unknown {
  if (!template.includes('${{')) return template;
  const only = onlyExpression(template);
  const value =
    only === null
      ? piecesOf(template)
          .map((piece) => ('text' in piece ? piece.text : textOf(evaluated(piece.expression, scope, work))))
          .join('')
      : evaluated(only, scope, work);
  refuseForeignSecrets(value, template, scope.input);
  return value;
}

/** What is wrong with an expression, with or without `${{ }}`, in one line; null where it can be read. */
export function syntaxError(text: string): string | null {
  try {
    compile(conditionExpression(text));
    return null;
  } catch (error) {
    if (isExpressionError(error)) return error.message;
    throw error;
  }
}

/**
 * Every expression in the texts of a template, in their order, without `${{ }}`.
 * @throws ExpressionError `expression_failed` where one has no end
 */
export function expressionsIn(template: unknown): string[] {
  if (typeof template === 'string')
    return piecesOf(template).flatMap((piece) => ('expression' in piece ? [piece.expression] : []));
  if (typeof template !== 'object' || template === null) return [];
  return Object.values(template).flatMap(expressionsIn);
}

/**
 * Ids of the steps that an expression reads by name, as `steps.x` or `steps["x"]`.
 * @param expression without `${{ }}`
 * @throws ExpressionError `expression_failed` where it can't be read
 */
export function stepReferences(expression: string): string[] {
  return [...namesOf(expression).steps];
}

/** Only what the expression reads is turned into CEL's values: the outputs of all steps together may be large. */
function contextOf(names: Names, scope: AnyScope): Map<string, unknown> {
  const context = new Map<string, unknown>();
  for (const name of names.roots) {
    if (!Object.hasOwn(scope, name) || scope[name] === undefined) continue;
    const parts = names.whole.has(name) ? undefined : { steps: names.steps, input: names.inputs }[name];
    context.set(name, toCel(parts ? pick(scope[name], parts) : scope[name]));
  }
  return context;
}

function pick(value: unknown, keys: ReadonlySet<string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => keys.has(key)));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`;
}

export { ExpressionError, isExpressionError };
