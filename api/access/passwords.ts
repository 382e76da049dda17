import { randomBytes } from 'node:crypto';
import { verify } from '@node-rs/argon2';
import { hashPassword } from '../../infra/password-hash';

/** Checks passwords against argon2 hashes, at the same cost whether or not there is one to check against. */
export class Passwords {
  private readonly decoy = hashPassword(randomBytes(32));

  /** @param stored the user's hash in PHC format, or undefined where nobody may log in by that name now */
  async matches(stored: string | undefined, password: string): Promise<boolean> {
    const matches = await verify(stored ?? (await this.decoy), password).catch(() => false);
    return matches && stored !== undefined;
  }
}
