import type { ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './faults.fixture.ts';
import type { VendorResponse } from './vendor-model.fixture.ts';

/** Puts an answer on the wire, as a fault has it. Rejects when `signal` ends a slow one's wait. */
export async function sendResponse(
  response: ServerResponse,
  answer: VendorResponse,
  fault: Fault | undefined,
  signal: AbortSignal,
): Promise<void> {
  switch (fault?.kind) {
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'cut':
      return sendPart(response, answer, fault);
    case 'slow': {
      const { milliseconds, where } = fault;
      if (where === 'body') return sendInHalves(response, answer, milliseconds, signal);
      await sleep(milliseconds, undefined, { signal });
    }
  }
  if (typeof answer.body === 'string') {
    begin(response, answer, Buffer.byteLength(answer.body));
    response.end(answer.body);
  } else {
    begin(response, answer);
    // A caller that leaves early ends the stream; that is its right and nothing to report.
    pipeline(Readable.from(answer.body), response, () => {});
  }
}

/** Sends less than the whole body, then ends the connection as the framing has it. */
function sendPart(
  response: ServerResponse,
  answer: VendorResponse,
  fault: Fault & { kind: 'cut' },
): void {
  const body = wholeBody(answer);
  const part = body.subarray(0, Math.min(Math.floor(body.length * fault.share), body.length - 1));
  if (fault.framing === 'close') {
    response.shouldKeepAlive = false;
    response.removeHeader('Transfer-Encoding');
    begin(response, answer);
    response.end(part);
    return;
  }
  begin(response, answer, fault.framing === 'length' ? body.length : undefined);
  response.write(part, () => response.socket?.destroy());
}

async function sendInHalves(
  response: ServerResponse,
  answer: VendorResponse,
  milliseconds: number,
  signal: AbortSignal,
): Promise<void> {
  const body = wholeBody(answer);
  const half = Math.floor(body.length / 2);
  begin(response, answer, body.length);
  response.write(body.subarray(0, half));
  await sleep(milliseconds, undefined, { signal });
  response.end(body.subarray(half));
}

function begin(response: ServerResponse, answer: VendorResponse, length?: number): void {
  const framing = length === undefined ? {} : { 'Content-Length': String(length) };
  response.writeHead(answer.status, { ...answer.headers, ...framing });
  response.flushHeaders();
}

function wholeBody({ body }: VendorResponse): Buffer {
  return Buffer.from(typeof body === 'string' ? body : [...body].join(''));
}
