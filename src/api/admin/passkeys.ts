import { z } from 'zod';
import type { Accounts } from '../../access/accounts.ts';
import type { Gate } from '../../access/gate.ts';
import type { Links } from '../../access/links.ts';
import type { Passkeys } from '../../access/passkeys.ts';
import type { People } from '../../access/people.ts';
import type { LinkRecord } from '../../access/records.ts';
import type { Sessions } from '../../access/sessions.ts';
import { AnnalsError } from '../../core/errors.ts';
import type { Clock } from '../../core/micros.ts';
import { requestFacts } from '../../http/connection.ts';
import type { OwnRecords } from '../../ledger/own-records.ts';
import { type ApiRoute, json, route } from '../route.ts';
import { personChange } from './access-changes.ts';
import { nameSchema } from './organisations.ts';
import { personResponse, personSchema } from './person-response.ts';
import { sessionSchema } from './session-response.ts';
import { signIn } from './sign-in.ts';

export interface PasskeyRouteDependencies {
  readonly accounts: Accounts;
  readonly gate: Gate;
  readonly sessions: Sessions;
  readonly links: Links;
  readonly people: People;
  readonly passkeys: Passkeys;
  readonly ownRecords: OwnRecords;
  readonly clock: Clock;
}

const bodyLimits = { maxBytes: 32 * 1024, maxValues: 500 };

const base64url = z.string().max(16_384, 'must have at most 16384 characters');
const linkToken = z
  .string()
  .max(200, 'must have at most 200 characters')
  .describe('What a link of the purpose `passkey` has behind its #');

const credentialFields = {
  id: base64url,
  rawId: base64url,
  type: z.literal('public-key'),
  clientExtensionResults: z.looseObject({}),
};

/** `PublicKeyCredential.toJSON()` of a browser, after `navigator.credentials.create`. */
const newCredentialSchema = z
  .looseObject({
    ...credentialFields,
    response: z.looseObject({ clientDataJSON: base64url, attestationObject: base64url }),
  })
  .meta({ id: 'PasskeyAttestation' });

/** The same after `navigator.credentials.get`. */
const credentialSchema = z
  .looseObject({
    ...credentialFields,
    response: z.looseObject({
      clientDataJSON: base64url,
      authenticatorData: base64url,
      signature: base64url,
      userHandle: base64url.exactOptional(),
    }),
  })
  .meta({ id: 'PasskeyAssertion' });

const enrolmentRequestSchema = z.strictObject({ link: linkToken }).meta({ id: 'PasskeyRequest' });

const enrolmentSchema = z
  .strictObject({
    link: linkToken,
    name: nameSchema.describe('Of the person; that of the link by default').exactOptional(),
    response: newCredentialSchema,
  })
  .meta({ id: 'PasskeyEnrolment' });

const enrolledSchema = z
  .strictObject({ person: personSchema, session: sessionSchema })
  .meta({ id: 'EnrolledPerson' });

const signInSchema = z.strictObject({ response: credentialSchema }).meta({ id: 'PasskeySignIn' });

const creationOptionsSchema = z
  .looseObject({ challenge: z.string() })
  .meta({ id: 'PasskeyCreationOptions' });

const requestOptionsSchema = z
  .looseObject({ challenge: z.string() })
  .meta({ id: 'PasskeyRequestOptions' });

const cookie = { 'Set-Cookie': z.string().describe('`__Host-annals`, for browsers alone') };

