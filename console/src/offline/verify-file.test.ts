import assert from 'node:assert/strict';
import { it } from 'node:test';
import { formatEventProof } from '../../../src/integrity/event-proof.ts';
import { flipped, newBrowser, openLog } from '../proof/log.fixture.ts';
import { verifyEvent } from '../proof/verify.ts';
import { verifyFile } from './verify-file.ts';

it('a file that was saved is proved by the trusted key alone, and by no byte less', async () => {
  const log = await openLog(
    Array.from({ length: 9 }, (_, n) => ({ action: 'vault.open', user: { name: `Noor ${n}` } })),
  );
  const browser = newBrowser(log.api);
  const { evidence } = await verifyEvent(browser, log.organisation, 5, await log.event(5));
  assert.ok(evidence !== undefined);
  const { proof, ...rest } = evidence;
  const text = formatEventProof({ ...proof, ...rest });
  const [key = ''] = rest.keys;

  const proved = await verifyFile(text, `# of acme\n${key}\n`);
  assert.equal(proved.sequence, 5);
  assert.match(proved.text ?? '', /Noor 5/);
  assert.ok(proved.facts.some(([label]) => label === 'Signed by'));

  await assert.rejects(verifyFile(text, '# nothing'), /Enter the verifier key/);
  for (let byte = 0; byte < key.length; byte += 1) {
    await assert.rejects(verifyFile(text, flipped(key, byte, byte % 7)), `key, byte ${byte}`);
  }
  // The keys in the file are a hint, and its paths show in the leaf hash.
  const hints = [text.indexOf('"keys"'), text.indexOf('"sequence"')] as const;
  for (let byte = 0; byte < Buffer.byteLength(text); byte += 1) {
    if (byte > hints[0] && byte < hints[1]) continue;
    await assert.rejects(verifyFile(flipped(text, byte, byte % 8), key), `byte ${byte}`);
  }
});
