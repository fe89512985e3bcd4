/**
 * What an application would build instead of Annals: a table that is only added to, and a small server in front of it.
 * `node bench/peers/postgresql-server.ts <directory of the socket>`, with a JSON array of API keys on standard input, one
 * for each organisation. It prints its address. It answers the same requests as Annals, as far as the benchmark sends
 * them. It proves nothing, and keeps events as JSONB, which is not their exact text.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { Client, Pool } from 'pg';
import { to } from 'pg-copy-streams';
import type { TestDraft } from '../../src/store/test-log.fixture.ts';

const [host = ''] = process.argv.slice(2);
const database = { host, user: 'bench', database: 'postgres' };
const organisations = new Map(
  (JSON.parse(await text(process.stdin)) as string[]).map((key, number) => [hashOf(key), number]),
);

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('base64');
}

const schema = `
  CREATE TABLE events (
    event_id uuid PRIMARY KEY,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    org int NOT NULL,
    created_at timestamptz NOT NULL,
    actor text,
    action text NOT NULL,
    resource text,
    status int,
    body jsonb NOT NULL
  );
  CREATE INDEX ON events (org, created_at, seq);
  CREATE INDEX ON events (org, actor, created_at, seq);
  CREATE INDEX ON events (org, action, created_at, seq);
  CREATE INDEX ON events (org, resource, created_at, seq);
  CREATE INDEX ON events (org, status, created_at, seq);
  CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'events can only be added'; END $$;
  CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION refuse();
`;

/** PostgreSQL takes connections a moment after its socket is there. */
async function createTable(): Promise<void> {
  for (;;) {
    const client = new Client(database);
    try {
      await client.connect();
    } catch {
      continue;
    }
    await client.query(schema);
    await client.end();
    return;
  }
}

await createTable();
const pool = new Pool({ ...database, max: 20 });
const columns = 'event_id, org, created_at, actor, action, resource, status, body';
const insertOne = {
  name: 'insert one',
  text: `INSERT INTO events (${columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (event_id) DO NOTHING`,
};
const insertMany = {
  name: 'insert many',
  text: `INSERT INTO events (${columns})
    SELECT e, $2, c, a, n, r, s, b FROM
      unnest($1::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::int[], $8::jsonb[])
      AS t(e, c, a, n, r, s, b)
    ON CONFLICT (event_id) DO NOTHING`,
};

/** A draft as its line, and what has a column of its own. */
function rowOf(line: string) {
  const draft = JSON.parse(line) as TestDraft & { createdAt: string };
  const { eventID, createdAt, userIdentity, action, resourceIdentity, context } = draft;
  return [eventID, createdAt, userIdentity, action, resourceIdentity, context?.status, line];
}

const app = new Hono();

const organisationOf = (authorization: string | undefined): number => {
  const number = organisations.get(hashOf((authorization ?? '').slice('Bearer '.length)));
  if (number === undefined) throw new Error('unknown key');
  return number;
};

app.get('/healthz', (c) => c.json({ status: 'ok' }));

app.post('/v1/audit/events', async (c) => {
  const organisation = organisationOf(c.req.header('Authorization'));
  const lines = (await c.req.text()).split('\n');
  const rows = lines.map(rowOf);
  const [first = []] = rows;
  const [id, ...others] =
    rows.length === 1 ? first : first.map((_, column) => rows.map((row) => row[column]));
  const insert = rows.length === 1 ? insertOne : insertMany;
  const { rowCount } = await pool.query({ ...insert, values: [id, organisation, ...others] });
  return c.json({ accepted: rowCount, duplicates: lines.length - (rowCount ?? 0) }, 201);
});

app.get('/v1/audit', async (c) => {
  const organisation = organisationOf(c.req.header('Authorization'));
  const { action, searchText, limit = '50', withTotal } = c.req.query();
  const conditions = ['org = $1'];
  const values: unknown[] = [organisation];
  if (action !== undefined) conditions.push(`action = $${values.push(action)}`);
  if (searchText !== undefined) {
    conditions.push(`body->>'description' ILIKE $${values.push(`%${searchText}%`)}`);
  }
  const matching = `FROM events WHERE ${conditions.join(' AND ')}`;
  const last = values.length + 1;
  const page = pool.query<[string]>({
    name: `page ${conditions}`,
    text: `SELECT body::text ${matching} ORDER BY created_at DESC, seq DESC LIMIT $${last}`,
    values: [...values, Number(limit)],
    rowMode: 'array',
  });
  const counted = withTotal
    ? pool.query<[string]>({
        name: `count ${conditions}`,
        text: `SELECT count(*) ${matching}`,
        values,
        rowMode: 'array',
      })
    : undefined;
  const items = (await page).rows.map(([body]) => body).join(',');
  const total = (await counted)?.rows[0]?.[0];
  const body = `{"items":[${items}]${total === undefined ? '' : `,"totalItems":${total}`}}`;
  return c.body(body, 200, { 'Content-Type': 'application/json' });
});

/** All events in the order of the log, as COPY gives them. */
app.get('/v1/audit/export', async (c) => {
  const organisation = organisationOf(c.req.header('Authorization'));
  const query = `COPY (SELECT body FROM events WHERE org = ${organisation} ORDER BY seq) TO STDOUT`;
  const client = await pool.connect();
  const rows = client.query(to(query)).once('close', () => client.release());
  return c.body(Readable.toWeb(rows) as ReadableStream<Uint8Array>);
});

/** The index that a search in descriptions needs. It costs recording something, so it is created at the end. */
app.post('/trigram-index', async (c) => {
  await pool.query(`CREATE EXTENSION pg_trgm;
    CREATE INDEX ON events USING gin ((body->>'description') gin_trgm_ops);
    ANALYZE events`);
  return c.json({});
});

app.post('/analyze', async (c) => {
  await pool.query('VACUUM ANALYZE events');
  return c.json({});
});

serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => {
  console.log(`http://127.0.0.1:${port}`);
});
