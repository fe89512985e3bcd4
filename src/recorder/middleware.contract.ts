import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { HttpAuditOptions } from './http-audit.ts';
import { type Receiver, type StoredDraft, startReceiver } from './receiver.fixture.ts';
import { createRecorder, type Recorder } from './recorder.ts';

/** A running application with the routes of the suite. */
interface Application {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts, on a free port, an application that uses the middleware, created with `optionsFor`, and answers:
 *
 * - `GET /items/:id` with 200; `POST /login` with 401
 * - `GET /secrets/:name` with 200 after `audit.record` of `secretRead(name)`
 * - `GET /broken` by throwing `new Error('the shelf is gone')`
 * - `GET /silent` never, but after `audit.record` of `silenceBegun`
 * - `GET /endless` with 200 and a body that begins but does not end
 */
export type StartApplication = (recorder: Recorder, trustProxy: boolean) => Promise<Application>;

export const secretRead = (name: string) => ({
  action: 'secrets.get_value',
  resourceType: 'secret',
  resourceIdentity: name,
  context: { version: 3 },
});

export const silenceBegun = { action: 'silence.begun' };

export function optionsFor<Request>(
  recorder: Recorder,
  trustProxy: boolean,
  read: (request: Request) => { path: string; header: (name: string) => string | undefined },
): HttpAuditOptions<Request> {
  return {
    recorder,
    trustProxy,
    actor(request) {
      const user = read(request).header('x-user');
      if (user === 'unknowable') throw new Error('the directory is down');
      if (user === undefined) return undefined;
      return { userIdentity: user, credentials_id: 'key-7', credentials_type: 'api_key' };
    },
    describe(request) {
      const { path } = read(request);
      if (path === '/items/unimportant') return { skip: true };
      const [, collection, id] = path.split('/');
      if (collection !== 'items') return undefined;
      const description = `Read item ${id}`;
      // A field that is undefined counts as missing.
      return { resourceType: 'item', resourceIdentity: id, description, userIdentity: undefined };
    },
  };
}

/** What any middleware must do; `name` is the framework's. */
export function describeMiddleware(name: string, start: StartApplication): void {
  describe(`calls of an application in ${name}`, () => {
    let receiver: Receiver;
    let recorder: Recorder;
    let application: Application;

    before(async () => {
      receiver = await startReceiver();
      recorder = createRecorder({ api: receiver.api, key: 'k', maxDelayMs: 0, onError() {} });
      application = await start(recorder, false);
    });

    after(async () => {
      await application.close();
      await recorder.close();
      await receiver.stop();
    });

    /** Does something, and gives the events it caused once there are this many. */
    async function eventsOf(
      count: number,
      action: (url: string) => Promise<unknown>,
      url = application.url,
    ): Promise<StoredDraft[]> {
      const before = receiver.stored.length;
      await action(url);
      // A client can have the response before the server knows that it was sent.
      while (receiver.stored.length < before + count) {
        await recorder.flush();
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      return receiver.stored.slice(before);
    }

    async function eventOf(action: (url: string) => Promise<unknown>): Promise<StoredDraft> {
      const [event] = await eventsOf(1, action);
      assert.ok(event);
      return event;
    }

    test('are recorded with the actor, the action, the address and the outcome', async () => {
      const event = await eventOf((url) =>
        fetch(`${url}/items/42?color=red`, {
          headers: { 'x-user': 'usr-1', 'user-agent': 'test/1', 'x-request-id': 'req-1' },
        }),
      );
      const { duration, ...context } = event.context ?? {};
      assert.ok(typeof duration === 'number' && duration >= 0);
      assert.deepEqual(context, {
        client_ip: '127.0.0.1',
        user_agent: 'test/1',
        method: 'GET',
        path: '/items/42',
        url: '/items/42?color=red',
        status: 200,
        credentials_id: 'key-7',
        credentials_type: 'api_key',
        headers: { 'User-Agent': 'test/1', Accept: '*/*', 'X-Request-Id': 'req-1' },
      });
      assert.equal(event.action, 'GET');
      assert.equal(event.userIdentity, 'usr-1');
      assert.equal(event.resourceType, 'item');
      assert.equal(event.resourceIdentity, '42');
      assert.equal(event.description, 'Read item 42');
      assert.equal(event.traceId, 'req-1');
      assert.equal('error' in event, false);
    });

    test('are recorded once each', async () => {
      const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
      const events = await eventsOf(ids.length, async (url) => {
        for (const id of ids) await (await fetch(`${url}/items/${id}`)).text();
      });
      assert.deepEqual(
        events.map((event) => event.resourceIdentity),
        ids,
      );
    });

    test('belong to the trace that their caller names, and otherwise each to a trace of its own', async () => {
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      const named = await eventOf((url) => fetch(`${url}/items/1`, { headers: { traceparent } }));
      assert.equal(named.traceId, '0af7651916cd43dd8448eb211c80319c');
      const call = (url: string) => fetch(`${url}/items/1`);
      const [one, other] = [await eventOf(call), await eventOf(call)];
      assert.ok(one.traceId && other.traceId);
      assert.notEqual(one.traceId, other.traceId);
    });

    test('are recorded when they are rejected or not found', async () => {
      const login = await eventOf((url) => fetch(`${url}/login`, { method: 'POST' }));
      assert.deepEqual([login.action, login.context?.status], ['POST', 401]);
      const nowhere = await eventOf((url) => fetch(`${url}/nowhere`));
      assert.deepEqual([nowhere.context?.path, nowhere.context?.status], ['/nowhere', 404]);
    });

    test('are recorded with the error when their handler throws', async () => {
      const event = await eventOf((url) => fetch(`${url}/broken`));
      assert.equal(event.context?.status, 500);
      assert.equal(event.error, 'the shelf is gone');
    });

    test('are recorded when the client disconnects before a response begins', async () => {
      const client = new AbortController();
      const { signal } = client;
      const headers = { 'x-user': 'usr-2' };
      let call: Promise<unknown> = Promise.resolve();
      await eventOf(async (url) => {
        call = fetch(`${url}/silent`, { signal, headers });
      });
      const event = await eventOf(async () => {
        client.abort();
        await assert.rejects(call);
      });
      assert.equal(event.context?.path, '/silent');
      assert.equal(event.context?.client_ip, '127.0.0.1');
      assert.equal('status' in (event.context ?? {}), false);
      assert.match(event.error ?? '', /client disconnected/);
      assert.equal(event.userIdentity, 'usr-2');
    });

    test('are recorded when the client disconnects in the middle of a response', async () => {
      const event = await eventOf(async (url) => {
        const response = await fetch(`${url}/endless`);
        await response.body?.cancel();
      });
      assert.equal(event.context?.status, 200);
      assert.match(event.error ?? '', /client disconnected/);
    });

    test('may have another entry beside them, with the same actor, address and trace', async () => {
      const events = await eventsOf(2, (url) =>
        fetch(`${url}/secrets/db`, { headers: { 'x-user': 'usr-3', 'user-agent': 'test/2' } }),
      );
      const [dedicated, call] = events;
      assert.equal(dedicated?.action, 'secrets.get_value');
      assert.equal(dedicated?.resourceIdentity, 'db');
      assert.equal(dedicated?.userIdentity, 'usr-3');
      assert.deepEqual(dedicated?.context, {
        client_ip: '127.0.0.1',
        user_agent: 'test/2',
        credentials_id: 'key-7',
        credentials_type: 'api_key',
        version: 3,
      });
      assert.equal(call?.action, 'GET');
      assert.ok(call?.traceId);
      assert.equal(dedicated?.traceId, call?.traceId);
    });

    test('never show a secret', async () => {
      const event = await eventOf((url) =>
        fetch(`${url}/items/1?access_token=s3cr3t&page=2&X-Amz-Signature=s3cr3t`, {
          method: 'GET',
          headers: {
            authorization: 'Bearer s3cr3t',
            cookie: 'session=s3cr3t',
            'x-api-key': 's3cr3t',
            'x-anything': 's3cr3t',
            referer: 'https://user:s3cr3t@example.org/reset?token=s3cr3t#s3cr3t',
          },
        }),
      );
      assert.doesNotMatch(JSON.stringify(event), /s3cr3t/);
      assert.equal(event.context?.url, '/items/1?access_token=***&page=2&X-Amz-Signature=***');
      assert.equal(event.context?.headers?.Referer, 'https://example.org/reset');
    });

    test('are left out when the application says so', async () => {
      const [event] = await eventsOf(1, async (url) => {
        await fetch(`${url}/items/unimportant`);
        await fetch(`${url}/items/important`);
      });
      assert.equal(event?.resourceIdentity, 'important');
    });

    test('are recorded even if the function for the actor fails', async () => {
      const event = await eventOf((url) =>
        fetch(`${url}/items/1`, { headers: { 'x-user': 'unknowable' } }),
      );
      assert.equal(event.context?.status, 200);
      assert.deepEqual(event.details?.adjusted, {
        actor: { why: 'the application’s function failed: the directory is down' },
      });
    });

    test('come from the forwarded address only if the proxy is trusted', async () => {
      const headers = { 'x-forwarded-for': '203.0.113.9, 198.51.100.7' };
      const call = (url: string) => fetch(`${url}/items/1`, { headers });
      assert.equal((await eventOf(call)).context?.client_ip, '127.0.0.1');
      const behindProxy = await start(recorder, true);
      const [event] = await eventsOf(1, call, behindProxy.url);
      await behindProxy.close();
      assert.equal(event?.context?.client_ip, '198.51.100.7');
      assert.equal(event?.context?.headers?.['X-Forwarded-For'], headers['x-forwarded-for']);
    });

    test('are answered as usual while the audit server hangs, and recorded when it is back', async () => {
      receiver.behave = () => 'hang';
      const before = receiver.stored.length;
      const responses = await Promise.all(
        Array.from({ length: 20 }, () => fetch(`${application.url}/items/1`)),
      );
      assert.ok(responses.every((response) => response.status === 200));
      assert.equal(receiver.stored.length, before);
      await eventsOf(20, async () => {
        receiver.behave = () => 'accept';
        await receiver.stop();
        await receiver.start();
      });
    });
  });
}
