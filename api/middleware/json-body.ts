import type { IncomingMessage } from 'node:http';
import type { ParameterizedContext } from 'koa';
import { parse } from 'secure-json-parse';
import { Problem } from '../problem';

const mostBytes = 1024 * 1024;
const mostDepth = 64;

/**
 * The JSON value in a request's body.
 * @throws Problem; what the client still sends is left to Node, which reads it off and drops it
 */
export async function readJson(ctx: ParameterizedContext): Promise<unknown> {
  return readText(ctx, ['json', '+json'], jsonOf);
}

/** The same where the body may be YAML too, of which `fromYaml` makes the value. */
export async function readJsonOrYaml(ctx: ParameterizedContext, fromYaml: (text: string) => unknown): Promise<unknown> {
  const yaml = ['application/yaml', 'application/x-yaml', 'text/yaml'];
  return ctx.is(...yaml) ? readText(ctx, yaml, fromYaml) : readJson(ctx);
}

/** The JSON value that a text is. @throws Problem */
export function jsonOf(text: string): unknown {
  if (depthOf(text) > mostDepth) throw new Problem('json_too_deep');
  return parseJson(text);
}

async function readText(
  ctx: ParameterizedContext,
  types: string[],
  parseText: (text: string) => unknown,
): Promise<unknown> {
  const bytes = await readBody(ctx.req, ctx.request.length);
  if (bytes.length === 0) throw new Problem('body_required');
  if (!isPlainText(ctx) || ctx.is(...types) === false) throw new Problem('unsupported_media_type');
  return parseText(decodeUtf8(bytes));
}

function isPlainText(ctx: ParameterizedContext): boolean {
  const plain = ctx.get('Content-Encoding') === '' || ctx.get('Content-Encoding') === 'identity';
  const charset = ctx.request.charset.toLowerCase();
  return plain && (charset === '' || charset === 'utf-8' || charset === 'utf8');
}

/** The bytes of a request's body. @param most of them, 1 MiB unless told @throws Problem `body_too_large` | `malformed_request` */
export async function readBody(req: IncomingMessage, announced: number | undefined, most = mostBytes): Promise<Buffer> {
  const tooLarge = (): Problem => new Problem('body_too_large', `the body is larger than ${most / 1024} KiB`);
  if ((announced ?? 0) > most) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // Leaving the loop must not destroy the socket: the answer has yet to go out on it.
    for await (const chunk of req.iterator({ destroyOnReturn: false })) {
      size += (chunk as Buffer).length;
      if (size > most) break;
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    throw new Problem('malformed_request', 'the request broke off', [], {}, { cause: error });
  }
  if (size > most) throw tooLarge();
  return Buffer.concat(chunks);
}

/** @throws Problem `invalid_encoding` */
export function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Problem('invalid_encoding', undefined, [], {}, { cause: error });
  }
}

/** How deep arrays and objects nest, told before anything recursive sees the text. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i];
    if (quoted) {
      if (char === '\\') i += 1;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '{' || char === '[') deepest = Math.max(deepest, (depth += 1));
    else if (char === '}' || char === ']') depth -= 1;
  }
  return deepest;
}

function parseJson(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    const forbidden = error instanceof SyntaxError && error.message.includes('forbidden prototype property');
    if (forbidden) throw new Problem('forbidden_key');
    throw new Problem('malformed_json', error instanceof Error ? `the body is not JSON: ${error.message}` : undefined);
  }
}
