import type { TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { secretForms, shortestSecret } from './secret-forms';

export const redacted = '[secret]';

/** A redactor of a text that comes in parts: what may be the beginning of a secret is kept back until the rest is there. */
export interface StreamRedactor {
  /** @returns what can go out so far */
  push(chunk: string): string;
  /** @returns the rest */
  end(): string;
}

/**
 * Knows the secrets of one step, and takes them out of whatever leaves the worker. A secret shorter than four characters is
 * taken out only where it is a whole value: elsewhere it would hit what has nothing to do with it.
 */
export class Redactor {
  private readonly forms = new Set<string>();
  private readonly short = new Set<string>();
  private longest = 0;

  learn(...secrets: string[]): void {
    for (const secret of secrets) {
      if (secret === '') continue;
      if (secret.trim().length < shortestSecret) this.short.add(secret);
      for (const form of secretForms(secret)) {
        this.forms.add(form);
        this.longest = Math.max(this.longest, form.length);
      }
    }
  }

  text(text: string): string {
    return this.short.has(text) ? redacted : this.cut(text, this.spans(text));
  }

  /** A copy of a JSON value, redacted down to the names of its members. */
  json(value: unknown): unknown {
    if (this.forms.size === 0 && this.short.size === 0) return value;
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number') return this.text(String(value)) === String(value) ? value : redacted;
    if (Array.isArray(value)) return value.map((item) => this.json(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [this.text(name), this.json(item)]));
  }

  stream(): StreamRedactor {
    let pending = '';
    return {
      push: (chunk) => {
        pending += chunk;
        const spans = this.spans(pending);
        const from = this.beginningAtEnd(pending);
        // A secret that reaches into what is kept back is kept back whole, unless secrets overlap without an end.
        const reaching = spans.find(([start, end]) => start < from && from < end);
        const keep = reaching && pending.length - reaching[0] < 4 * this.longest ? reaching[0] : from;
        const out = this.cut(
          pending.slice(0, keep),
          spans.filter(([start]) => start < keep).map(([start, end]) => [start, Math.min(end, keep)]),
        );
        pending = pending.slice(keep);
        return out;
      },
      end: () => {
        const out = this.cut(pending, this.spans(pending));
        pending = '';
        return out;
      },
    };
  }

  /** Where secrets are, as [start, end), those that overlap as one, in order. */
  private spans(text: string): [number, number][] {
    const found: [number, number][] = [];
    for (const form of this.forms) {
      for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + 1)) found.push([at, at + form.length]);
    }
    const merged: [number, number][] = [];
    for (const [start, end] of found.sort(([a], [b]) => a - b)) {
      const last = merged.at(-1);
      if (last && start < last[1]) last[1] = Math.max(last[1], end);
      else merged.push([start, end]);
    }
    return merged;
  }

  private cut(text: string, spans: [number, number][]): string {
    let out = '';
    let at = 0;
    for (const [start, end] of spans) {
      out += text.slice(at, start) + redacted;
      at = end;
    }
    return out + text.slice(at);
  }

  /** Where the first beginning of a secret stands that the text ends within; the text's length where there is none. */
  private beginningAtEnd(text: string): number {
    let first = text.length;
    for (const form of this.forms) {
      let at = Math.max(0, text.length - form.length + 1);
      for (; at < first; at++) {
        if (form.startsWith(text.slice(at))) first = at;
      }
    }
    return first;
  }
}

/** Copies a value with every field that its schema marks `secret: true` replaced. */
export function redactMarked(schema: TSchema, value: unknown): unknown {
  if (schema['secret'] === true && value !== undefined) return redacted;
  return mapMarked(schema, value, redactMarked);
}

/** All strings in fields that the schema marks `secret: true`: they are learned, although they are no references. */
export function markedSecrets(schema: TSchema, value: unknown): string[] {
  const found: string[] = [];
  const visit = (at: TSchema, part: unknown): unknown => {
    if (at['secret'] === true) found.push(...stringsIn(part));
    else mapMarked(at, part, visit);
    return part;
  };
  visit(schema, value);
  return found;
}

function mapMarked(schema: TSchema, value: unknown, visit: (schema: TSchema, value: unknown) => unknown): unknown {
  const branches = schema['anyOf'] as TSchema[] | undefined;
  if (branches) {
    const fitting = branches.filter((branch) => Value.Check(branch, value));
    return fitting.reduce((part, branch) => visit(branch, part), value);
  }
  if (Array.isArray(value)) {
    const items = schema['items'] as TSchema | undefined;
    return items && !Array.isArray(items) ? value.map((item) => visit(items, item)) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  const known = (schema['properties'] ?? {}) as Record<string, TSchema>;
  const records = Object.values((schema['patternProperties'] ?? {}) as Record<string, TSchema>);
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => {
      const at = Object.hasOwn(known, name) ? known[name] : records[0];
      return [name, at ? visit(at, part) : part];
    }),
  );
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}
