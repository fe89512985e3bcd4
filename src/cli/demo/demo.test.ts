import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { PassThrough, Readable, Writable } from 'node:stream';
import { it } from 'node:test';
import { systemClock } from '../../core/micros.ts';
import { run } from '../run.ts';

// It takes a second, because it starts a server: what strangers see first must work.
it('shows in a screen of 80 columns that one changed byte is found, and with --keep runs on', async () => {
  const stop = new AbortController();
  let shown = '';
  const stdout = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      shown += chunk;
      if (shown.includes('verify again.ndjson')) stop.abort();
      done();
    },
  });
  const stderr = new PassThrough();
  const code = await run(['demo', '--keep'], {
    env: { npm_command: 'run' },
    stdin: Readable.from([]),
    stdout,
    stderr,
    clock: systemClock,
    random: (bytes) => void randomFillSync(bytes),
    signal: stop.signal,
    cwd: '/',
    home: '/',
  });
  assert.deepEqual({ code, stderr: String(stderr.read() ?? '') }, { code: 0, stderr: '' });

  const [story = '', end = ''] = shown.split(/^(?=The server runs on )/m);
  const lines = story.trimEnd().split('\n');
  assert.ok(lines.length <= 17, `${lines.length} lines`);
  for (const line of lines) assert.ok(line.length <= 80, line);
  assert.match(end, /^ {2}http:\/\/127\.0\.0\.1:\d+\/console\/link#\S{40,}$/m);
  const isBuilt = existsSync(new URL('../../../console/dist/index.html', import.meta.url));
  assert.equal(/^The console is not built.* npm run build:console$/m.test(end), !isBuilt);
  assert.match(end, /^ {2}export ANNALS_API=http:\/\/127\.0\.0\.1:\d+$/m);
  assert.match(end, /^ {2}npx annals tail$/m);

  const [, sequence] = /in the event of sequence (\d+) one byte is changed/.exec(story) ?? [];
  const [genuine = '', forged = ''] = story.split(/^5\. /m);
  assert.match(
    genuine,
    /18 events in 1 file[\s\S]+nothing between them left out[\s\S]+^ +PROVED$/m,
  );
  assert.match(
    forged,
    new RegExp(
      `^ +changed: trail\\.ndjson, [\\s\\S]+sequence ${sequence}\\): [\\s\\S]+ NOT PROVED$`,
      'm',
    ),
  );
  // The picture in README.md shows the same, at another time: `npm run docs:demo` draws it.
  const picture = readFileSync(new URL('../../../docs/start/demo.svg', import.meta.url), 'utf8');
  const drawn = [...picture.matchAll(/<text [^>]*>(.*)<\/text>/g)].map(([, line = '']) =>
    withoutTags(line),
  );
  assert.deepEqual(drawn.slice(1, 1 + lines.length).map(lasting), lines.map(lasting));

  // The checksum was made to fit, so the proof alone finds it.
  assert.doesNotMatch(forged, /file:/);
});

const withoutTags = (xml: string) =>
  xml.replace(/<[^>]*>/g, '').replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));

/** A line without its times, ids and ports, which are others in each run. */
const lasting = (line: string) =>
  line.replace(
    /\d\d:\d\d:\d\d\.\d{3}|127\.0\.0\.1:\d+|\+[0-9a-f]{8}|[0-9a-f-]{36}|[\d.]+ kB/g,
    '*',
  );
