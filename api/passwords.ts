import { hash, verify } from '@node-rs/argon2';
import { randomBytes } from 'node:crypto';

/** Checks passwords against argon2 hashes, at the same cost whether or not there is such a user. */
export class Passwords {
  private readonly decoy = hash(randomBytes(32));

  /** @param stored the user's hash in PHC format, or undefined where there is no such user */
  async matches(stored: string | undefined, password: string): Promise<boolean> {
    const matches = await verify(stored ?? (await this.decoy), password).catch(() => false);
    return matches && stored !== undefined;
  }
}
