import type { RJSFSchema, UiSchema } from '@rjsf/utils';

/** Texts that may be longer than this get more than one line. */
const longText = 4_096;

/** A schema as the form can show it, and how its parts are shown. */
export interface FormSchema {
  schema: RJSFSchema;
  uiSchema: UiSchema;
}

/**
 * Makes a kind's schema ready for the form, without changing what it accepts: names become titles, a choice of constants becomes an
 * `enum`, a choice of objects says by which property they are told apart, and what the schema leaves open is edited as JSON.
 */
export function formSchema(source: object): FormSchema {
  const { schema, uiSchema } = prepared(source, undefined);
  const uiOptions = { submitButtonOptions: { norender: true } };
  return {
    schema,
    uiSchema: {
      ...uiSchema,
      'ui:options': uiOptions,
      'ui:globalOptions': { enableOptionalDataFieldForType: ['object'] },
    },
  };
}

/** `failing_after` as people read it: `Failing after`. */
export function titleOf(name: string): string {
  const words = name.replace(/([a-z])([A-Z])/g, '$1 $2').replaceAll(/[_-]+/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function prepared(source: RJSFSchema, name: string | undefined): FormSchema {
  const titled = source.title === undefined && name !== undefined ? { ...source, title: titleOf(name) } : source;
  if (isOpen(titled)) return { schema: titled, uiSchema: { 'ui:field': 'Json' } };
  if (titled.anyOf) return preparedChoice(titled, titled.anyOf as RJSFSchema[]);
  if (titled.type === 'object') return preparedObject(titled);
  if (titled.type === 'array') return preparedArray(titled);
  const isLong = titled.type === 'string' && titled.pattern === undefined && (titled.maxLength ?? 0) > longText;
  return { schema: titled, uiSchema: isLong ? { 'ui:widget': 'textarea' } : {} };
}

/** A member that somebody has named: it is there because they want it, and needs no frame beside that of its name. */
const named = { 'ui:flat': true, 'ui:enableOptionalDataFieldForType': [] };

/** Any value at all, or an object of any values. */
function isOpen({
  type,
  anyOf,
  oneOf,
  enum: choices,
  const: value,
  properties,
  patternProperties,
}: RJSFSchema): boolean {
  if (type === undefined) return !anyOf && !oneOf && !choices && value === undefined;
  if (type !== 'object' || properties) return false;
  return patternProperties === undefined || Object.values(patternProperties).every((one) => isOpen(one as RJSFSchema));
}

function preparedObject(source: RJSFSchema): FormSchema {
  const properties: Record<string, RJSFSchema> = {};
  const uiSchema: UiSchema = {};
  for (const [name, property] of Object.entries(source.properties ?? {})) {
    const part = prepared(property as RJSFSchema, name);
    properties[name] = part.schema;
    uiSchema[name] = part.uiSchema;
  }
  const patterns = Object.entries(source.patternProperties ?? {});
  if (patterns.length === 0) return { schema: { ...source, properties }, uiSchema };
  const parts = patterns.map(([pattern, value]): [string, FormSchema] => [
    pattern,
    prepared(value as RJSFSchema, undefined),
  ]);
  const [first] = parts;
  return {
    schema: {
      ...source,
      ...(source.properties ? { properties } : {}),
      patternProperties: Object.fromEntries(parts.map(([pattern, { schema }]) => [pattern, schema])),
    },
    uiSchema: { ...uiSchema, additionalProperties: { ...first?.[1].uiSchema, ...named } },
  };
}

function preparedArray(source: RJSFSchema): FormSchema {
  const { schema, uiSchema } = prepared(source.items as RJSFSchema, undefined);
  return { schema: { ...source, items: schema }, uiSchema: { items: { ...uiSchema, 'ui:flat': true } } };
}

function preparedChoice(source: RJSFSchema, options: RJSFSchema[]): FormSchema {
  const { anyOf: _, ...rest } = source;
  const constants = options.map(({ const: value }) => value);
  if (constants.every((value) => typeof value === 'string')) {
    return { schema: { ...rest, type: 'string', enum: constants }, uiSchema: {} };
  }
  const parts = options.map((option) => prepared({ ...option, title: option.title ?? typeTitle(option) }, undefined));
  const by = discriminatorOf(options);
  const schema = {
    ...rest,
    anyOf: parts.map((part) => part.schema),
    ...(by === null ? {} : { discriminator: { propertyName: by } }),
  };
  const hidden = by === null ? {} : { [by]: { 'ui:widget': 'hidden' } };
  return { schema, uiSchema: { anyOf: parts.map((part) => ({ ...part.uiSchema, ...hidden, 'ui:flat': true })) } };
}

/** The property whose constant tells the options apart, or null. */
function discriminatorOf(options: readonly RJSFSchema[]): string | null {
  const constants = (option: RJSFSchema | undefined): string[] =>
    Object.entries(option?.properties ?? {}).flatMap(([name, property]) =>
      typeof property === 'object' && property.const !== undefined ? [name] : [],
    );
  const [first, ...others] = options.map(constants);
  return first?.find((name) => others.every((names) => names.includes(name))) ?? null;
}

/** The option of a choice of objects that a value has chosen by the property that tells them apart; undefined where it is none. */
export function chosenOption(options: readonly RJSFSchema[], value: unknown): RJSFSchema | undefined {
  const by = discriminatorOf(options);
  if (by === null || typeof value !== 'object' || value === null) return undefined;
  return options.find(({ properties }) => {
    const property = properties?.[by];
    return typeof property === 'object' && property.const === (value as Record<string, unknown>)[by];
  });
}

const typeTitles: Record<string, string> = {
  boolean: 'Yes or no',
  number: 'Number',
  integer: 'Whole number',
  string: 'Text',
};

function typeTitle({ type }: RJSFSchema): string {
  return typeTitles[String(type)] ?? 'Another';
}
