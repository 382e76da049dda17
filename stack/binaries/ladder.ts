import type { Program } from './catalogue';

/** One way to come by a program. `find` answers its path, or throws with the reason why this way does not work. */
export interface Way {
  label: string;
  find(): Promise<string>;
  /** A way that the user asked for explicitly: when it fails, no other one is tried. */
  binding?: boolean;
  /** It downloads or builds. */
  fetches?: boolean;
}

/** No way led to a program. The message lists what was tried and what the user can do. */
export class BinaryMissingError extends Error {
  readonly code = 'binary_missing';
  constructor(program: Program, tried: readonly string[]) {
    super(
      [
        `no ${program.names.join(' or ')} program was found. Tried:`,
        ...tried.map((line) => `  - ${line}`),
        `Either set ${program.addressVariable} to a server that runs already,`,
        `or set ${program.variable} to where the program is,`,
        `or install it: ${program.install}`,
      ].join('\n'),
    );
  }
}

/**
 * Tries the ways in their order and answers the first path found.
 * @throws BinaryMissingError when none works, or when a binding one fails.
 */
export async function climb(program: Program, ways: readonly Way[]): Promise<string> {
  const tried: string[] = [];
  for (const way of ways) {
    try {
      return await way.find();
    } catch (error) {
      tried.push(`${way.label}: ${firstLine(error)}`);
      if (way.binding) break;
    }
  }
  throw new BinaryMissingError(program, tried);
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0] ?? text;
}
