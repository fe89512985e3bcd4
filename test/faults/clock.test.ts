import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { day, formatDay, hour, systemClock } from '../../src/core/micros.ts';
import { type Checkpoint, openCheckpoint } from '../../src/integrity/checkpoint.ts';
import { parseVerifierKey } from '../../src/integrity/keys.ts';
import { verifyConsistency } from '../../src/integrity/proof.ts';
import { temporary } from '../verify/recorded-log.fixture.ts';
import { createKey, sendRequest, startInProcessServer } from './in-process-server.fixture.ts';

interface Listed {
  readonly eventID: string;
  readonly sequence: number;
  readonly recordedAt: string;
  readonly createdAt: string;
}

describe('a clock that is set back by an hour', () => {
  it('changes neither the order of a log nor what holds it together, running and restarted', async () => {
    await using place = await temporary();
    const data = join(place.path, 'data');
    let offset = 0;
    const clock = () => systemClock() + offset;
    let server = await startInProcessServer(data, clock);
    await using _ = { [Symbol.asyncDispose]: () => server.stop() };
    const key = await createKey(server);
    const grant = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: key.split('_')[1] ?? '',
      client_secret: key,
    });
    const { access_token: token } = JSON.parse(
      await sendRequest(server, key, '/oidc/token', grant),
    ) as {
      access_token: string;
    };
    const record = (credential = key) =>
      sendRequest(server, credential, '/v1/audit/events', {
        events: [{ action: 'a' }, { action: 'b' }],
      });
    const checkpoints: Checkpoint[] = [];
    const sign = async () => {
      const known = [parseVerifierKey(server.verifierKey)];
      const { checkpoint } = openCheckpoint(
        await sendRequest(server, key, '/v1/audit/checkpoint'),
        known,
      );
      const before = checkpoints.at(-1);
      checkpoints.push(checkpoint);
      if (before === undefined) return;
      assert.ok(checkpoint.size > before.size);
      const path = `/v1/audit/proof/consistency?from=${before.size}&to=${checkpoint.size}`;
      const { hashes } = JSON.parse(await sendRequest(server, key, path)) as { hashes: string[] };
      const proof = hashes.map((hash) => Buffer.from(hash, 'base64'));
      assert.ok(verifyConsistency(before, checkpoint, proof));
    };

    await record(token);
    await sign();
    offset -= hour;
    await assert.rejects(record(token), /401/, 'a token of a time that is yet to come is nothing');
    await record();
    await sign();
    await server.stop();
    offset -= hour;
    server = await startInProcessServer(data, clock);
    await record();
    await sign();
    offset += 2 * hour;
    await record();
    await sign();

    const { items } = JSON.parse(await sendRequest(server, key, '/v1/audit?fromSequence=0')) as {
      items: Listed[];
    };
    assert.equal(items.length, 8);
    for (const [place, item] of items.entries()) {
      const before = items[place - 1];
      if (before === undefined) continue;
      assert.ok(item.sequence > before.sequence);
      assert.ok(item.recordedAt > before.recordedAt, `${item.recordedAt} at ${item.sequence}`);
    }
    assert.equal(new Set(items.map(({ eventID }) => eventID)).size, items.length);
    const [, , one, other] = items;
    assert.ok(one!.eventID > items[1]!.eventID, 'ids of one run never go back');
    assert.ok(one!.createdAt < items[1]!.createdAt, 'what the clock says is what an event says');
    assert.ok(one!.createdAt < other!.recordedAt);
  });
});

describe('a clock that goes centuries ahead', () => {
  it('stops what is recorded until it is right again, and leaves nothing behind', async () => {
    await using place = await temporary();
    const data = join(place.path, 'data');
    let offset = 0;
    const clock = () => systemClock() + offset;
    let server = await startInProcessServer(data, clock, { retention: '30d' });
    const key = await createKey(server);
    const record = () => sendRequest(server, key, '/v1/audit/events', { action: 'a' });
    await record();
    offset = 230 * 366 * day;
    await assert.rejects(record(), /503 .*went ahead to 22.*Set it, and recording goes on/);
    await assert.rejects(startInProcessServer(join(place.path, 'new'), clock), /cannot be right/);
    offset = 0;
    await record();
    await server.stop();
    offset = 500 * day;
    await assert.rejects(startInProcessServer(data, clock), /--accept-clock 20\d\d-\d\d-\d\d$/);
    const acceptClock = formatDay(clock());
    server = await startInProcessServer(data, clock, { acceptClock });
    await record();
    await server.stop();
    server = await startInProcessServer(data, clock);
    await server.stop();
  });
});
