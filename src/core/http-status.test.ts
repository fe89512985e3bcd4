import assert from 'node:assert/strict';
import { test } from 'node:test';
import { transientCodes } from './errors.ts';
import { errorCodeOfStatus } from './http-status.ts';

test('a status that can pass by itself has a transient code, every other one has not', () => {
  const statuses = Array.from({ length: 500 }, (_, index) => index + 100);
  assert.deepEqual(
    statuses.filter((status) => status < 500 && transientCodes.has(errorCodeOfStatus(status))),
    [408, 425, 429],
  );
  assert.deepEqual(
    statuses.filter((status) => status >= 500 && !transientCodes.has(errorCodeOfStatus(status))),
    [501],
  );
});

test('a status says who has to change what', () => {
  const codes = [400, 401, 403, 404, 405, 407, 409, 410, 413, 415, 422, 302].map(errorCodeOfStatus);
  assert.deepEqual(codes, [
    'invalid',
    'unauthenticated',
    'forbidden',
    'not-found',
    'method-not-allowed',
    'unauthenticated',
    'conflict',
    'gone',
    'too-large',
    'unsupported-media',
    'invalid',
    'invalid',
  ]);
});
