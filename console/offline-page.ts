import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';

const folder = new URL('./src/offline/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');

/**
 * Adds `verify.html`: one file with its script and style inside, that can be saved and needs no server. Its policy names both
 * by their hashes and allows nothing else, no request either.
 *
 * @param alias as in the build of the console
 */
export function offlinePage(alias: Readonly<Record<string, string>>): Plugin {
  return {
    name: 'annals:offline-page',
    apply: 'build',
    async generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'verify.html', source: await writePage(alias) });
    },
  };
}

async function writePage(alias: Readonly<Record<string, string>>): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    resolve: { alias },
    build: {
      write: false,
      lib: { entry: fileURLToPath(new URL('main.ts', folder)), formats: ['iife'], name: 'annals' },
      target: ['chrome137', 'firefox129', 'safari18'],
    },
  });
  const [first] = [built].flat();
  if (first === undefined || !('output' in first)) throw new Error('verify.html was not built');
  const script = first.output[0].code.trim();
  if (/<\/script|<!--/i.test(script)) throw new Error('The script of verify.html would end early');
  const style = read('page.css').trim();
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  return read('page.html')
    .replace('{policy}', () => policy)
    .replace('<style></style>', () => `<style>${style}</style>`)
    .replace('<script></script>', () => `<script>${script}</script>`);
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
