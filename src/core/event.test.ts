import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { z } from 'zod';
import {
  type Draft,
  draftSchema,
  eventSchema,
  maxAheadMicros,
  maxEventBytes,
  maxRequestBytes,
  maxRequestEvents,
} from './event.ts';

describe('the limits of events and requests', () => {
  it('are those of the documentation', () => {
    assert.equal(maxEventBytes, 65_535);
    assert.equal(maxRequestEvents, 10_000);
    assert.equal(maxRequestBytes, 16_777_216);
    assert.equal(maxAheadMicros, 300_000_000);
  });
});

type Same<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;
type Flat<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T]: Flat<T[K]> }
    : T;

describe('the schema of a draft', () => {
  it('says the same as the type', () => {
    // Checked by the compiler: it is `false`, and so an error, when a field or its type differs.
    const same: Same<Flat<z.infer<typeof draftSchema>>, Flat<Draft>> = true;
    assert.ok(same);
  });

  it('gives each field its type, and persons and contexts room for more', () => {
    const action = 'a';
    for (const good of [
      { action },
      { action, user: { subject: 's', name: 'n', email: 'e', team: 7 } },
      { action, impersonator: {}, client: { a: [1] }, serviceAccount: { b: null } },
      { action, context: { status: 0, duration: 1.5, other: [] }, outcome: 'failure' },
      { action, changes: { before: {}, after: { a: 1 } }, details: { a: { b: 1 } } },
    ]) {
      assert.ok(draftSchema.safeParse(good).success, JSON.stringify(good));
    }
    for (const bad of [
      {},
      { action: '' },
      { action, colour: 'red' },
      { action, user: { subject: 1 } },
      { action, user: { name: null } },
      { action, impersonator: { email: [] } },
      { action, user: 'Noor' },
      { action, context: { client_ip: 1 } },
      { action, context: { headers: 'x' } },
      { action, changes: { before: 1 } },
      { action, details: [] },
      { action, createdAt: '2026-06-20' },
    ]) {
      assert.ok(!draftSchema.safeParse(bad).success, JSON.stringify(bad));
    }
  });
});

describe('the schema of an event', () => {
  const event = {
    action: 'a',
    eventID: 'e',
    createdAt: '2026-06-20T08:00:00Z',
    organizationIdentity: 'org',
    recordedAt: '2026-06-20T08:00:00Z',
    sequence: 0,
  };

  it('has what the log adds', () => {
    assert.ok(eventSchema.safeParse(event).success);
    assert.ok(eventSchema.safeParse({ ...event, personal: 'hash', sequence: 7 }).success);
    for (const field of Object.keys(event)) {
      const { [field]: _, ...rest } = event as Record<string, unknown>;
      assert.ok(!eventSchema.safeParse(rest).success, field);
    }
    for (const wrong of [
      { sequence: -1 },
      { sequence: 1.5 },
      { recordedAt: 'x' },
      { personal: 1 },
    ]) {
      assert.ok(!eventSchema.safeParse({ ...event, ...wrong }).success, JSON.stringify(wrong));
    }
  });
});
