/**
 * `npm run build [directory]`: `annals` and `@annals/recorder`, as they are published, in folders of `dist` or of the
 * directory. Everything else runs the source as it is (docs/decisions/044-packages.md).
 */
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPackages } from './packages.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = resolve(process.argv[2] ?? join(root, 'dist'));
await buildPackages(out);
process.stdout.write(`Built ${join(out, 'annals')} and ${join(out, 'recorder')}\n`);
