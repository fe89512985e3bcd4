import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { consolePages, contentSecurityPolicy } from './console-pages.ts';

const directory = mkdtempSync(join(tmpdir(), 'annals-console-'));
after(() => rmSync(directory, { recursive: true }));

mkdirSync(join(directory, 'assets'));
for (const name of ['index.html', 'verify.html', 'icon.svg', 'assets/index-abc.js']) {
  writeFileSync(join(directory, name), `this is ${name}`);
  writeFileSync(join(directory, `${name}.br`), brotliCompressSync(`this is ${name}`));
}
writeFileSync(join(directory, 'secret.txt'), 'no file of the console');

const app = consolePages(directory);

it('serves one page at every address of the console, with a strict policy', async () => {
  for (const path of [
    '/console',
    '/console/events?action=kms.decrypt',
    '/console/a/b',
    '/reference',
  ]) {
    const response = await app.request(path);
    assert.equal(response.status, 200, path);
    assert.equal(await response.text(), 'this is index.html');
    assert.equal(response.headers.get('Content-Security-Policy'), contentSecurityPolicy);
    assert.equal(response.headers.get('Cache-Control'), 'no-cache');
  }
  assert.doesNotMatch(contentSecurityPolicy, /unsafe|nonce|data:|https?:|\*/);
  const first = await app.request('/');
  assert.deepEqual([first.status, first.headers.get('Location')], [302, '/console']);
});

it('serves the page that can be saved with the policy that is in it, and in no frame', async () => {
  const response = await app.request('/console/verify.html');
  assert.equal(await response.text(), 'this is verify.html');
  assert.equal(response.headers.get('Content-Security-Policy'), "frame-ancestors 'none'");
});

it('serves its files packed to browsers that take that, and to be kept forever', async () => {
  const packed = await app.request('/console/assets/index-abc.js', {
    headers: { 'Accept-Encoding': 'gzip, deflate, br, zstd' },
  });
  assert.equal(packed.headers.get('Content-Encoding'), 'br');
  assert.match(packed.headers.get('Cache-Control') ?? '', /immutable/);
  const bytes = brotliDecompressSync(await packed.arrayBuffer());
  assert.equal(String(bytes), 'this is assets/index-abc.js');
  for (const accept of ['gzip', 'br;q=0, gzip', '']) {
    const plain = await app.request('/console/assets/index-abc.js', {
      headers: { 'Accept-Encoding': accept },
    });
    assert.equal(plain.headers.get('Content-Encoding'), null, accept);
    assert.equal(await plain.text(), 'this is assets/index-abc.js');
  }
});

it('serves nothing else, by no spelling', async () => {
  for (const path of [
    '/console/assets/missing.js',
    '/console/assets/..%2fsecret.txt',
    '/console/assets/%2e%2e/secret.txt',
    '/console/assets/../../package.json',
  ]) {
    const response = await app.request(path);
    const text = await response.text();
    assert.ok(response.status === 404 || text === 'this is index.html', path);
    assert.doesNotMatch(text, /no file of the console/);
  }
  assert.equal((await app.request('/console', { method: 'POST' })).status, 405);
});

it('says how it is built in a clone that has not built it', async () => {
  const response = await consolePages(join(directory, 'assets')).request('/console');
  assert.equal(response.status, 404);
  assert.match(await response.text(), /^ {2}npm run build:console$/m);
});
