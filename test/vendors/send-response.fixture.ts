import type { ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './faults.fixture.ts';
import type { VendorResponse } from './vendor-model.fixture.ts';

/** Sends a response, changed by its fault. Rejects when `signal` ends the wait of a slow one. */
export async function sendResponse(
  response: ServerResponse,
  planned: VendorResponse,
  fault: Fault | undefined,
  signal: AbortSignal,
): Promise<void> {
  switch (fault?.kind) {
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'cut':
      return sendBeginning(response, planned, fault);
    case 'slow': {
      const { milliseconds, where } = fault;
      if (where === 'body') return sendInHalves(response, planned, milliseconds, signal);
      await sleep(milliseconds, undefined, { signal });
    }
  }
  if (typeof planned.body === 'string') {
    begin(response, planned, Buffer.byteLength(planned.body));
    response.end(planned.body);
  } else {
    begin(response, planned);
    // A client may disconnect early, which ends the stream.
    pipeline(Readable.from(planned.body), response, () => {});
  }
}

/** Sends less than the whole body, then ends the connection in the way of the framing. */
function sendBeginning(
  response: ServerResponse,
  planned: VendorResponse,
  fault: Fault & { kind: 'cut' },
): void {
  const body = wholeBody(planned);
  const beginning = body.subarray(
    0,
    Math.min(Math.floor(body.length * fault.share), body.length - 1),
  );
  if (fault.framing === 'close') {
    response.shouldKeepAlive = false;
    response.removeHeader('Transfer-Encoding');
    begin(response, planned);
    response.end(beginning);
    return;
  }
  begin(response, planned, fault.framing === 'length' ? body.length : undefined);
  response.write(beginning, () => response.socket?.destroy());
}

async function sendInHalves(
  response: ServerResponse,
  planned: VendorResponse,
  milliseconds: number,
  signal: AbortSignal,
): Promise<void> {
  const body = wholeBody(planned);
  const half = Math.floor(body.length / 2);
  begin(response, planned, body.length);
  response.write(body.subarray(0, half));
  await sleep(milliseconds, undefined, { signal });
  response.end(body.subarray(half));
}

function begin(response: ServerResponse, planned: VendorResponse, length?: number): void {
  const framing = length === undefined ? {} : { 'Content-Length': String(length) };
  response.writeHead(planned.status, { ...planned.headers, ...framing });
  response.flushHeaders();
}

function wholeBody({ body }: VendorResponse): Buffer {
  return Buffer.from(typeof body === 'string' ? body : [...body].join(''));
}
