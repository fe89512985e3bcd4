import { constants } from 'node:fs';
import { access, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createFetchSend } from '../../client/fetch-send.ts';
import type { Send } from '../../client/request.ts';
import { messageOf } from '../../core/errors.ts';
import { millisecond, second } from '../../core/micros.ts';
import { systemLog } from '../../core/organisation.ts';
import { httpAnchor } from '../../ledger/anchors/http-anchor.ts';
import { readNewest, readWitnessed } from '../../ledger/checkpoints/sqlite/read-archive.ts';
import { anchorFile } from '../../server/anchors.ts';
import { archiveFile } from '../../server/databases.ts';
import { counted } from '../quantities.ts';
import { exists, type Finding, findingsOf, reading, type Subject } from './finding.ts';

/**
 * Tries each anchor. One behind a URL gets the newest checkpoint of the server's own log once more, which it may: there is
 * no other way to know that it takes checkpoints. A file is opened, and not written.
 */
export async function* checkAnchors(subject: Subject): AsyncIterable<Finding> {
  const { warning } = findingsOf('anchors');
  const { data, settings } = subject;
  if (settings.anchor.length === 0) {
    yield warning(
      'there are none: anybody who controls this machine can rewrite a trail with its checkpoints',
      'Give --anchor, a place outside of this machine that keeps checkpoints',
    );
    return;
  }
  const archive = join(data, archiveFile);
  const newest = exists(archive) ? reading(archive, readNewest) : [];
  const checkpoint =
    newest.find(({ organisation }) => organisation === systemLog.identity) ?? newest[0];
  for (const text of settings.anchor) {
    const file = anchorFile(text);
    if (file !== undefined) yield tryFile(file);
    else if (checkpoint !== undefined) yield tryUrl(new URL(text), checkpoint.message, subject);
    else {
      yield warning(
        `${new URL(text).origin} was not tried: there is no checkpoint yet that it could get`,
        'Start the server once, which tries it',
      );
    }
  }
}

async function tryFile(file: string): Promise<Finding> {
  const { ok, problem } = findingsOf('anchors');
  try {
    if (exists(file)) await (await open(file, constants.O_WRONLY | constants.O_APPEND)).close();
    else await access(dirname(file), constants.W_OK);
    return ok(`file:${file} can be appended to`);
  } catch (error) {
    return problem(
      `file:${file} cannot be appended to: ${messageOf(error)}`,
      'Create its directory, mount its disk, or let the user of the server write there',
    );
  }
}

async function tryUrl(
  url: URL,
  message: string,
  { context: { clock, signal, fetch = globalThis.fetch }, clocks }: Subject,
): Promise<Finding> {
  const { ok, problem } = findingsOf('anchors');
  const send: Send = async (request, ofRequest) => {
    const asked = clock();
    const response = await createFetchSend(fetch)(request, ofRequest);
    const [answered, date] = [clock(), Date.parse(response.headers.get('date') ?? '')];
    if (!Number.isNaN(date)) {
      // The time of a response is of some moment in between, cut to a second.
      const [middle, ofMiddle] = [(asked + answered) / 2, date * millisecond + second / 2];
      const error = (answered - asked) / 2 + second / 2;
      clocks.push({ of: url.origin, ahead: ofMiddle - middle, error });
    }
    return response;
  };
  try {
    await httpAnchor(url, send).push(message, signal);
    return ok(`${url.origin} took a checkpoint`);
  } catch (error) {
    return problem(
      `${url.origin} took no checkpoint: ${messageOf(error)}`,
      'Correct --anchor, or what is there; until then the newest checkpoint of each log waits',
    );
  }
}

/** Witnesses come by themselves, so what they have cosigned is all that shows whether they do. */
export function* checkWitnesses({ data, settings }: Subject): Iterable<Finding> {
  const { ok, warning } = findingsOf('witnesses');
  const archive = join(data, archiveFile);
  if (settings.witness.length === 0 || !exists(archive)) return;
  const newest = reading(archive, readNewest);
  const witnessed = reading(archive, readWitnessed);
  for (const { name, id } of settings.witness) {
    const own = witnessed.filter(({ witness }) => witness === `${name}+${id}`);
    const behind = newest.filter(
      ({ organisation, size }) =>
        (own.find((one) => one.organisation === organisation)?.size ?? 0) < size,
    );
    if (own.length === 0) {
      yield warning(
        `${name} has cosigned nothing yet`,
        'Let it fetch /v1/audit/checkpoint, and post to /v1/audit/checkpoint/cosignatures',
      );
    } else if (behind.length > 0) {
      yield ok(
        `${name} has cosigned ${counted(own.length, 'log')}, and not yet the newest checkpoint of ${counted(behind.length, 'log')}`,
      );
    } else yield ok(`${name} has cosigned the newest checkpoint of each log`);
  }
}
