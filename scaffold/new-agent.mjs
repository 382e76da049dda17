// `npm run new:agent -- <kind>`: a kind of agent of your own, with a decider, a config schema, a test and one action.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

const here = dirname(fileURLToPath(import.meta.url));
const [kind = '', into = join(here, '..')] = process.argv.slice(2);
const root = resolve(into);

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(kind) || kind.length > 40) {
  fail('Usage: npm run new:agent -- <kind>\nA kind is named in lower-case letters, digits and -, such as disk-keeper.');
}
if (existsSync(join(root, 'actors', kind))) fail(`There is a kind ${kind} already: actors/${kind}`);

const type = kind.replace(/(^|-)([a-z0-9])/g, (_, __, letter) => letter.toUpperCase());
const name = type[0].toLowerCase() + type.slice(1);
const title = kind[0].toUpperCase() + kind.slice(1).replaceAll('-', ' ');
const filled = (template) =>
  readFileSync(join(here, 'templates', template), 'utf8')
    .replaceAll('__KIND__', kind)
    .replaceAll('__TYPE__', type)
    .replaceAll('__NAME__', name)
    .replaceAll('__TITLE__', title);

/** Adds an import after the last one, and an entry at the end of a list. */
function listed(file, importLine, list, entry) {
  const text = readFileSync(join(root, file), 'utf8');
  const lastImport = text.lastIndexOf('\nimport ');
  const afterImports = text.indexOf('\n', lastImport + 1) + 1;
  const begins = text.indexOf(list);
  if (lastImport < 0 || begins < 0) fail(`${file} has no list ${list}`);
  const open = text.indexOf('[', begins + list.length - 1);
  const closes = text.indexOf('];', open);
  const entries = text.slice(open, closes).trimEnd().replace(/,$/, '');
  return `${text.slice(0, afterImports)}${importLine}\n${text.slice(afterImports, open)}${entries}, ${entry}${text.slice(closes)}`;
}

const files = {
  [`actors/${kind}/${kind}.ts`]: filled('kind.ts.txt'),
  [`actors/${kind}/${kind}.unit.spec.ts`]: filled('kind.unit.spec.ts.txt'),
  [`activities/actions/${kind}-measure.ts`]: filled('action.ts.txt'),
  'actors/registry.ts': listed(
    'actors/registry.ts',
    `import { ${name} } from './${kind}/${kind}';`,
    'export const kinds: readonly AnyKind[] = [',
    name,
  ),
  'activities/actions/catalogue.ts': listed(
    'activities/actions/catalogue.ts',
    `import { ${name}Measure } from './${kind}-measure';`,
    'const actions: readonly Action[] = [',
    `${name}Measure`,
  ),
};
const style = await resolveConfig(join(here, '../package.json'));
for (const [file, text] of Object.entries(files)) {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), await format(text, { ...style, parser: 'typescript' }));
  process.stdout.write(`${file}\n`);
}
process.stdout.write(
  `\nNext: npm test -- actors/${kind}, then npm start; docs/how-to/add-an-agent.md goes on from there.\n`,
);
