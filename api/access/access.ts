import type { AccountStanding } from '../../projections/queries/users';
import type { KeyStanding } from '../../projections/queries/api-keys';
import { Problem } from '../problem';
import type { Directory } from './directory';
import { isForKeys, permissionsOf } from './policy';
import type { Credential, Principal } from './principal';
import { keyPrefix, sameHash, tokenHash } from './secrets';
import { bearerToken, refused, type Claims, type Tokens } from './tokens';

/** What a request brings to say who sent it. */
export interface Presented {
  authorization: string | undefined;
  apiKey: string | undefined;
}

type SessionCredential = Extract<Credential, { type: 'session' }>;

/** Tells who somebody is, by what they bring, and what they may do, by the directory. */
export class Access {
  constructor(
    private readonly tokens: Tokens,
    private readonly directory: Directory,
    /** Told of each use of an API key, by its id. */
    private readonly onKeyUsed: (id: string) => void,
  ) {}

  /**
   * By the bearer token, or else by the API key.
   * @throws Problem `unauthenticated` | `token_expired` | `token_not_active` | `invalid_token` | `session_ended` | `invalid_api_key` |
   *   `api_key_expired` | `api_key_revoked` | `unavailable`
   */
  async identify({ authorization, apiKey }: Presented): Promise<Principal> {
    if (!authorization && apiKey) return this.byKey(apiKey);
    return this.byClaims(await this.tokens.verify(bearerToken(authorization), 'ymera-api'));
  }

  /** By a ticket, which the caller must see to that it is used once. @throws Problem as `identify` does */
  async redeem(ticket: string): Promise<{ principal: Principal; id: string; expiresAt: number }> {
    const claims = await this.tokens.verify(ticket, 'ws');
    return { principal: await this.byClaims(claims), id: claims.id, expiresAt: claims.expiresAt };
  }

  /** The same principal as the directory has it now. @throws Problem as `identify` does */
  async renew({ subject, credential }: Principal): Promise<Principal> {
    if (credential === null) throw new Problem('unauthenticated');
    if (credential.type === 'session') return this.bySession(subject, credential);
    return principalOf(await this.keyOf(credential.prefix, subject));
  }

  private byClaims({ subject, holder, issuedAt, expiresAt }: Claims): Promise<Principal> {
    if ('key' in holder) return this.keyOf(holder.key, subject).then(principalOf);
    return this.bySession(subject, { type: 'session', id: holder.session, issuedAt, expiresAt });
  }

  private async bySession(subject: string, credential: SessionCredential): Promise<Principal> {
    const found = await this.directory.session(credential.id);
    const over = !found || found.revoked || found.disabled || found.expiresAt.getTime() <= Date.now();
    if (over || found.subject !== subject || isVoid(found, credential.issuedAt)) throw refused('session_ended');
    const { kind, roles } = found;
    return { subject, kind, roles, permissions: permissionsOf(roles), agents: null, credential };
  }

  private async byKey(text: string): Promise<Principal> {
    const prefix = keyPrefix(text);
    const found = prefix === null ? null : await this.directory.key(prefix);
    if (!found || !sameHash(found.hash, tokenHash(text))) throw new Problem('invalid_api_key');
    const principal = principalOf(checked(found));
    this.onKeyUsed(found.id);
    return principal;
  }

  private async keyOf(prefix: string, subject: string): Promise<KeyStanding> {
    const found = await this.directory.key(prefix);
    if (found?.subject !== subject) throw new Problem('invalid_api_key');
    return checked(found);
  }
}

/** @throws Problem */
function checked(key: KeyStanding): KeyStanding {
  if (key.revoked || key.disabled) throw new Problem('api_key_revoked');
  if (key.expiresAt.getTime() <= Date.now()) throw new Problem('api_key_expired');
  return key;
}

/** A key may do what its scopes say, as far as its owner still may. */
function principalOf({ id, prefix, subject, kind, roles, scopes, agents, expiresAt }: KeyStanding): Principal {
  const limited = agents !== null;
  const granted = [...permissionsOf(roles)].filter((each) => scopes.includes(each) && isForKeys(each, limited));
  const credential = { type: 'key' as const, id, prefix, expiresAt: Math.floor(expiresAt.getTime() / 1000) };
  return { subject, kind, roles, permissions: new Set(granted), agents, credential };
}

/** Tokens of the very second are left: they fall with their sessions, and a new one may be of that second too. */
function isVoid({ notBefore }: AccountStanding, issuedAt: number): boolean {
  return notBefore !== null && issuedAt < Math.floor(notBefore.getTime() / 1000);
}
