import { type X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { ActionError } from './actions/action';

/** A server whose certificate is looked at. `ca`: certificates to be trusted, as PEM. */
export interface TlsServer {
  host: string;
  port: number;
  servername?: string;
  ca?: string;
}

/** A certificate, and why it is not to be trusted, or null. */
export interface FoundCertificate {
  certificate: X509Certificate;
  untrusted: string | null;
}

const dayMs = 86_400_000;

/** Whole days that it is valid for yet; negative where it has expired. */
export function daysLeftOf({ validTo }: X509Certificate): number {
  return Math.floor((Date.parse(validTo) - Date.now()) / dayMs);
}

/** What is wrong with the time that a certificate is for, or null. @param least days that it must be valid for yet */
export function faultOf({ validFrom }: X509Certificate, daysLeft: number, least: number): string | null {
  if (daysLeft < 0) return 'it has expired';
  if (Date.parse(validFrom) > Date.now()) return 'it is not valid yet';
  return daysLeft < least ? `it is valid for ${daysLeft} days yet, fewer than ${least}` : null;
}

/**
 * Takes the certificate also where it can't be trusted: that is what is asked about.
 * @throws ActionError `unreachable`; the reason of the signal
 */
export function certificateOf(
  { host, port, servername, ca }: TlsServer,
  signal: AbortSignal,
): Promise<FoundCertificate> {
  const name = servername ?? host;
  const sni = isIP(name) === 0 ? { servername: name } : {};
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, ...sni, ...(ca ? { ca } : {}), rejectUnauthorized: false });
    const end = (settle: () => void): void => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      settle();
    };
    const onAbort = (): void => end(() => reject(signal.reason as Error));
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('error', (error: NodeJS.ErrnoException) =>
      end(() =>
        reject(new ActionError('unreachable', `${host}:${port} did not answer: ${error.code ?? error.message}`)),
      ),
    );
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerX509Certificate();
      const untrusted = socket.authorized ? null : `it is not trusted: ${reasonOf(socket.authorizationError)}`;
      end(() =>
        certificate
          ? resolve({ certificate, untrusted })
          : reject(new ActionError('unreachable', 'it showed no certificate')),
      );
    });
  });
}

/** Typed as an Error; in fact the code of one, mostly. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error);
}
