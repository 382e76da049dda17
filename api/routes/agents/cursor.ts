import { Problem } from '../../problem';

/** @throws Problem `invalid_cursor` where no list gave this one out (see `projections/queries/agents.ts`) */
export function checkCursor(cursor: string | undefined): void {
  if (cursor === undefined) return;
  try {
    const [createdAt, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (typeof createdAt === 'string' && typeof id === 'string' && !Number.isNaN(Date.parse(createdAt))) return;
  } catch {
    // Not even JSON: the same to the caller.
  }
  throw new Problem('invalid_cursor');
}