/** Enrolling a passkey by a link: what a page of ours does for a browser (WebAuthn). */
export function passkeyRoutes(dependencies: PasskeyRouteDependencies): readonly ApiRoute[] {
  const { gate, links, people, passkeys, ownRecords } = dependencies;

  const enrolmentOptions = route(
    'POST',
    '/v1/passkeys/options',
    {
      operationId: 'createPasskeyOptions',
      tag: 'people',
      summary:
        'What a browser needs to make a passkey, for who has a link; the link is not used by it',
      body: enrolmentRequestSchema,
      bodyLimits,
      key: 'none',
      success: {
        status: 200,
        description: 'For PublicKeyCredential.parseCreationOptionsFromJSON',
        content: json(creationOptionsSchema),
      },
    },
    async (c, { body }) => {
      gate.refuseOtherSites(c.req.raw);
      const { link: token } = await body('enrol a passkey');
      const options = await passkeys.enrolmentOptions(enrolmentLink(token, c.req.raw), c.req.raw);
      return c.json({ ...options });
    },
  );

  const enrol = route(
    'POST',
    '/v1/passkeys',
    {
      operationId: 'createPasskey',
      tag: 'people',
      summary:
        'Enrol a passkey by a link: makes a person with the link’s role, and signs the browser in',
      body: enrolmentSchema,
      bodyLimits,
      key: 'none',
      success: {
        status: 201,
        description: 'The person and the session',
        content: json(enrolledSchema),
        headers: cookie,
      },
    },
    async (c, { body }) => {
      const request = c.req.raw;
      gate.refuseOtherSites(request);
      const { link: token, name, response } = await body('enrol a passkey');
      const before = enrolmentLink(token, request);
      const passkey = await passkeys.enrol(before, response, request);
      // It may have been used, or revoked, while the answer was verified.
      const link = enrolmentLink(token, request);
      await links.open(link);
      const person = people.draw(link, name ?? link.name, passkey);
      try {
        const facts = requestFacts(request);
        await ownRecords.accessChanged(personChange('person.create', person), link, facts);
        // Whoever revoked it meanwhile, and what came of it, did not find this person yet.
        gate.checkLinkAgain(link, request);
        await people.add(person);
        const session = await signIn(dependencies, person, c);
        return c.json({ person: personResponse(person), session }, 201);
      } catch (error) {
        await people.remove(person).catch(() => {});
        await links.giveBack(link).catch(() => {});
        throw error;
      }
    },
  );

  return [enrolmentOptions, enrol];

  function enrolmentLink(token: string, request: Request): LinkRecord {
    const link = gate.authenticateLink(token, request);
    if (link.purpose === 'passkey') return link;
    throw new AnnalsError('invalid', 'Cannot enrol a passkey: this link signs a browser in', {
      issues: [{ field: 'link', message: 'is not one to enrol a passkey with' }],
    });
  }
}

/** Signing in with a passkey. Before the other routes of sessions, which take any word there for an id. */
export function passkeySessionRoutes(dependencies: PasskeyRouteDependencies): readonly ApiRoute[] {
  const { gate, people, passkeys } = dependencies;

  const signInOptions = route(
    'POST',
    '/v1/sessions/passkey/options',
    {
      operationId: 'createSignInOptions',
      tag: 'sessions',
      summary: 'What a browser needs to sign in with a passkey, for anybody',
      key: 'none',
      success: {
        status: 200,
        description: 'For PublicKeyCredential.parseRequestOptionsFromJSON',
        content: json(requestOptionsSchema),
      },
    },
    async (c) => {
      gate.refuseOtherSites(c.req.raw);
      return c.json({ ...(await passkeys.signInOptions(c.req.raw)) });
    },
  );

  const signInByPasskey = route(
    'POST',
    '/v1/sessions/passkey',
    {
      operationId: 'createSessionByPasskey',
      tag: 'sessions',
      summary: 'Sign a browser in with a passkey',
      body: signInSchema,
      bodyLimits,
      key: 'none',
      success: {
        status: 201,
        description: 'The session',
        content: json(sessionSchema),
        headers: cookie,
      },
    },
    async (c, { body }) => {
      const request = c.req.raw;
      gate.refuseOtherSites(request);
      const { response } = await body('sign in');
      const answer = await gate.authenticatePerson(
        passkeys.personOf(response),
        (person) => passkeys.verify(person, response, request),
        request,
      );
      const person = await people.signedIn(answer);
      return c.json(await signIn(dependencies, person, c), 201);
    },
  );

  return [signInOptions, signInByPasskey];
}
