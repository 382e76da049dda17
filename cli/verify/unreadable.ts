/** The file is no bundle that can be read, or the call was wrong: exit 2, one line. */
export class Unreadable extends Error {
  readonly code = 'unreadable';
}
