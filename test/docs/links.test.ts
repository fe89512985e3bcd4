import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { headingAnchors, pageLinks } from './markdown.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const find = (...patterns: string[]) =>
  globSync(patterns, { cwd: root, exclude: (name) => name.includes('node_modules') }).toSorted();

const pages = find('*.md', '{bench,deploy,docs,site,src,test}/**/*.md');

/** Why a target does not resolve from this page; undefined if it does. Other hosts are not asked. */
function problemOf(page: string, target: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/.test(target)) return undefined;
  const [path = '', anchor] = target.split('#');
  if (path.startsWith('/')) return 'is not relative';
  const file = path === '' ? page : posix.join(dirname(page), decodeURI(path));
  if (!existsSync(join(root, file))) return 'does not exist';
  if (anchor === undefined || !file.endsWith('.md')) return undefined;
  return headingAnchors(read(file)).has(anchor) ? undefined : `has no heading #${anchor}`;
}

describe('documentation', () => {
  it('has links whose files and headings exist', () => {
    const problems = pages.flatMap((page) =>
      pageLinks(read(page)).flatMap(({ target, line }) => {
        const problem = problemOf(page, target);
        return problem === undefined ? [] : [`${page}:${line}: ${target} ${problem}`];
      }),
    );
    assert.deepEqual(problems, []);
  });

  it('has the pages that code and messages name', () => {
    const sources = find('{bench,bin,deploy,site,src,test}/**/*.{ts,js,yaml,service}', '.ci/run');
    const problems = sources.flatMap((file) => {
      const named = read(file).match(/\bdocs\/[\w/-]+\.md\b/g) ?? [];
      return named
        .filter((page) => !existsSync(join(root, page)))
        .map((page) => `${file}: ${page}`);
    });
    assert.deepEqual(problems, []);
  });

  it('begins the page of the package as the README', () => {
    const firstParagraph = (page: string) => read(page).split('\n\n')[1];
    assert.equal(firstParagraph('packaging/annals/README.md'), firstParagraph('README.md'));
  });

  it('finds links, and gives headings the anchors that GitHub gives them', () => {
    const page = [
      '# One & `two` (three)',
      '## Same',
      '## Same',
      '## The [link](elsewhere.md) of it',
      '```md',
      '# not a heading, [not a link](a.md)',
      '```',
      'See [a](b.md#c), `[not](this.md)` and <img src="d.svg">.',
      '[reference]: e.md',
    ].join('\n');
    assert.deepEqual(
      [...headingAnchors(page)],
      ['one--two-three', 'same', 'same-1', 'the-link-of-it'],
    );
    assert.deepEqual(
      pageLinks(page).map(({ target, line }) => `${line} ${target}`),
      ['4 elsewhere.md', '8 b.md#c', '8 d.svg', '9 e.md'],
    );
  });
});
