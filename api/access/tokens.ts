import { createHmac } from 'node:crypto';
import { errors, jwtVerify, SignJWT, type JWTPayload } from 'jose';
import { uuidv7 } from 'uuidv7';
import { systemPrincipalPrefix } from '../../actors/core/command';
import { Problem } from '../problem';
import type { ProblemCode } from '../problems';
import type { Credential } from './principal';

const issuer = 'ymera';
const algorithm = 'HS256';
const ticketSeconds = 30;
/** Clocks of several hosts differ a little, in seconds. */
const skewSeconds = 10;

/** For how long a token that was verified is taken at its word, and how many of them: verifying costs more than the rest of a request. */
const trustMs = 5_000;
const mostTrusted = 1_000;

export type Audience = 'ymera-api' | 'ws';

/** What a verified token says. Whether that still holds, only the directory knows. Times are seconds since 1970. */
export interface Claims {
  /** Of this one token. */
  id: string;
  subject: string;
  /** The session or the prefix of the API key that it was issued to. */
  holder: { session: string } | { key: string };
  issuedAt: number;
  expiresAt: number;
}

/** Issues and checks the API's own tokens: JWT, HS256 and nothing else. */
export class Tokens {
  private readonly keys: readonly Uint8Array[];
  private readonly trusted = new Map<string, { claims: Claims; until: number }>();

  /** @param secretKeys the first one signs; tokens that the others have signed are good until they expire */
  constructor(
    secretKeys: readonly string[],
    readonly ttlSeconds: number,
  ) {
    this.keys = secretKeys.map((key) => new TextEncoder().encode(key));
  }

  /** A token for the API. */
  issue(subject: string, session: string): Promise<string> {
    return this.sign(subject, { sid: session }, 'ymera-api', this.ttlSeconds);
  }

  /** A ticket for one WebSocket, to be used within 30 s. */
  async ticket(subject: string, credential: Credential): Promise<{ ticket: string; expiresIn: number }> {
    const holder = credential.type === 'session' ? { sid: credential.id } : { key: credential.prefix };
    return { ticket: await this.sign(subject, holder, 'ws', ticketSeconds), expiresIn: ticketSeconds };
  }

  /** The refresh token after that one, always the same for the same attempt: only who has the secret key can tell it. */
  successor(refreshToken: string, attempt: string): string {
    const text = JSON.stringify(['refresh', refreshToken, attempt]);
    return createHmac('sha256', this.keys[0] as Uint8Array)
      .update(text)
      .digest('base64url');
  }

  /** @throws Problem `token_expired` | `token_not_active` | `invalid_token` */
  async verify(token: string, audience: Audience): Promise<Claims> {
    const known = this.trusted.get(audience + token);
    if (known && known.until > Date.now()) return known.claims;
    const claims = claimsOf(await this.verified(token, audience));
    if (this.trusted.size >= mostTrusted) this.trusted.clear();
    this.trusted.set(audience + token, { claims, until: Math.min(Date.now() + trustMs, claims.expiresAt * 1000) });
    return claims;
  }

  private async verified(token: string, audience: Audience): Promise<JWTPayload> {
    const requiredClaims = ['sub', 'exp', 'iat', 'nbf', 'jti'];
    const options = { algorithms: [algorithm], issuer, audience, requiredClaims };
    let failure: unknown;
    for (const key of this.keys) {
      try {
        return (await jwtVerify(token, key, options)).payload;
      } catch (error) {
        failure = error;
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) break;
      }
    }
    throw refused(codeOf(failure));
  }

  private sign(subject: string, holder: object, audience: Audience, seconds: number): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ ...holder })
      .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(subject)
      .setJti(uuidv7())
      .setIssuedAt(now)
      .setNotBefore(now - skewSeconds)
      .setExpirationTime(now + seconds)
      .sign(this.keys[0] as Uint8Array);
  }
}

/** @throws Problem `invalid_token` where it is none that `Tokens` makes */
function claimsOf({ sub = '', jti = '', iat = 0, exp = 0, ...claims }: JWTPayload): Claims {
  const { sid, key } = claims;
  if (sub === '' || sub.startsWith(systemPrincipalPrefix)) throw refused('invalid_token');
  const times = { issuedAt: iat, expiresAt: exp };
  if (typeof sid === 'string') return { id: jti, subject: sub, holder: { session: sid }, ...times };
  if (typeof key === 'string') return { id: jti, subject: sub, holder: { key }, ...times };
  throw refused('invalid_token');
}

function codeOf(failure: unknown): ProblemCode {
  if (failure instanceof errors.JWTExpired) return 'token_expired';
  const early = failure instanceof errors.JWTClaimValidationFailed && failure.claim === 'nbf';
  return early && failure.reason === 'check_failed' ? 'token_not_active' : 'invalid_token';
}

/** A 401 for who came with a token that is not good, or not good any more. */
export function refused(code: ProblemCode): Problem {
  return new Problem(code, undefined, [], { 'WWW-Authenticate': 'Bearer realm="ymera", error="invalid_token"' });
}

/** The token of an `Authorization: Bearer` header. @throws Problem `unauthenticated` where there is none */
export function bearerToken(authorization: string | undefined): string {
  const token = /^Bearer +([A-Za-z0-9._~+/=-]+)$/i.exec(authorization ?? '')?.[1];
  if (token) return token;
  throw new Problem('unauthenticated', undefined, [], { 'WWW-Authenticate': 'Bearer realm="ymera"' });
}
