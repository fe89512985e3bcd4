import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import type { Plugin } from 'vite';

const brotli = promisify(brotliCompress);

/**
 * Writes each file a second time, packed by Brotli as small as it gets, so that the server never compresses. Every
 * browser that can run the console takes Brotli.
 */
export function compress(): Plugin {
  let directory = '';
  return {
    name: 'annals:compress',
    apply: 'build',
    configResolved({ root, build }) {
      directory = resolve(root, build.outDir);
    },
    async closeBundle() {
      const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
      const texts = names.filter((name) => /\.(css|html|js|svg)$/.test(name));
      const pack = async (name: string) => {
        const bytes = readFileSync(join(directory, name));
        const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
        writeFileSync(join(directory, `${name}.br`), await brotli(bytes, { params }));
      };
      // A server that looks for a new build finds its first page last.
      await Promise.all(texts.filter((name) => name !== 'index.html').map(pack));
      await pack('index.html');
    },
  };
}
