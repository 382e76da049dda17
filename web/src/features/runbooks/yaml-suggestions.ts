export interface Suggestion {
  label: string;
  detail?: string;
  info?: string;
}

export interface Vocabulary {
  /** Of the document. */
  keys: readonly Suggestion[];
  /** Of a step. */
  stepKeys: readonly Suggestion[];
  actions: readonly Suggestion[];
}

export interface Suggestions {
  /** Where in the line the word begins that they stand for. */
  from: number;
  options: readonly Suggestion[];
}

/** What may be written at the end of the line so far; null where nothing is known of it. */
export function suggestionsFor(line: string, { keys, stepKeys, actions }: Vocabulary): Suggestions | null {
  const action = /^[\s-]*action:\s+['"]?([\w.-]*)$/.exec(line);
  if (action) return { from: line.length - (action[1] ?? '').length, options: actions };
  const key = /^([\s-]*)([a-z_]+)$/.exec(line);
  if (!key) return null;
  const [, indent = '', word = ''] = key;
  const options = indent === '' ? keys : stepKeys;
  return { from: line.length - word.length, options: options.map((each) => ({ ...each, label: `${each.label}: ` })) };
}

interface SchemaPart {
  properties?: Record<string, { description?: string }>;
}

/** Keys out of the published JSON Schema of runbooks. */
export function keysOf(schema: SchemaPart | undefined): Suggestion[] {
  return Object.entries(schema?.properties ?? {}).map(([label, { description }]) => ({
    label,
    ...(description === undefined ? {} : { info: description }),
  }));
}
