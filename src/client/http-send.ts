import http from 'node:http';
import https from 'node:https';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { constants, createGunzip, createZstdDecompress } from 'node:zlib';
import { AnnalsError, messageOf } from '../core/errors.ts';
import { type ClientRequest, type ClientResponse, type Send, urlWithoutQuery } from './request.ts';

export interface HttpSendSettings {
  /** How long nothing may arrive, in milliseconds. */
  readonly idleMilliseconds?: number;
  /** False takes any certificate: for endpoints under test only. */
  readonly verifyCertificates?: boolean;
  readonly maxConnections?: number;
}

/** Over node:http, which unlike fetch shows trailers and lets go of certificates when told to. */
export function createHttpSend({
  idleMilliseconds = 60_000,
  verifyCertificates = true,
  maxConnections = 8,
}: HttpSendSettings = {}): Send {
  const options = { keepAlive: true, maxSockets: maxConnections, timeout: idleMilliseconds };
  const plain = new http.Agent(options);
  const secure = new https.Agent({ ...options, rejectUnauthorized: verifyCertificates });
  return (question, signal) =>
    new Promise((resolve, reject) => {
      const { url, method = 'GET', body } = question;
      const overTls = url.protocol === 'https:';
      const request = (overTls ? https : http).request(url, {
        agent: overTls ? secure : plain,
        method,
        headers: { 'accept-encoding': 'zstd, gzip', ...question.headers },
        signal,
      });
      request.on('timeout', () => {
        const seconds = idleMilliseconds / 1_000;
        request.destroy(
          new AnnalsError(
            'timeout',
            `${urlWithoutQuery(question)} sent nothing for ${seconds} seconds`,
          ),
        );
      });
      request.on('error', (error) => reject(requestError(error, question, signal)));
      request.on('response', (response) => resolve(toClientResponse(response, question, signal)));
      request.end(body);
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

/** How much is unpacked at a time, however well it was packed. */
const chunkSize = 128 * 1024;
/** What a sender may ask to be remembered while unpacking: 8 MB, as every receiver must allow (RFC 9659). */
const windowLogMax = 23;

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip({ chunkSize }),
  zstd: () =>
    createZstdDecompress({ chunkSize, params: { [constants.ZSTD_d_windowLogMax]: windowLogMax } }),
};

function decode(response: http.IncomingMessage, encoding: string | null): Readable {
  const decoder = decoders[encoding ?? ''];
  if (decoder === undefined) return response;
  // The callback only keeps a failure from going unheard; whoever reads is told by the stream itself.
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
    const message = `The answer of ${urlWithoutQuery(request)} cannot be unpacked: ${messageOf(cause)}`;
    return new AnnalsError('corrupt', message, { cause });
  }
  return new AnnalsError(
    'incomplete',
    `The answer of ${urlWithoutQuery(request)} ended before its end`,
    {
      cause,
    },
  );
}

/** Packed content that is wrong in itself; where it merely ends too early, that is `Z_BUF_ERROR`. */
function isDecompressionError(error: unknown): boolean {
  const code = String((error as NodeJS.ErrnoException | undefined)?.code);
  return code.startsWith('ZSTD_error') || code === 'Z_DATA_ERROR';
}

function requestError(error: Error, request: ClientRequest, signal: AbortSignal): unknown {
  if (signal.aborted || error instanceof AnnalsError) return error;
  // A failure on several addresses comes as one error without a message of its own.
  const reason = messageOf(error instanceof AggregateError ? (error.errors[0] ?? error) : error);
  return new AnnalsError('unavailable', `Cannot reach ${urlWithoutQuery(request)}: ${reason}`, {
    cause: error,
  });
}
