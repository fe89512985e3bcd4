import { change } from '../api/client.ts';
import type { components } from '../api/schema.d.ts';

type Enrolled = components['schemas']['EnrolledPerson'];

/** Why this browser cannot use passkeys here; undefined if it can. */
export function whyNoPasskeys(): string | undefined {
  if (!window.isSecureContext) return 'Passkeys need https, or http://localhost.';
  if (window.PublicKeyCredential?.parseRequestOptionsFromJSON === undefined) {
    return 'This browser has no passkeys.';
  }
  return undefined;
}

/** Makes a passkey for whoever has a link, and signs this browser in. Rejects also when the person says no. */
export async function enrolPasskey(link: string, name: string): Promise<Enrolled> {
  const { body: options } = await change<PublicKeyCredentialCreationOptionsJSON>(
    'POST',
    '/v1/passkeys/options',
    { link },
  );
  const credential = await asked(
    navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
    }),
  );
  const { body } = await change<Enrolled>('POST', '/v1/passkeys', {
    link,
    ...(name !== '' && { name }),
    response: credential.toJSON(),
  });
  return body;
}

/** Signs this browser in with a passkey that the person chooses. */
export async function signInWithPasskey(): Promise<void> {
  const { body: options } = await change<PublicKeyCredentialRequestOptionsJSON>(
    'POST',
    '/v1/sessions/passkey/options',
  );
  const credential = await asked(
    navigator.credentials.get({
      publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
    }),
  );
  await change('POST', '/v1/sessions/passkey', { response: credential.toJSON() });
}

/** What the browser answers. It says in one way that somebody said no, took too long, or has no passkey for this host. */
async function asked(answer: Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await answer;
    if (credential instanceof PublicKeyCredential) return credential;
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') throw error;
  }
  throw new Error('There was no passkey for this address, or it was not allowed. Try again.');
}
