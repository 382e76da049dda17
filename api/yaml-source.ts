import {
  Composer,
  isAlias,
  isCollection,
  isMap,
  isSeq,
  LineCounter,
  Parser,
  visit,
  type CST,
  type Document,
  type Node,
} from 'yaml';
import type { FieldError } from '../actors/core/errors';
import { partsOf } from '../actors/core/json-pointer';

const mostBytes = 262_144;
/** JSON that it may become when aliases are written out. */
const mostJson = 524_288;
const mostAliases = 100;
const deepest = 100;
const mostFaults = 20;

/** A text that could not be read, and where. */
export class YamlError extends Error {
  constructor(
    message: string,
    readonly faults: FieldError[],
  ) {
    super(message);
    this.name = 'YamlError';
  }
}

/**
 * YAML 1.2, and so JSON, read without trust: bounded, one document, keys are texts and stand once, no tags but the core's.
 * Keeps where everything stands.
 */
export class YamlSource {
  /** Plain JSON, but for numbers such as `.nan` and keys such as `__proto__`. */
  readonly value: unknown;
  private readonly lines = new LineCounter();
  private readonly document: Document.Parsed;

  /** @throws YamlError */
  constructor(private readonly source: string) {
    if (Buffer.byteLength(source) > mostBytes)
      throw new YamlError(`the source is larger than ${mostBytes / 1024} KiB`, []);
    this.document = this.compose();
    this.refuseDuplicateKeys();
    this.value = this.toJson();
  }

  /**
   * The same faults, each with the line and the column, from 1, of the place in the text that its pointer names: the key of
   * a list or a map, or else the value. Where that is not in the text, the nearest thing around it.
   */
  located(faults: readonly FieldError[]): FieldError[] {
    return faults.map((fault) => ({ ...fault, ...this.placeOf(fault.pointer) }));
  }

  private placeOf(pointer: string): { line: number; column: number } {
    let node: unknown = this.document.contents;
    let offset = startOf(node) ?? 0;
    for (const part of partsOf(pointer)) {
      const found = child(isAlias(node) ? node.resolve(this.document) : node, part);
      if (!found) break;
      offset = (isCollection(found.node) ? startOf(found.key) : startOf(found.node)) ?? startOf(found.key) ?? offset;
      node = found.node;
    }
    return this.lineAt(offset);
  }

  private lineAt(offset: number): { line: number; column: number } {
    const { line, col } = this.lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  private compose(): Document.Parsed {
    const tokens = [...new Parser(this.lines.addNewLine).parse(this.source)];
    // Composing recurses, and where that exhausts the stack the whole process may die.
    const deep = tooDeepToken(tokens);
    if (deep) throw this.failure([deep.offset], `is nested deeper than ${deepest} levels`);
    const composer = new Composer({
      version: '1.2',
      schema: 'core',
      resolveKnownTags: false,
      merge: false,
      stringKeys: true,
      // They would be looked for in time that grows with the square of their number.
      uniqueKeys: false,
      prettyErrors: false,
    });
    const documents: Document.Parsed[] = [];
    for (const document of composer.compose(tokens, true, this.source.length)) {
      documents.push(document);
      if (documents.length === 2) break;
    }
    const [document, second] = documents;
    if (!document) throw this.failure([0], 'is empty');
    const faults = [...document.errors, ...document.warnings];
    if (faults.length > 0) throw this.failureOf(faults);
    if (second) throw this.failure([second.range[0]], 'begins a second document: a source is one');
    return document;
  }

  private refuseDuplicateKeys(): void {
    const offsets: number[] = [];
    visit(this.document, {
      Map: (_key, map) => {
        const seen = new Set<string>();
        for (const { key } of map.items) {
          const text = String((key as { value?: unknown }).value);
          if (seen.has(text)) offsets.push(startOf(key) ?? 0);
          seen.add(text);
        }
      },
    });
    if (offsets.length > 0) throw this.failure(offsets, 'is there already: a key stands once');
  }

  private toJson(): unknown {
    try {
      const value: unknown = this.document.toJS({ maxAliasCount: mostAliases });
      if ((JSON.stringify(value) ?? '').length <= mostJson) return value;
    } catch (error) {
      // An alias that names nothing, or itself, or too many of them.
      const message = error instanceof TypeError ? 'an alias stands within what it names' : (error as Error).message;
      throw this.failure([0], message);
    }
    throw this.failure([0], 'is too large with its aliases written out');
  }

  private failureOf(faults: readonly { message: string; pos: [number, number] }[]): YamlError {
    return new YamlError(
      'the source is not valid YAML',
      faults.slice(0, mostFaults).map(({ message, pos: [offset] }) => {
        const place = this.lineAt(offset);
        const line = this.source.split('\n', place.line)[place.line - 1] ?? '';
        const hint = line.includes('${{') ? '; a text with ${{ }} in it may need quotes around it' : '';
        return { pointer: '', message: message + hint, ...place };
      }),
    );
  }

  private failure(offsets: readonly number[], message: string): YamlError {
    return new YamlError(
      'the source is not valid YAML',
      offsets.slice(0, mostFaults).map((offset) => ({ pointer: '', message, ...this.lineAt(offset) })),
    );
  }
}

function child(node: unknown, part: string): { key: unknown; node: unknown } | undefined {
  if (isSeq(node)) {
    const item = /^\d+$/.test(part) ? node.items[Number(part)] : undefined;
    return item === undefined ? undefined : { key: item, node: item };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => (key as { value?: unknown }).value === part);
  return pair && { key: pair.key, node: pair.value };
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

/** The first token that lies too deep, found without recursion. */
function tooDeepToken(tokens: readonly CST.Token[]): CST.Token | undefined {
  const open = tokens.map((token) => ({ token, depth: 0 }));
  for (let one = open.pop(); one; one = open.pop()) {
    const { token, depth } = one;
    if (depth > deepest) return token;
    if (token.type === 'document' && token.value) open.push({ token: token.value, depth: depth + 1 });
    if (!('items' in token)) continue;
    for (const { key, value } of token.items)
      for (const part of [key, value]) if (part) open.push({ token: part, depth: depth + 1 });
  }
  return undefined;
}
