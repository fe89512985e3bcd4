import { parentPort } from 'node:worker_threads';
import { AnnalsError } from '../core/errors.ts';
import { collectWhenIdle } from './idle-collection.ts';
import { endMessage, failureOf, type Message, type Reply } from './message.ts';
import { transferList } from './transfer.ts';

/** What a thread can be asked. Arguments and results are what structured cloning can carry. */
export type Methods = { readonly [name: string]: (...args: never[]) => unknown };

/** A thread without calls for this long is idle. */
const idleMillis = 1_000;

/**
 * Answers calls in this thread until it is told to end. Each call starts when it arrives, so methods that never wait run
 * one after the other, in the order they were called. The garbage that calls leave is collected once the thread is idle.
 */
export function serveCalls(methods: Methods): void {
  const port = parentPort;
  if (port === null) throw new AnnalsError('internal', 'Cannot serve calls: this is no thread');
  const reply = (message: Reply) => {
    port.postMessage(message, 'result' in message ? transferList([message.result]) : []);
  };
  const idle = setTimeout(collectWhenIdle, idleMillis).unref();
  port.on('message', async (message: Message) => {
    if (message === endMessage) process.exit();
    const { id, method, args } = message;
    idle.refresh();
    try {
      if (!Object.hasOwn(methods, method)) {
        throw new AnnalsError('internal', `Cannot call ${method}: this thread has no such method`);
      }
      const run = methods[method] as (...args: readonly unknown[]) => unknown;
      reply({ id, result: await run(...args) });
    } catch (error) {
      reply({ id, failure: failureOf(error) });
    }
  });
}
