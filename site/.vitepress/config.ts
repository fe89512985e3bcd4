import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type DefaultTheme,
  defineConfig,
  type MarkdownEnv,
  type MarkdownRenderer,
} from 'vitepress';
import { headingSlug } from '../../test/docs/markdown.ts';

/** The repository: pages stay where they are useful without the site, too. */
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Pages that are not below `docs/`, and where the site shows them. All others are shown where they are in `docs/`. */
const elsewhere: Readonly<Record<string, string>> = {
  'README.md': 'index.md',
  'CHANGELOG.md': 'changelog.md',
  'CONTRIBUTING.md': 'contribute/contributing.md',
  'SECURITY.md': 'concepts/security.md',
  'bench/README.md': 'contribute/benchmarks.md',
  'docs/decisions/README.md': 'decisions/index.md',
  'src/store/segmented/FORMAT.md': 'reference/format.md',
  'src/store/segmented/README.md': 'contribute/segmented-store.md',
};

const sections = ['start', 'use', 'operate', 'reference', 'concepts', 'contribute'] as const;

/** What a reader should see first in a section; the other pages follow by title. */
const first: Readonly<Record<(typeof sections)[number], readonly string[]>> = {
  start: ['first-export', 'install'],
  use: ['recording', 'exporting', 'importing', 'verify'],
  operate: ['production', 'deploy', 'tls', 'backup', 'upgrades', 'monitoring'],
  reference: ['command', 'settings', 'http'],
  concepts: ['integrity', 'security'],
  contribute: ['contributing', 'architecture', 'life-of-an-event', 'conventions'],
};

const pageOf = (file: string) => elsewhere[file] ?? file.replace(/^docs\//, '');

const titleOf = (file: string) =>
  /^# (.+)$/m.exec(readFileSync(join(root, file), 'utf8'))?.[1]?.replaceAll('`', '') ?? file;

function filesOf(section: string): string[] {
  const inFolder = readdirSync(join(root, 'docs', section))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${section}/${name}`);
  const fromElsewhere = Object.keys(elsewhere).filter((file) => dirname(pageOf(file)) === section);
  return [...new Set([...inFolder, ...fromElsewhere])];
}

function sidebarOf(section: (typeof sections)[number]): DefaultTheme.SidebarItem {
  const rank = (page: string) => {
    const index = first[section].indexOf(posix.basename(page, '.md'));
    return index < 0 ? Number.POSITIVE_INFINITY : index;
  };
  const items = filesOf(section)
    .map((file) => ({ text: titleOf(file), link: `/${pageOf(file).replace(/\.md$/, '')}` }))
    .toSorted((a, b) => rank(a.link) - rank(b.link) || a.text.localeCompare(b.text));
  return { text: section[0]!.toUpperCase() + section.slice(1), items };
}

/** Of files that the site does not show, such as source. Without a repository on the web they are no links. */
const repository = process.env.ANNALS_REPOSITORY?.replace(/^git\+|\.git$/g, '');

/** A token that is shown as nothing. */
const nothing = { type: 'text', tag: '', content: '', nesting: 0 };

/** Relative links between files become links between pages, whatever folder the site shows them in. */
function linkPages(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('links-between-pages', ({ tokens, env }) => {
    const { path, realPath = path } = env as MarkdownEnv;
    for (const { children } of tokens) {
      const isLink: boolean[] = [];
      for (const token of children ?? []) {
        if (token.type === 'link_open') {
          const target = targetOf(token.attrGet('href') ?? '', relative(root, realPath));
          isLink.push(target !== undefined);
          if (target === undefined) Object.assign(token, nothing);
          else token.attrSet('href', target);
        } else if (token.type === 'link_close' && isLink.pop() === false) {
          Object.assign(token, nothing);
        }
      }
    }
  });
}

/** Where a link of this file leads on the site; undefined if that is nowhere. */
function targetOf(href: string, file: string): string | undefined {
  if (href.startsWith('#') || /^[a-z]+:/.test(href)) return href;
  const [path = '', anchor] = href.split('#');
  const target = posix.join(dirname(file), path);
  const isPage = target.endsWith('.md') && (target.startsWith('docs/') || target in elsewhere);
  // A page that is missing stays a link, and fails the build.
  if (isPage) return `/${pageOf(target)}${anchor === undefined ? '' : `#${anchor}`}`;
  if (!existsSync(join(root, target))) return href;
  return repository === undefined ? undefined : `${repository}/blob/main/${target}`;
}

const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#0b4f8a"/>' +
  '<path d="M4 13 8 3l4 10M5.5 9.5h5" fill="none" stroke="#fff" stroke-width="1.8"/></svg>';

const packageFile = (name: string) =>
  fileURLToPath(new URL(`../node_modules/${name}`, import.meta.url));

export default defineConfig({
  title: 'Annals',
  description: 'An audit trail that can be proved.',
  lang: 'en',
  head: [['link', { rel: 'icon', href: `data:image/svg+xml,${encodeURIComponent(icon)}` }]],
  srcDir: root,
  srcExclude: ['**/{annals-data,dist,deploy,node_modules,packaging,site,test}/**'],
  rewrites: pageOf,
  cleanUrls: false,
  markdown: {
    config: linkPages,
    anchor: { slugify: headingSlug },
  },
  vite: {
    // Pages lie outside of this folder, where its packages are not found.
    resolve: {
      alias: [
        { find: /^vue$/, replacement: packageFile('vue/dist/vue.runtime.esm-bundler.js') },
        {
          find: /^vue\/server-renderer$/,
          replacement: packageFile('vue/server-renderer/index.mjs'),
        },
      ],
    },
    server: { fs: { allow: [root] } },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    sidebar: [
      ...sections.map(sidebarOf),
      {
        text: 'More',
        items: [
          { text: 'Decisions', link: '/decisions/' },
          { text: 'Changelog', link: '/changelog' },
        ],
      },
    ],
    footer: { message: 'Apache-2.0' },
  },
});
