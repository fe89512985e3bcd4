import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { compress } from './compress.ts';

/** The address of a server to develop against: `ANNALS_API=http://127.0.0.1:8420 npm run console:dev`. */
const { ANNALS_API: api = 'http://127.0.0.1:8420' } = process.env;

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/console/',
  // JSX is compiled by Vite itself; a plugin would only add fast refresh and a hundred packages.
  oxc: { jsx: { runtime: 'automatic' } },
  // src/integrity is written for Node (docs/decisions/068-verifying-in-the-browser.md).
  resolve: {
    alias: { 'node:crypto': fileURLToPath(new URL('src/proof/node-crypto.ts', import.meta.url)) },
  },
  build: {
    target: ['chrome137', 'firefox129', 'safari18'],
    // The policy of the page allows no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    reportCompressedSize: false,
    rolldownOptions: {
      // Libraries mark what a server must not render. There is no such server.
      onLog(level, log, report) {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
      },
    },
  },
  plugins: [compress()],
  server: {
    proxy: { '^/(v1|openapi\\.json)': { target: api } },
  },
});
