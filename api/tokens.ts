import { errors, jwtVerify, SignJWT, type JWTPayload } from 'jose';
import { uuidv7 } from 'uuidv7';
import { systemPrincipalPrefix } from '../actors/core/command';
import { Problem } from './problem';

/** Who calls: the subject of a verified token, and what it says of their roles. */
export interface Principal {
  subject: string;
  roles: string[];
}

const issuer = 'ymera';
const algorithm = 'HS256';
const ticketSeconds = 30;

/** For how long a token that was verified is taken at its word, and how many of them: verifying costs more than the rest of a request. */
const trustMs = 5_000;
const mostTrusted = 1_000;

export type Audience = 'ymera-api' | 'ws';

/** Issues and checks the API's own tokens: JWT, HS256 and nothing else. */
export class Tokens {
  private readonly key: Uint8Array;
  private readonly trusted = new Map<string, { claims: JWTPayload; until: number }>();

  constructor(
    secretKey: string,
    readonly ttlSeconds: number,
  ) {
    this.key = new TextEncoder().encode(secretKey);
  }

  /** A token for the API. */
  issue(principal: Principal): Promise<string> {
    return this.sign(principal, 'ymera-api', this.ttlSeconds);
  }

  /** A ticket for one WebSocket, to be used within 30 s. */
  async ticket(principal: Principal): Promise<{ ticket: string; expiresIn: number }> {
    return { ticket: await this.sign(principal, 'ws', ticketSeconds), expiresIn: ticketSeconds };
  }

  /** @throws Problem `token_expired` | `invalid_token` */
  async verify(token: string, audience: Audience): Promise<Principal & { id: string; expiresAt: number }> {
    const { sub = '', jti = '', exp = 0, ...claims } = await this.claims(token, audience);
    const roles = claims['roles'];
    if (sub === '' || sub.startsWith(systemPrincipalPrefix)) throw refused('invalid_token');
    return {
      subject: sub,
      roles: Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [],
      id: jti,
      expiresAt: exp,
    };
  }

  private async claims(token: string, audience: Audience): Promise<JWTPayload> {
    const known = this.trusted.get(audience + token);
    if (known && known.until > Date.now()) return known.claims;
    const claims = await this.verified(token, audience);
    if (this.trusted.size >= mostTrusted) this.trusted.clear();
    this.trusted.set(audience + token, { claims, until: Math.min(Date.now() + trustMs, (claims.exp ?? 0) * 1000) });
    return claims;
  }

  private async verified(token: string, audience: Audience): Promise<JWTPayload> {
    try {
      const requiredClaims = ['sub', 'exp', 'iat', 'jti'];
      const options = { algorithms: [algorithm], issuer, audience, requiredClaims };
      return (await jwtVerify(token, this.key, options)).payload;
    } catch (error) {
      throw refused(error instanceof errors.JWTExpired ? 'token_expired' : 'invalid_token');
    }
  }

  private sign({ subject, roles }: Principal, audience: Audience, seconds: number): Promise<string> {
    return new SignJWT({ roles })
      .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(subject)
      .setJti(uuidv7())
      .setIssuedAt()
      .setExpirationTime(`${seconds}s`)
      .sign(this.key);
  }
}

function refused(code: 'token_expired' | 'invalid_token'): Problem {
  return new Problem(code, undefined, [], { 'WWW-Authenticate': 'Bearer realm="ymera", error="invalid_token"' });
}

/** The token of an `Authorization: Bearer` header. @throws Problem `unauthenticated` where there is none */
export function bearerToken(authorization: string | undefined): string {
  const token = /^Bearer +([A-Za-z0-9._~+/=-]+)$/i.exec(authorization ?? '')?.[1];
  if (token) return token;
  throw new Problem('unauthenticated', undefined, [], { 'WWW-Authenticate': 'Bearer realm="ymera"' });
}
