import assert from 'node:assert/strict';
import { it } from 'node:test';
import { pino } from 'pino';
import type { DeniedAccount } from '../access/gate.ts';
import { DeniedKeysLog } from './denied-keys-log.ts';

it('denied keys are logged once at first, and then counted', () => {
  const lines: { key: string; reason: string; times?: number }[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const denials = new DeniedKeysLog(log);
  const denied = (id: string, reason: DeniedAccount['reason']): DeniedAccount => ({
    account: {
      id,
      role: 'writer',
      name: id,
      secretHash: new Uint8Array(32),
      createdAt: 0,
    },
    reason,
  });
  const taken = () => lines.splice(0).map(({ key, reason, times }) => [key, reason, times]);
  for (let n = 0; n < 1_000; n += 1) denials.add(denied('a', 'revoked'));
  denials.add(denied('b', 'wrong secret'));
  assert.deepEqual(taken(), [
    ['a', 'revoked', undefined],
    ['b', 'wrong secret', undefined],
  ]);
  denials.flush();
  assert.deepEqual(taken(), [['a', 'revoked', 999]]);
  denials.add(denied('a', 'revoked'));
  denials.add(denied('b', 'wrong secret'));
  assert.deepEqual(taken(), [['b', 'wrong secret', undefined]]);
  denials.flush();
  denials.flush();
  assert.deepEqual(taken(), [['a', 'revoked', 1]]);
});
