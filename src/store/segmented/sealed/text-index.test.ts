import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { blocksWith, hasBlock, TextIndexBuilder } from './text-index.ts';

/** The numbers of the blocks that an index of these texts finds. */
function search(texts: readonly string[], text: string): number[] {
  const builder = new TextIndexBuilder(texts.length);
  for (const [block, one] of texts.entries()) builder.add(block, Buffer.from(one));
  const buckets = builder.buckets()!;
  const read = (bucket: number) => buckets[bucket]!;
  const bits = blocksWith(Buffer.from(text), texts.length, buckets.length, read);
  return [...texts.keys()].filter((block) => hasBlock(bits, block));
}

const numbered = (length: number, textOf: (block: number) => string) =>
  Array.from({ length }, (_, block) => textOf(block));

describe('an index of texts', () => {
  it('finds every block that contains a text', () => {
    const word = fc.string({ unit: 'grapheme', minLength: 3, maxLength: 40 });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 60 }), fc.nat(), (words, nth) => {
        const text = words[nth % words.length]!;
        const texts = words.map((one, block) => `${one} ${words[(block * 7) % words.length]}`);
        const found = search(texts, text);
        for (const [block, one] of texts.entries()) {
          if (one.includes(text)) assert.ok(found.includes(block), `block ${block}`);
        }
      }),
    );
  });

  it('finds no other block where a triple of the text is rare', () => {
    const texts = numbered(
      300,
      (block) => `user asked for ${block % 97 === 5 ? 'zebrafish' : 'it'}`,
    );
    assert.deepEqual(search(texts, 'zebrafish'), [5, 102, 199, 296]);
    assert.deepEqual(search(texts, 'for zeb'), [5, 102, 199, 296]);
    assert.deepEqual(search(texts, 'asked for').length, 300);
    assert.deepEqual(search(texts, 'xylophone'), []);
  });

  it('knows triples that are in few, in half, in all but the last, and in all blocks', () => {
    const texts = numbered(20, (block) =>
      [
        'everywhere',
        ...(block % 2 === 0 ? ['half'] : []),
        ...(block < 19 ? ['begin'] : []),
        ...(block === 19 ? ['tail'] : []),
      ].join(' '),
    );
    assert.equal(search(texts, 'everywhere').length, 20);
    assert.deepEqual(search(texts, 'half').length, 10);
    assert.deepEqual(search(texts, 'begin'), [...texts.keys()].slice(0, 19));
    assert.deepEqual(search(texts, 'tail'), [19]);
  });

  it('does not exist for texts with too many triples, or none', () => {
    const many = new TextIndexBuilder(1);
    const noise = new Uint8Array(1_000_000);
    for (let at = 0, state = 1; at < noise.length; at += 1) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      noise[at] = state >>> 24;
    }
    many.add(0, noise);
    assert.equal(many.buckets(), undefined);
    assert.equal(new TextIndexBuilder(3).buckets(), undefined);
  });
});
