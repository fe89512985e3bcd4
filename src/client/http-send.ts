import http from 'node:http';
import https from 'node:https';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { getCACertificates } from 'node:tls';
import { constants, createGunzip, createZstdDecompress } from 'node:zlib';
import { AnnalsError, messageOf } from '../core/errors.ts';
import { addressOf, type ClientRequest, type ClientResponse, type Send } from './request.ts';

export interface HttpSendSettings {
  /** A request fails when nothing arrives for this many milliseconds. */
  readonly idleMilliseconds?: number;
  /** False accepts every certificate: for endpoints under test only. */
  readonly verifyCertificates?: boolean;
  readonly tls?: ClientTls | undefined;
  readonly maxConnections?: number;
}

/** In PEM. */
export interface ClientTls {
  /** Certificates of authorities that are trusted beside the usual ones. */
  readonly ca?: string;
  /** What is shown to a server that asks for the certificate of its client. */
  readonly cert?: string;
  readonly key?: string;
}

/**
 * Sends with node:http, which unlike fetch shows trailers and can be told to accept every certificate. A certificate that is
 * not accepted is no reason to try again, and neither is a connection that cannot be made before any response came: then
 * the address is wrong, or nothing is there. Both errors say what helps, and are permanent.
 */
export function createHttpSend({
  idleMilliseconds = 60_000,
  verifyCertificates = true,
  tls: { ca, ...certificate } = {},
  maxConnections = 8,
}: HttpSendSettings = {}): Send {
  const options = { keepAlive: true, maxSockets: maxConnections, timeout: idleMilliseconds };
  const plain = new http.Agent(options);
  const secure = new https.Agent({
    ...options,
    rejectUnauthorized: verifyCertificates,
    ...certificate,
    ...(ca !== undefined && { ca: [...getCACertificates('default'), ca] }),
  });
  let hasResponded = false;
  return (request, signal) =>
    new Promise((resolve, reject) => {
      const { url, method = 'GET', body } = request;
      const overTls = url.protocol === 'https:';
      const outgoing = (overTls ? https : http).request(url, {
        agent: overTls ? secure : plain,
        method,
        headers: { 'accept-encoding': 'zstd, gzip', ...request.headers },
        signal,
      });
      outgoing.on('timeout', () => {
        const seconds = idleMilliseconds / 1_000;
        const message = `${addressOf(request)} sent nothing for ${seconds} seconds`;
        outgoing.destroy(new AnnalsError('timeout', message));
      });
      outgoing.on('error', (error) => reject(requestError(error, request, signal, hasResponded)));
      outgoing.on('response', (response) => {
        hasResponded = true;
        resolve(toClientResponse(response, request, signal));
      });
      outgoing.end(body);
    });
}

function toClientResponse(
  response: http.IncomingMessage,
  request: ClientRequest,
  signal: AbortSignal,
): ClientResponse {
  const headers = new Headers();
  for (const [name, values] of Object.entries(response.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const decoded = decode(response, headers.get('content-encoding'));
  return {
    status: response.statusCode ?? 0,
    headers,
    body: readBody(decoded, response, request, signal),
    trailers: () => response.trailers,
    discard: () => response.destroy(),
  };
}

/** How much is decompressed at a time, however much that is of the compressed bytes. */
const chunkSize = 128 * 1024;
/** How much memory a sender may require for decompression: 8 MB, which every receiver must allow (RFC 9659). */
const windowLogMax = 23;

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip({ chunkSize }),
  zstd: () =>
    createZstdDecompress({ chunkSize, params: { [constants.ZSTD_d_windowLogMax]: windowLogMax } }),
};

function decode(response: http.IncomingMessage, encoding: string | null): Readable {
  const decoder = decoders[encoding ?? ''];
  if (decoder === undefined) return response;
  // The callback only keeps a failure from being unhandled: the reader gets it from the stream itself.
  return pipeline(response, decoder(), () => undefined);
}

async function* readBody(
  decoded: Readable,
  response: http.IncomingMessage,
  request: ClientRequest,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of decoded) yield chunk as Uint8Array;
  } catch (error) {
    throw signal.aborted ? error : bodyError(request, error);
  }
  if (!response.complete) throw bodyError(request, undefined);
}

