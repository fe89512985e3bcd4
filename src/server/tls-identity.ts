import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { open } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { AnnalsError, messageOf } from '../core/errors.ts';
import { type Micros, millisecond } from '../core/micros.ts';

/** Names of files in PEM. */
export interface TlsFiles {
  /** The server's certificate, then those between it and its authority. */
  readonly cert: string;
  readonly key: string;
  /** Authorities of the certificates that clients must have; undefined if clients need none. */
  readonly clientCa: string | undefined;
}

/** What `TlsFiles` have, checked: a certificate, its own key, and authorities. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
  readonly clientCa: string | undefined;
  /** `CN=audit.example.com` */
  readonly subject: string;
  /** SHA-256 of the certificate, in hex with colons, as browsers and openssl show it. */
  readonly fingerprint: string;
  readonly validFrom: Micros;
  readonly validTo: Micros;
  /** Whether every user of the machine may read the key's file. */
  readonly isKeyOpen: boolean;
}

/** Larger than any list of authorities: such a file is something else. */
const maxBytes = 1024 * 1024;

/** Said here because flags of Node can lower its own default. The ciphers are Node's. */
export const minTlsVersion = 'TLSv1.2';

/**
 * Reads and checks the files. Throws `invalid` with a sentence that names the file and what is wrong with it, and has
 * nothing of its content. A certificate that is not valid at this time passes.
 */
export async function readTlsIdentity(files: TlsFiles): Promise<TlsIdentity> {
  const [cert, key, clientCa] = await Promise.all([
    readPem(files.cert),
    readPem(files.key),
    files.clientCa === undefined ? undefined : readPem(files.clientCa),
  ]);
  const certificate = parseCertificate(files.cert, cert.text);
  const privateKey = parseKey(files.key, key.text);
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new AnnalsError(
      'invalid',
      `the key in ${files.key} is not that of the certificate in ${files.cert}`,
    );
  }
  if (clientCa !== undefined) parseCertificate(files.clientCa!, clientCa.text);
  const identity = { cert: cert.text, key: key.text, clientCa: clientCa?.text };
  try {
    createSecureContext({ ...identity, ca: identity.clientCa, minVersion: minTlsVersion });
  } catch (cause) {
    const names = [files.cert, files.key, files.clientCa].filter((name) => name !== undefined);
    const message = `TLS cannot use ${names.join(' with ')}: ${messageOf(cause)}`;
    throw new AnnalsError('invalid', message, { cause });
  }
  return {
    ...identity,
    subject: certificate.subject?.replaceAll('\n', ', ') ?? '',
    fingerprint: certificate.fingerprint256,
    validFrom: certificate.validFromDate.getTime() * millisecond,
    validTo: certificate.validToDate.getTime() * millisecond,
    isKeyOpen: (key.mode & 0o004) !== 0,
  };
}

async function readPem(name: string): Promise<{ text: string; mode: number }> {
  try {
    await using file = await open(name);
    const found = await file.stat();
    if (!found.isFile()) throw new AnnalsError('invalid', `${name} is not a file`);
    if (found.size > maxBytes) {
      throw new AnnalsError('invalid', `${name} has more than ${maxBytes} bytes`);
    }
    return { text: await file.readFile('utf8'), mode: found.mode };
  } catch (cause) {
    if (cause instanceof AnnalsError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? `there is no file ${name}` : `cannot read ${name} (${code})`;
    throw new AnnalsError('invalid', reason, { cause });
  }
}

function parseCertificate(file: string, text: string): X509Certificate {
  // Without it, bytes in DER would be read, which the rest of TLS does not take.
  if (!text.includes('-----BEGIN CERTIFICATE-----')) {
    throw new AnnalsError('invalid', `${file} has no certificate in PEM`);
  }
  try {
    return new X509Certificate(text);
  } catch (cause) {
    throw new AnnalsError('invalid', `the certificate in ${file} cannot be read`, { cause });
  }
}

function parseKey(file: string, text: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason =
      code === 'ERR_MISSING_PASSPHRASE' || text.includes('ENCRYPTED')
        ? `the key in ${file} is encrypted: decrypt it, and let the server's user alone read the file`
        : `${file} has no private key in PEM`;
    throw new AnnalsError('invalid', reason, { cause });
  }
}
