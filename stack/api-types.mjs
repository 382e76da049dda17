// Writes `generated/api-types.d.ts`: the types of the API, made from its own description, for the CLI and the console. Needs `dist/`.
// Does nothing where the description has not changed.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const description = execFileSync(process.execPath, [join(root, 'dist/openapi.js')], {
  encoding: 'utf8',
  maxBuffer: 64 << 20,
});
const stamp = `// ${createHash('sha256').update(description).digest('hex')}\n`;
const file = join(root, 'generated/api-types.d.ts');
if (!existsSync(file) || !readFileSync(file, 'utf8').startsWith(stamp)) {
  const { default: typesOf, astToString } = await import('openapi-typescript');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, stamp + astToString(await typesOf(description, { emptyObjectsUnknown: true })));
}