function bodyError(request: ClientRequest, cause: unknown): AnnalsError {
  if (cause instanceof AnnalsError) return cause;
  if (isDecompressionError(cause)) {
    const message = `The response of ${addressOf(request)} cannot be decompressed: ${messageOf(cause)}`;
    return new AnnalsError('corrupt', message, { cause });
  }
  const message = `The response of ${addressOf(request)} was cut off`;
  return new AnnalsError('incomplete', message, { cause });
}

/** Whether compressed content is wrong in itself. When it merely ends too early the code is `Z_BUF_ERROR`. */
function isDecompressionError(error: unknown): boolean {
  const code = String((error as NodeJS.ErrnoException | undefined)?.code);
  return code.startsWith('ZSTD_error') || code === 'Z_DATA_ERROR';
}

function requestError(
  error: Error,
  request: ClientRequest,
  signal: AbortSignal,
  hasResponded: boolean,
): unknown {
  if (signal.aborted || error instanceof AnnalsError) return error;
  // A failure on several addresses comes as one error without a message of its own.
  const cause = error instanceof AggregateError ? (error.errors[0] ?? error) : error;
  const reason = messageOf(cause)
    // Node adds advice about its own flags, and OpenSSL says in which line of which file it noticed.
    .replace(/; if the root CA .*/s, '')
    .replace(/^[\dA-F]+:error:[^:]*:[^:]*:[^:]*:([^:]+):.*/s, '$1')
    .trim();
  const message = `Cannot reach ${addressOf(request)}: ${reason}`;
  const code = String((cause as NodeJS.ErrnoException).code);
  const certificateHelp = helpWithCertificate(code);
  if (certificateHelp !== undefined) {
    return new AnnalsError('corrupt', `${message}. ${certificateHelp}`, {
      cause: error,
      isPermanent: true,
    });
  }
  const help = hasResponded ? undefined : helpWithAddress(code, request.url.protocol);
  if (help === undefined) return new AnnalsError('unavailable', message, { cause: error });
  // A server that is being started again resets connections as well.
  const isPermanent = code !== 'ECONNRESET';
  return new AnnalsError('unavailable', `${message}. ${help}`, { cause: error, isPermanent });
}

/** Undefined when the certificate is not what is wrong. The codes are those of OpenSSL and of Node. */
function helpWithCertificate(code: string): string | undefined {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return 'The certificate is for another name: give --api with that name';
  }
  if (/^(CERT_(HAS_EXPIRED|NOT_YET_VALID|REVOKED))$/.test(code)) {
    return 'The server needs another certificate, or the clock of this machine is wrong';
  }
  if (/^(CERT_|UNABLE_TO_(GET|VERIFY|DECRYPT)_|SELF_SIGNED_|DEPTH_ZERO_)/.test(code)) {
    return 'If you trust who issued its certificate, give the issuer’s certificate with --ca-file';
  }
  return undefined;
}

/** Undefined when the address is not what is wrong. */
function helpWithAddress(code: string, protocol: string): string | undefined {
  if (code === 'ECONNREFUSED') return 'Does the server run, and is --api its address?';
  if (code === 'ENOTFOUND') return 'Is the name in --api right?';
  if (/^ERR_SSL_.*_(CERTIFICATE_REQUIRED|UNKNOWN_CA|BAD_CERTIFICATE)$/.test(code)) {
    return 'The server wants a certificate of its client that it trusts: give --client-cert';
  }
  if (code === 'ECONNRESET') {
    return protocol === 'https:'
      ? 'Does the server want a certificate of its client? If so, give --client-cert'
      : 'Does the server speak TLS there? If so, give --api with https://';
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    return 'Does the server speak TLS there? If not, give --api with http://';
  }
  return undefined;
}
