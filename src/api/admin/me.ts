import { z } from 'zod';
import type { Gate } from '../../access/gate.ts';
import { accountKind } from '../../access/records.ts';
import { permissionsOf, roles } from '../../access/roles.ts';
import type { Sessions } from '../../access/sessions.ts';
import { formatInstant } from '../../core/micros.ts';
import { requireNamedOrganisation } from '../../http/connection.ts';
import { type ApiRoute, json, route } from '../route.ts';
import { sessionResponse, sessionSchema } from './session-response.ts';

const instant = z.string().meta({ format: 'date-time' });

const meSchema = z
  .strictObject({
    version: z.string().describe('Of the server'),
    organisation: z
      .strictObject({ identity: z.string(), slug: z.string(), name: z.string() })
      .describe('Absent for the operator’s key')
      .meta({ id: 'OwnOrganisation' })
      .exactOptional(),
    key: z
      .strictObject({
        id: z.string(),
        name: z.string(),
        role: z.enum(roles),
        createdAt: instant,
        createdBy: z.string().describe('Id of the key that created it').exactOptional(),
        expiresAt: instant.exactOptional(),
      })
      .describe('Absent in a session that no key signed in')
      .meta({ id: 'OwnKey' })
      .exactOptional(),
    session: sessionSchema.describe('If the request came with its cookie').exactOptional(),
    permissions: z.array(z.string()).describe('What it may do, such as audit_log:list'),
  })
  .meta({ id: 'Me' });

export interface MeRouteDependencies {
  readonly version: string;
  readonly gate: Gate;
  readonly sessions: Sessions;
}

/** Whose key it is that a request carries, and what it may do: for every valid key. */
export const meRoute = ({ version, gate, sessions }: MeRouteDependencies): ApiRoute =>
  route(
    'GET',
    '/v1/me',
    {
      operationId: 'getMe',
      tag: 'keys',
      summary: 'Get the key of this request, its organisation, and what it may do',
      success: { status: 200, description: 'The key', content: json(meSchema) },
    },
    (c) => {
      const principal = gate.authenticate(c.req.raw);
      const { account, organisation, session } = principal;
      if (organisation !== undefined) requireNamedOrganisation(organisation, c.req.raw);
      const { id, name, role, createdAt, createdBy, expiresAt } = account;
      const me: z.output<typeof meSchema> = {
        version,
        ...(organisation !== undefined && {
          organisation: {
            identity: organisation.identity,
            slug: organisation.slug,
            name: organisation.name,
          },
        }),
        ...(accountKind(account) === 'key' && {
          key: {
            id,
            name,
            role,
            createdAt: formatInstant(createdAt),
            ...(createdBy !== undefined && { createdBy }),
            ...(expiresAt !== undefined && { expiresAt: formatInstant(expiresAt) }),
          },
        }),
        ...(session !== undefined && { session: sessionResponse(session, principal, sessions) }),
        permissions: [...permissionsOf(role)],
      };
      return c.json(me);
    },
  );
