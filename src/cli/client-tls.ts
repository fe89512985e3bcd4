import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ClientTls } from '../client/http-send.ts';
import { AnnalsError } from '../core/errors.ts';
import type { CliContext } from './cli-context.ts';
import { type ClientTlsFlags, tlsVariables } from './client-tls-flags.ts';
import { fileProblem } from './file-problem.ts';
import { readSecretFile } from './secrets.ts';

/** The files that flags or the environment name. Throws `invalid` for one that cannot be used. */
export async function readClientTls(
  flags: ClientTlsFlags,
  context: Pick<CliContext, 'env' | 'stdin' | 'stderr' | 'cwd'>,
): Promise<ClientTls> {
  const file = (name: keyof ClientTlsFlags) =>
    flags[name] ?? (context.env[tlsVariables[name]] || undefined);
  const [caFile, certFile] = [file('caFile'), file('clientCert')];
  const keyFile = file('clientKey') ?? certFile;
  if (certFile === undefined && keyFile !== undefined) {
    throw new AnnalsError('invalid', 'Cannot use --client-key: give --client-cert as well');
  }
  return {
    ...(caFile !== undefined && { ca: await readCertificates(caFile, '--ca-file', context) }),
    ...(certFile !== undefined && (await readPair(certFile, keyFile!, context))),
  };
}

async function readPair(
  certFile: string,
  keyFile: string,
  context: Pick<CliContext, 'env' | 'stdin' | 'stderr' | 'cwd'>,
) {
  const cert = await readCertificates(certFile, '--client-cert', context);
  const key = await readSecretFile(keyFile, 'the key of the client’s certificate', context);
  let isOfCertificate: boolean;
  try {
    isOfCertificate = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch (cause) {
    const help =
      keyFile === certFile ? 'give the file with its key as --client-key' : 'it has to be PEM';
    throw new AnnalsError('invalid', `Cannot use ${certFile} with the key in ${keyFile}: ${help}`, {
      cause,
    });
  }
  if (isOfCertificate) return { cert, key };
  throw new AnnalsError('invalid', `The key in ${keyFile} is not that of ${certFile}`);
}

async function readCertificates(
  file: string,
  flag: string,
  { cwd }: Pick<CliContext, 'cwd'>,
): Promise<string> {
  const reject = (reason: string) =>
    new AnnalsError('invalid', `Cannot use ${file} as ${flag}: ${reason}`);
  const text = await readFile(resolve(cwd, file), 'utf8').catch((error: unknown) => {
    throw reject(fileProblem(error));
  });
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw reject('it has no certificate in PEM (-----BEGIN CERTIFICATE-----)');
}
