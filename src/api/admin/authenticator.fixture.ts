import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export interface AuthenticatorOptions {
  /** What the browser says about the page. */
  readonly origin?: string;
  readonly host?: string;
  /** Whether the authenticator says that it has verified who uses it. */
  readonly verified?: boolean;
}

/** An authenticator in software, and the browser around it: makes a passkey (ES256, attestation `none`) and signs with it. */
export class SoftwareAuthenticator {
  readonly credentialId = randomBytes(32);
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  readonly #origin: string;
  readonly #host: string;
  readonly #flags: number;
  userHandle = '';
  counter = 0;

  constructor({
    origin = 'https://annals.test',
    host = 'annals.test',
    verified = true,
  }: AuthenticatorOptions = {}) {
    this.#origin = origin;
    this.#host = host;
    // User present, user verified.
    this.#flags = verified ? 0x05 : 0x01;
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#privateKey = privateKey;
    this.#publicKey = publicKey;
  }

  get id(): string {
    return this.credentialId.toString('base64url');
  }

  /** What `navigator.credentials.create` gives, as JSON. */
  create({ challenge, user }: { challenge: string; user: { id: string } }) {
    this.userHandle = user.id;
    const { x = '', y = '' } = this.#publicKey.export({ format: 'jwk' });
    const key = Buffer.concat([
      // A map: kty EC2, alg ES256, crv P-256, x, y.
      Buffer.from('a5010203262001215820', 'hex'),
      Buffer.from(x, 'base64url'),
      Buffer.from('225820', 'hex'),
      Buffer.from(y, 'base64url'),
    ]);
    const attested = Buffer.concat([
      Buffer.alloc(16),
      Buffer.from([0, this.credentialId.length]),
      this.credentialId,
      key,
    ]);
    const authData = Buffer.concat([this.#authenticatorData(this.#flags | 0x40), attested]);
    const attestationObject = Buffer.concat([
      // A map: fmt "none", attStmt {}, authData with two bytes of length.
      Buffer.from('a363666d74646e6f6e656761747453746d74a068617574684461746159', 'hex'),
      Buffer.from([authData.length >> 8, authData.length & 0xff]),
      authData,
    ]);
    return this.#answer({
      clientDataJSON: this.#clientData('webauthn.create', challenge).toString('base64url'),
      attestationObject: attestationObject.toString('base64url'),
    });
  }

  /** What `navigator.credentials.get` gives, as JSON. */
  get({ challenge }: { challenge: string }) {
    this.counter += 1;
    const clientData = this.#clientData('webauthn.get', challenge);
    const authenticatorData = this.#authenticatorData(this.#flags);
    const signed = Buffer.concat([authenticatorData, sha256(clientData)]);
    return this.#answer({
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: authenticatorData.toString('base64url'),
      signature: sign('sha256', signed, this.#privateKey).toString('base64url'),
      userHandle: this.userHandle,
    });
  }

  #answer<R>(response: R) {
    const { id } = this;
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response } as const;
  }

  #clientData(type: string, challenge: string): Buffer {
    return Buffer.from(
      JSON.stringify({ type, challenge, origin: this.#origin, crossOrigin: false }),
    );
  }

  #authenticatorData(flags: number): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.counter);
    return Buffer.concat([sha256(Buffer.from(this.#host)), Buffer.from([flags]), counter]);
  }
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
