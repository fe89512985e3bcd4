/**
 * Looks at the built site, page by page: every link and anchor leads somewhere, nothing is loaded from another host, and
 * every page of `docs/` is there. `npm run docs:site` builds and then runs it.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const site = join(root, 'site/.vitepress/dist');
const pages = globSync('**/*.html', { cwd: site }).toSorted();
const problems: string[] = [];

const textOf = (page: string) => readFileSync(join(site, page), 'utf8');
const valuesOf = (html: string, attributes: string) =>
  [...html.matchAll(new RegExp(`\\s(?:${attributes})="([^"]*)"`, 'g'))].map(
    ([, value = '']) => value,
  );

const anchors = new Map(pages.map((page) => [page, new Set(valuesOf(textOf(page), 'id'))]));

/** The file of the site that a link of this page leads to. */
function fileOf(page: string, link: string): string {
  const path = link.startsWith('/') ? link.slice(1) : posix.join(posix.dirname(page), link);
  return path === '' || path.endsWith('/') ? `${path}index.html` : path;
}

for (const page of pages) {
  const html = textOf(page);
  for (const link of valuesOf(html, 'href|src|srcset')) {
    if (/^(mailto|data):/.test(link)) continue;
    if (/^(https?:)?\/\//.test(link)) {
      // A link may lead to another host; what the page needs to be shown may not.
      if (
        !html.includes(`<a href="${link}"`) &&
        !new RegExp(`<a [^>]*href="${RegExp.escape(link)}"`).test(html)
      )
        problems.push(`${page}: loads ${link}`);
      continue;
    }
    const [path = '', anchor = ''] = link.split('#');
    const file = path === '' ? page : fileOf(page, path);
    if (!existsSync(join(site, file))) problems.push(`${page}: ${link} leads nowhere`);
    else if (anchor !== '' && anchors.get(file)?.has(decodeURIComponent(anchor)) === false)
      problems.push(`${page}: ${file} has no #${anchor}`);
  }
}

for (const style of globSync('**/*.css', { cwd: site })) {
  const loaded = textOf(style).match(/url\(["']?(?:https?:)?\/\/[^)]*|@import[^;]*/g) ?? [];
  problems.push(...loaded.map((what) => `${style}: loads ${what}`));
}

for (const source of globSync('docs/**/*.md', { cwd: root })) {
  const page = source
    .replace(/^docs\//, '')
    .replace(/(README)?\.md$/, (_, readme) => `${readme ? 'index' : ''}.html`);
  if (!pages.includes(page)) problems.push(`${source} is not on the site`);
}

for (const problem of problems) process.stderr.write(`${problem}\n`);
process.stdout.write(`${pages.length} pages, ${problems.length} problems\n`);
process.exitCode = problems.length === 0 && pages.length > 0 ? 0 : 1;
