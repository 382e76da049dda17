import { execFileSync } from 'node:child_process';

/** What the machine's own settings say must not decide how a test ends. */
const env = { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
const author = ['-c', 'user.name=A', '-c', 'user.email=a@b'];

/** Runs git in a folder, as somebody. @returns what it prints @throws where it fails */
export function git(folder: string, ...args: string[]): string {
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
  return execFileSync('git', [...author, ...args], { cwd: folder, env, encoding: 'utf8', stdio }).trim();
}
