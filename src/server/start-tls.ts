import type { Server } from 'node:http';
import type { Logger } from 'pino';
import { AnnalsError, messageOf } from '../core/errors.ts';
import { formatInstant } from '../core/micros.ts';
import type { ServerTls, ServerTlsOptions } from './server-tls.ts';
import type { Settings } from './settings.ts';
import type { TlsIdentity } from './tls-identity.ts';

export interface OpenedTls {
  use(options: Omit<ServerTlsOptions, 'files'>): ServerTls;
}

/**
 * Reads and checks the files of the TLS settings; undefined without such settings. Throws `invalid`. What TLS needs is
 * loaded only here.
 */
export async function openTls({
  tlsCert: cert,
  tlsKey: key,
  tlsClientCa: clientCa,
}: Settings): Promise<OpenedTls | undefined> {
  if (cert === undefined || key === undefined) return undefined;
  const [{ readTlsIdentity }, { ServerTls }] = await Promise.all([
    import('./tls-identity.ts'),
    import('./server-tls.ts'),
  ]);
  const files = { cert, key, clientCa };
  try {
    const identity = await readTlsIdentity(files);
    return { use: (options) => new ServerTls(identity, { files, ...options }) };
  } catch (cause) {
    throw new AnnalsError('invalid', `Cannot start: ${messageOf(cause)}`, { cause });
  }
}

/** What a record of our own says about a certificate. */
export function certificateFacts({ subject, fingerprint, validTo, clientCa }: TlsIdentity) {
  const clientCertificates = clientCa !== undefined;
  return { subject, fingerprint, validTo: formatInstant(validTo), clientCertificates };
}

/** Warns when a server without TLS can be reached from other machines. */
export function warnOfPlainHttp(server: Server, log: Logger): void {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') return;
  const { address } = bound;
  if (address === '::1' || /^(::ffff:)?127\./.test(address)) return;
  log.warn(
    { address },
    'keys and events cross the network unencrypted: give --tls-cert and --tls-key, or listen on 127.0.0.1 behind a proxy that speaks TLS',
  );
}
