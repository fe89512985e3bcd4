import type { RequestListener, Server, ServerOptions } from 'node:http';
import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Logger } from 'pino';
import { messageOf } from '../core/errors.ts';
import { type Clock, formatInstant } from '../core/micros.ts';
import { minTlsVersion, readTlsIdentity, type TlsFiles, type TlsIdentity } from './tls-identity.ts';

export interface ServerTlsOptions {
  readonly files: TlsFiles;
  readonly log: Logger;
  readonly clock: Clock;
  /** Called with an identity once it is used in place of the one before. Must not throw. */
  readonly onReplaced: (identity: TlsIdentity) => void;
  /** Called each time a handshake fails. Must not throw. */
  readonly onFailedHandshake: () => void;
  /** How often the files are looked at. */
  readonly pollMillis?: number;
}

const defaultPollMillis = 10_000;

/**
 * TLS of a server. It looks at its files every ten seconds, and uses what is new there for new connections; those that
 * are open stay as they are. It compares contents: notices of a file system miss links that point elsewhere, as
 * Kubernetes and certbot replace secrets, and mounted files. Files that cannot be used are logged, and change nothing.
 */
export class ServerTls {
  readonly #options: ServerTlsOptions;
  readonly #handshakes = new Map<string, Socket>();
  readonly #polling: NodeJS.Timeout;
  #identity: TlsIdentity;
  #server: ReturnType<typeof createServer> | undefined;
  /** What is wrong with the files as they are now, if anything. */
  #problem: { readonly message: string; isLogged: boolean } | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(identity: TlsIdentity, options: ServerTlsOptions) {
    this.#identity = identity;
    this.#options = options;
    this.#warn();
    const { pollMillis = defaultPollMillis } = options;
    this.#polling = setInterval(() => void this.#lookAgain(false), pollMillis).unref();
  }

  get identity(): TlsIdentity {
    return this.#identity;
  }

  /** An HTTP server behind TLS; there is one. A handshake must be over within this time, however its bytes come. */
  createServer(options: ServerOptions, handshakeMillis: number, listener: RequestListener): Server {
    const server = createServer(
      { ...options, ...this.#context(), handshakeTimeout: handshakeMillis },
      listener,
    );
    server.on('connection', (socket: Socket) => {
      const peer = peerOf(socket);
      this.#handshakes.set(peer, socket);
      socket.once('close', () => this.#handshakes.delete(peer));
    });
    server.on('secureConnection', (socket: TLSSocket) => this.#handshakes.delete(peerOf(socket)));
    server.on('tlsClientError', (err: Error) => {
      this.#options.onFailedHandshake();
      this.#options.log.debug({ err }, 'a TLS handshake failed');
    });
    this.#server = server;
    return server;
  }

  /** Ends connections that have not begun to speak HTTP, so that a stop need not wait for them. */
  closeHandshakes(): void {
    for (const socket of this.#handshakes.values()) socket.destroy();
  }

  /** Looks at the files now, and logs what it found. Never rejects. */
  reload(): Promise<void> {
    return this.#lookAgain(true);
  }

  close(): void {
    clearInterval(this.#polling);
  }

  #lookAgain(isAsked: boolean): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look(isAsked));
    return this.#looking;
  }

  async #look(isAsked: boolean): Promise<void> {
    const { files, log, onReplaced } = this.#options;
    let found: TlsIdentity;
    try {
      found = await readTlsIdentity(files);
    } catch (error) {
      this.#logProblem(messageOf(error), isAsked);
      return;
    }
    this.#problem = undefined;
    const { cert, key, clientCa } = this.#identity;
    if (found.cert === cert && found.key === key && found.clientCa === clientCa) {
      if (isAsked) log.info('the TLS files are those that are used already');
      return;
    }
    this.#identity = found;
    this.#server?.setSecureContext(this.#context());
    log.info(
      {
        subject: found.subject,
        fingerprint: found.fingerprint,
        until: formatInstant(found.validTo),
      },
      'new connections get the TLS certificate that is in the files now',
    );
    this.#warn();
    onReplaced(found);
  }

  /** The files may be half replaced, so a problem is logged when it is still there at the next look, and once. */
  #logProblem(message: string, isAsked: boolean): void {
    const isKnown = this.#problem?.message === message;
    if (!isKnown) this.#problem = { message, isLogged: false };
    if (this.#problem!.isLogged || !(isKnown || isAsked)) return;
    this.#problem!.isLogged = true;
    this.#options.log.error(
      `Cannot use the TLS files as they are now: ${message}. The certificate from before stays, which is valid until ${formatInstant(this.#identity.validTo)}`,
    );
  }

  #warn(): void {
    const { files, log, clock } = this.#options;
    const { validFrom, validTo, isKeyOpen } = this.#identity;
    const now = clock();
    if (now > validTo) {
      log.warn(`the certificate in ${files.cert} has expired, at ${formatInstant(validTo)}`);
    } else if (now < validFrom) {
      log.warn(
        `the certificate in ${files.cert} is valid only from ${formatInstant(validFrom)} on`,
      );
    }
    if (isKeyOpen) {
      log.warn(`every user of this machine can read ${files.key}: run chmod 600 ${files.key}`);
    }
  }

  #context() {
    const { cert, key, clientCa } = this.#identity;
    return {
      cert,
      key,
      minVersion: minTlsVersion,
      // Without its certificate a client does not get as far as HTTP.
      ...(clientCa !== undefined && { ca: clientCa, requestCert: true, rejectUnauthorized: true }),
    } as const;
  }
}

/** The same of a connection and of TLS on top of it, which are two objects. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
