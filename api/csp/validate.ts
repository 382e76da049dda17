import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { distDir, projectRoot } from '../../infra/paths';
import { pages } from '../docs';
import { bareHeaders, headersOfEveryAnswer } from '../middleware/security-headers';
import { describe, type CspFault } from './fault';
import { pageFaults } from './page-faults';
import { missingDirectives, policyFaults, type Locate } from './policy-faults';

const header = 'Content-Security-Policy';
const madeIn = 'api/middleware/security-headers.ts';

/** `npm run validate:csp`, and part of a build for production. Exit codes: 0 all well, 1 faults, each told with its place. */
async function main(): Promise<number> {
  const built = [distDir, join(projectRoot, 'web/dist')].flatMap(pagesBelow);
  const faults = [
    ...(await headerFaults()),
    ...Object.entries(pages).flatMap(([path, html]) => pageFaults(path, html())),
    ...built.flatMap((file) => pageFaults(relative(projectRoot, file), readFileSync(file, 'utf8'))),
  ];
  for (const fault of faults) process.stderr.write(`${describe(fault)}\n`);
  const looked = `the policy and ${built.length + Object.keys(pages).length} pages`;
  if (faults.length === 0) process.stdout.write(`Content security policy: ${looked} are sound.\n`);
  else process.stderr.write(`Content security policy: ${faults.length} faults in ${looked}.\n`);
  return faults.length === 0 ? 0 : 1;
}

async function headerFaults(): Promise<CspFault[]> {
  const policy = (await headersOfEveryAnswer())[header] ?? '';
  const locate: Locate = (offset) => `${header} (${madeIn}):1:${offset + 1}`;
  return [
    ...missingDirectives(policy, locate),
    ...policyFaults(policy, locate),
    ...policyFaults(bareHeaders[header], locate),
  ];
}

function pagesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile() && /\.x?html?$/i.test(file.name))
    .map((file) => join(file.parentPath, file.name));
}

void main().then((code) => {
  process.exitCode = code;
});
