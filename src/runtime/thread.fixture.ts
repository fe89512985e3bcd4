/** A thread for the tests of this folder. */
import { AnnalsError } from '../core/errors.ts';
import { serveCalls } from './serve-calls.ts';
import { markTransfer } from './transfer.ts';

export type FixtureMethods = {
  add(a: number, b: number): number;
  length(bytes: ArrayBuffer): number;
  bytes(size: number): ArrayBuffer;
  refuse(): never;
  break(): never;
  busy(millis: number): string;
  wait(): Promise<never>;
  crash(): Promise<never>;
  exit(): never;
  uncloneable(): () => void;
};

const methods: FixtureMethods = {
  add: (a, b) => a + b,
  length: (bytes) => bytes.byteLength,
  bytes: (size) => {
    const buffer = new ArrayBuffer(size);
    return markTransfer(buffer, [buffer]);
  },
  refuse: () => {
    throw new AnnalsError('conflict', 'Cannot do it: it is done', {
      issues: [{ index: 2, field: 'a.b', message: 'is taken' }],
      retryAfterSeconds: 3,
    });
  },
  break: () => {
    throw new RangeError('out of paper');
  },
  busy: (millis) => {
    const until = performance.now() + millis;
    while (performance.now() < until);
    return 'done';
  },
  wait: () => new Promise(() => {}),
  crash: () => {
    setImmediate(() => {
      throw new Error('struck by lightning');
    });
    return new Promise(() => {});
  },
  exit: () => process.exit(7),
  uncloneable: () => () => {},
};

serveCalls(methods);
