import { hash } from '@node-rs/argon2';

/** OWASP's least for argon2id, which is the library's default: 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Argon2id in PHC format: what is kept of a password. */
export function hashPassword(password: string | Uint8Array): Promise<string> {
  return hash(password, cost);
}
