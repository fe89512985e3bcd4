import { z } from 'zod';
import { formatInstant } from '../../core/micros.ts';
import type { DialectDependencies } from '../../dialects/dialect.ts';
import { type ApiRoute, json, route } from '../route.ts';

const instant = z.string().meta({ format: 'date-time' });

/** As the vendor's client decodes it (wire: Thalassa 3.3); what a key has no word for is absent. */
const membershipListSchema = z
  .array(
    z
      .strictObject({
        identity: z.string().describe('The id of the key'),
        createdAt: instant,
        role: z.enum(['OWNER', 'MEMBER']).describe('OWNER for org-admin'),
        organisation: z
          .strictObject({
            identity: z.string(),
            name: z.string(),
            slug: z.string(),
            createdAt: instant,
            objectVersion: z.int(),
          })
          .meta({ id: 'MembershipOrganisation' }),
      })
      .meta({ id: 'Membership' }),
  )
  .meta({ id: 'MembershipList' });

/** The organisation of a key, where Thalassa's command-line tool looks it up if it is given none. */
export const membershipRoute = ({ admit }: Pick<DialectDependencies, 'admit'>): ApiRoute =>
  route(
    'GET',
    '/v1/me/organisation-memberships',
    {
      operationId: 'listMemberships',
      tag: 'organisations',
      summary: 'List the organisation that the key belongs to, in the vendor’s shape',
      success: { status: 200, description: 'One', content: json(membershipListSchema) },
    },
    (c) => {
      const { keyId, role, organisation } = admit(c.req.raw, 'audit_log:list');
      const { identity, name, slug } = organisation;
      const createdAt = formatInstant(organisation.createdAt);
      const membership: z.output<typeof membershipListSchema>[number] = {
        identity: keyId,
        createdAt,
        role: role === 'org-admin' ? 'OWNER' : 'MEMBER',
        organisation: { identity, name, slug, createdAt, objectVersion: 1 },
      };
      return c.json([membership]);
    },
  );
