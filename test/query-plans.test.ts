import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import { ServerProcess } from './server-process.fixture.ts';

/**
 * Statements that read a whole table because all of it is needed: at a start and when files of segments change, never
 * for a request.
 */
const wholeTables = [
  /^SELECT \* FROM organisations ORDER BY created_at$/,
  /^SELECT \* FROM keys ORDER BY created_at$/,
  /^SELECT \* FROM (quotas|personal_paths ORDER BY organisation, path)$/,
  /^SELECT [\w", ]+ FROM (sessions|links|people|searches)$/,
  /^SELECT name, value FROM settings$/,
  /^SELECT key, organisation, size AS upTo FROM retirements$/,
  /^SELECT \* FROM logs ORDER BY number$/,
  /^(SELECT id|DELETE) FROM installation$/,
  /^SELECT (\*|organisation, size) FROM newest$/,
  /^SELECT 1 FROM checkpoints$/,
  /^SELECT id FROM identity$/,
  /^SELECT file_id, kind, .* FROM catalogue WHERE state = ('live'|\?) ORDER BY /,
  /^SELECT file, contents, identity FROM databases ORDER BY file$/,
  /^SELECT \* FROM chunks ORDER BY row$/,
  /^SELECT file_id, .* FROM catalogue WHERE state = /,
  /^SELECT file, contents, identity FROM databases /,
  /^SELECT id FROM identity$/,
  /FROM pragma_page_count, pragma_page_size$/,
  /FROM sqlite_schema/,
];

interface Statement {
  readonly file: string;
  readonly sql: string;
}

describe('the plans of all SQL statements', () => {
  let directory: string;
  let statements: Statement[];

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'annals-plans-'));
    const log = join(directory, 'statements');
    const fixture = new URL('query-plans.fixture.ts', import.meta.url);
    const { NODE_OPTIONS } = process.env;
    process.env.ANNALS_TEST_STATEMENTS = log;
    process.env.NODE_OPTIONS = `${NODE_OPTIONS ?? ''} --import ${fixture.href}`;
    try {
      await use(join(directory, 'data'));
    } finally {
      delete process.env.ANNALS_TEST_STATEMENTS;
      process.env.NODE_OPTIONS = NODE_OPTIONS ?? '';
    }
    const lines = new Set((await readFile(log, 'utf8')).trimEnd().split('\n'));
    statements = Array.from(lines, (line) => JSON.parse(line) as Statement);
  });
  after(() => rm(directory, { recursive: true }));

  it('find their rows by a key', () => {
    assert.ok(statements.some(({ sql }) => sql.includes('FROM chunks WHERE')));
    assert.ok(statements.some(({ sql }) => sql.includes('FROM checkpoints')));
    for (const { file, sql } of statements) {
      const text = sql.replaceAll(/\s+/g, ' ').trim();
      if (wholeTables.some((known) => known.test(text))) continue;
      const database = new DatabaseSync(file, { readOnly: true });
      try {
        const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[];
        // A common table expression has no more rows than it has found so far.
        const ownTable = /WITH RECURSIVE (\w+)/.exec(text)?.[1];
        const scans = plan.filter(({ detail }) => {
          const table = /^SCAN (\w+)/.exec(detail)?.[1];
          return table !== undefined && table !== ownTable && table !== 'CONSTANT';
        });
        assert.deepEqual(scans, [], text);
      } finally {
        database.close();
      }
    }
  });
});

/** Everything that reads or writes, once. */
async function use(data: string): Promise<void> {
  const server = await ServerProcess.on(data);
  try {
    const { key } = await server.organisation('plans');
    const ask = (path: string) =>
      fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${key}` } });
    const event = { eventID: 'one', action: 'GET', description: 'first' };
    await server.json('POST', '/v1/audit/events', key, event);
    for (const path of [
      '/v1/audit',
      '/v1/audit?searchText=first',
      '/v1/audit/one',
      '/v1/audit/export?format=ndjson',
      '/v1/audit/filter-options',
      '/v1/audit/checkpoint',
      '/v1/audit/proof/inclusion?eventID=one',
      '/v1/audit/keys',
      '/v1/keys',
    ]) {
      const response = await ask(path);
      assert.equal(response.status, 200, path);
      await response.text();
    }
    await server.end('SIGTERM');
    await server.start();
    assert.equal((await ask('/v1/audit/one')).status, 200);
  } finally {
    await server.end('SIGTERM');
  }
}
