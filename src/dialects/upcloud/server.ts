import { randomFillSync } from 'node:crypto';
import { Hono } from 'hono';
import { AnnalsError } from '../../core/errors.ts';
import type { Organisation } from '../../core/organisation.ts';
import type { Random } from '../../core/uuid.ts';
import { recordedQuery } from '../../http/connection.ts';
import type { HttpEnv } from '../../http/env.ts';
import { streamTextBody } from '../../http/streaming.ts';
import type { DialectServer } from '../dialect.ts';
import { snapshotHeader } from '../dropped-events.ts';
import { exportFormats, exportText, formats } from './export.ts';
import { findByUlid, parseStoredEvent } from './find-event.ts';
import { isFault, problemResponse } from './problem.ts';
import { filterOf, readFormat, readListParameters } from './query.ts';
import { newUlid, ulidPattern } from './ulid.ts';
import { actions, origins, resourceTypes } from './vocabulary.ts';
import { toUpcloud } from './wire.ts';

export interface UpcloudOptions {
  /** For the ids by which responses name a failure. */
  readonly random?: Random;
}

/** UpCloud's audit-log API, version 1.3 (wire: UpCloud), and the account calls of its command-line tool. */
export function createUpcloudServer(options: UpcloudOptions = {}): DialectServer {
  const { random = (bytes: Uint8Array) => void randomFillSync(bytes) } = options;
  return (dependencies) => {
    const reject = (error: unknown): Response => {
      const correlationId = newUlid(dependencies.clock(), random);
      if (isFault(error)) dependencies.reportFault?.(error, correlationId);
      return problemResponse(error, correlationId);
    };
    const app = new Hono<HttpEnv>();
    app.onError((error) => reject(error));
    app.notFound((c) => reject(new AnnalsError('not-found', `There is no ${c.req.path}`)));

    app.get('/1.3/account', (c) => {
      const { keyName } = dependencies.admit(c.req.raw, 'audit_log:list');
      return c.json({
        account: { username: keyName, credits: 0, resource_limits: resourceLimits },
      });
    });

    app.get('/1.3/account/details/:username{.+}', (c) => {
      const { keyName, organisation } = dependencies.admit(c.req.raw, 'audit_log:list');
      if (c.req.param('username') !== keyName) {
        throw new AnnalsError('not-found', `The account of this key is ${keyName}`);
      }
      return c.json({ account: accountDetails(keyName, organisation) });
    });

    app.get('/1.3/audit-logs', async (c) => {
      const caller = dependencies.admit(c.req.raw, 'audit_log:list');
      const url = new URL(c.req.url);
      const reader = dependencies.reader.withSignal(c.req.raw.signal);
      const organisation = caller.organisation.identity;
      const parameters = readListParameters(url.searchParams, dependencies.clock());
      const { limit, offset } = parameters;
      const { size } = await reader.head(organisation);
      const filter = await filterOf(reader, organisation, parameters);
      const [total, events] = await Promise.all([
        reader.count(organisation, filter, size),
        limit === 0
          ? []
          : reader.list(organisation, {
              filter,
              order: 'desc',
              skip: offset,
              limit,
              snapshot: size,
            }),
      ]);
      await dependencies.recordRead(caller, 'audit_log.list', { query: recordedQuery(url) });
      const audit_logs = events.map((event) => toUpcloud(parseStoredEvent(event)));
      return c.json({ audit_logs }, 200, {
        'Upcloud-Total-Count': String(total),
        [snapshotHeader]: String(size),
      });
    });

    app.get('/1.3/audit-logs/filter-options', (c) => {
      dependencies.admit(c.req.raw, 'audit_log:list');
      return c.json({ resource_types: resourceTypes, actions, origins });
    });

    app.get('/1.3/audit-logs/export', async (c) => {
      const caller = dependencies.admit(c.req.raw, 'audit_log:list');
      const reader = dependencies.reader.withSignal(c.req.raw.signal);
      const organisation = caller.organisation.identity;
      const format = readFormat(new URL(c.req.url).searchParams, exportFormats);
      const { size } = await reader.head(organisation);
      await dependencies.recordRead(caller, 'audit_log.export', { format, snapshot: size });
      const text = exportText(reader, organisation, size, format);
      // For HEAD there is no stream: the reader would stay open until somebody read it.
      const body =
        c.req.method === 'HEAD'
          ? null
          : streamTextBody(text, c, { onFault: (fault) => dependencies.reportFault?.(fault) });
      return new Response(body, {
        headers: {
          'Content-Type': formats[format].mediaType,
          [snapshotHeader]: String(size),
          'Content-Disposition': `attachment; filename="audit-logs-export.${format}"`,
        },
      });
    });

    app.get('/1.3/audit-logs/:cloudEventID', async (c) => {
      const caller = dependencies.admit(c.req.raw, 'audit_log:read');
      const ulid = c.req.param('cloudEventID');
      if (!ulidPattern.test(ulid)) {
        throw new AnnalsError('invalid', 'Cannot read the event', {
          issues: [{ field: 'cloudEventID', message: 'Must be a ULID.' }],
        });
      }
      const reader = dependencies.reader.withSignal(c.req.raw.signal);
      const event = await findByUlid(reader, caller.organisation.identity, ulid);
      if (event === undefined) {
        throw new AnnalsError('not-found', `There is no event ${ulid}`);
      }
      await dependencies.recordRead(caller, 'audit_log.read', { eventID: ulid });
      return c.json(event);
    });

    for (const path of [
      '/1.3/account',
      '/1.3/account/details/:username{.+}',
      '/1.3/audit-logs',
      '/1.3/audit-logs/:cloudEventID',
    ]) {
      app.all(path, (c) => {
        const response = reject(
          new AnnalsError('method-not-allowed', `${c.req.method} is not possible here`),
        );
        response.headers.set('Allow', 'GET, HEAD');
        return response;
      });
    }
    return app;
  };
}

/** As the vendor's clients decode it; what a key has no word for is empty. Its flags are yes and no. */
function accountDetails(username: string, { name, slug }: Organisation) {
  return {
    main_account: slug,
    type: 'sub',
    username,
    first_name: '',
    last_name: '',
    company: name,
    address: '',
    postal_code: '',
    city: '',
    email: '',
    phone: '',
    state: '',
    country: '',
    currency: '',
    language: '',
    vat_number: '',
    timezone: 'UTC',
    allow_api: 'yes',
    allow_gui: 'no',
    simple_backup: 'no',
    enable_3rd_party_services: 'no',
    campaigns: { campaign: [] },
    roles: { role: [] },
    tag_access: { tag: [] },
    server_access: { server: [] },
    storage_access: { storage: [] },
    network_access: { network: [] },
    ip_filters: { ip_filter: [] },
  };
}

/** How many of each resource an account may have; the account of a trail has none (wire: UpCloud 8). */
const resourceLimits = {
  cores: 0,
  memory: 0,
  networks: 0,
  public_ipv4: 0,
  public_ipv6: 0,
  storage_hdd: 0,
  storage_maxiops: 0,
  storage_ssd: 0,
  detached_floating_ips: 0,
  load_balancers: 0,
  managed_object_storages: 0,
  network_peerings: 0,
  ntp_excess_gib: 0,
  gpus: 0,
};
