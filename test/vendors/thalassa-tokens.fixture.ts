/** Thalassa's `POST /oidc/token` (wire: thalassa 2.2 and 2.3). */
import { jsonResponse, type VendorRequest, type VendorResponse } from './vendor-model.fixture.ts';

export interface TokenSwitches {
  /** How long an access token is valid, by the vendor's clock. */
  tokenSeconds: number;
  /** How `expires_in` is written; where it is missing, clients believe the token never expires. */
  expiresIn: 'number' | 'text' | 'missing';
  /** Where the client's id and secret are looked for: HTTP Basic, the form, or both. */
  clientAuthentication: 'either' | 'basic' | 'form';
}

interface TokenCredentials {
  readonly organisation: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly subjectToken: string;
  readonly serviceAccount: string;
}

export interface TokenEndpoint {
  respond(request: VendorRequest): VendorResponse;
  accepts(accessToken: string): boolean;
  revokeAll(): void;
}

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const SUBJECT_TYPES = ['jwt', 'id_token'].map((type) => `urn:ietf:params:oauth:token-type:${type}`);

export function tokenEndpoint(
  credentials: TokenCredentials,
  switches: TokenSwitches,
  now: () => number,
): TokenEndpoint {
  /** Until when each token is valid, in milliseconds. */
  const tokens = new Map<string, number>();
  let issued = 0;

  const issue = (seconds: number): VendorResponse => {
    issued += 1;
    const token = `access-token-${issued}`;
    tokens.set(token, now() + seconds * 1000);
    const expiry = { number: seconds, text: String(seconds), missing: undefined };
    return jsonResponse(200, {
      access_token: token,
      token_type: 'Bearer',
      expires_in: expiry[switches.expiresIn],
    });
  };

  const isClient = (request: VendorRequest): boolean => {
    const { clientAuthentication: location } = switches;
    const found = [
      ...(location === 'form' ? [] : [basicCredentials(request)]),
      ...(location === 'basic' ? [] : [formCredentials(request)]),
    ];
    return found.some(
      ([id, secret]) => id === credentials.clientId && secret === credentials.clientSecret,
    );
  };

  return {
    accepts: (token) => now() < (tokens.get(token) ?? 0),
    revokeAll: () => tokens.clear(),
    respond: (request) => {
      const { form } = request;
      if (request.method !== 'POST') return failure(405, 'invalid_request');
      switch (form.get('grant_type')) {
        case 'client_credentials':
          return isClient(request) ? issue(switches.tokenSeconds) : failure(401, 'invalid_client');
        case EXCHANGE: {
          const trusted =
            form.get('subject_token') === credentials.subjectToken &&
            SUBJECT_TYPES.includes(form.get('subject_token_type') ?? '') &&
            form.get('organisation_id') === credentials.organisation &&
            form.get('service_account_id') === credentials.serviceAccount;
          if (!trusted) return failure(400, 'invalid_grant');
          // A whole number of seconds, with or without the unit.
          const requested = /^(\d+)s?$/.exec(form.get('access_token_lifetime') ?? '')?.[1];
          return issue(requested === undefined ? switches.tokenSeconds : Number(requested));
        }
        default:
          return failure(400, 'unsupported_grant_type');
      }
    },
  };
}

type Pair = readonly [id: string | null, secret: string | null];

const formCredentials = ({ form }: VendorRequest): Pair => [
  form.get('client_id'),
  form.get('client_secret'),
];

function basicCredentials(request: VendorRequest): Pair {
  const [scheme, encoded = ''] = (request.headers.authorization ?? '').split(' ');
  if (scheme !== 'Basic') return [null, null];
  const [id = '', secret = ''] = Buffer.from(encoded, 'base64').toString().split(':');
  return [formDecoded(id), formDecoded(secret)];
}

const formDecoded = (text: string): string | null => new URLSearchParams(`x=${text}`).get('x');

const failure = (status: number, error: string): VendorResponse =>
  jsonResponse(status, { error, error_description: `the token request was rejected: ${error}` });
