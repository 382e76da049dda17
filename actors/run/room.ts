import { mostStateBytes } from '../core/limits';
import { mostDocumentBytes, mostInputBytes } from '../runbook/limits';
import type { RunState } from './state';

/** How much a run may hold, in bytes of JSON; see `core/limits.ts`. */
/** What a run that goes on where another one stopped takes over from it. */
export const mostInheritedBytes = 256 * 1024;
export const mostRunConfigBytes = mostDocumentBytes + mostInputBytes + mostInheritedBytes + 64 * 1024;
/** What one step is given, or what one question shows. */
export const mostWithBytes = 128 * 1024;
/** What one step may leave behind. */
export const mostOutputBytes = 64 * 1024;
const leastOutputBytes = 1024;
/** What those that are under way may still bring. */
const reserve = 64 * 1024;
const most = mostStateBytes - reserve;

/** Whether a further step may begin. @param taken by what it is given */
export function hasRoom({ bytes }: Pick<RunState, 'bytes'>, taken = 0): boolean {
  return bytes + taken + leastOutputBytes <= most;
}

/** Bytes that the next output may take. The square makes them shrink slowly, so that hundreds of steps find some room. */
export function outputRoom({ bytes }: Pick<RunState, 'bytes'>): number {
  const free = Math.max(0, most - bytes) / most;
  return Math.max(leastOutputBytes, Math.floor(mostOutputBytes * free ** 2));
}
