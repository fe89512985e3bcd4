/**
 * Draws `docs/start/demo.svg`, the picture at the top of the README, from a real run of the demonstration:
 * `npm run docs:demo`. A test of the demonstration fails when the picture shows something else than it prints.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { terminalSvg } from './terminal-svg.ts';

const root = new URL('..', import.meta.url);
const printed = execFileSync(process.execPath, ['bin/annals.js', 'demo'], {
  cwd: fileURLToPath(root),
  encoding: 'utf8',
  env: { ...process.env, npm_command: 'run-script', FORCE_COLOR: '0' },
});
const title =
  'A run of the demonstration: events are recorded, exported with a proof and verified. ' +
  'Then one byte of one event is changed, and the verifier names that event.';
const lines = ['$ npm run demo', ...printed.trimEnd().split('\n')];
writeFileSync(new URL('docs/start/demo.svg', root), terminalSvg(title, lines));
