import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { compress } from './compress.ts';
import { offlinePage } from './offline-page.ts';

/** The address of a server to develop against: `ANNALS_API=http://127.0.0.1:8420 npm run console:dev`. */
const { ANNALS_API: api = 'http://127.0.0.1:8420' } = process.env;

const alias = {
  'node:crypto': fileURLToPath(new URL('src/proof/node-crypto.ts', import.meta.url)),
};

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/console/',
  // JSX is compiled by Vite itself; a plugin would only add fast refresh and a hundred packages.
  oxc: { jsx: { runtime: 'automatic' } },
  // src/integrity is written for Node (docs/decisions/068-verifying-in-the-browser.md).
  resolve: { alias },
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
  plugins: [offlinePage(alias), compress()],
  server: {
    proxy: { '^/(v1|openapi\\.json)': { target: api } },
  },
});
