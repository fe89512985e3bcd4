/** A link of a page: what it points to as it is written, and its line. */
export interface PageLink {
  readonly target: string;
  readonly line: number;
}

/** The anchor of a heading, as GitHub makes it. The site makes the same, so that a link holds in both. */
export function headingSlug(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

/** All anchors of a page. The second heading of one text has `-1` behind it, and so on. */
export function headingAnchors(markdown: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const { text } of textLines(markdown)) {
    const heading = /^#{1,6} (.*)$/.exec(text)?.[1];
    if (heading === undefined) continue;
    const slug = headingSlug(heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1'));
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count += 1) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** The links and pictures of a page, those in HTML too. What is in code is none. */
export function pageLinks(markdown: string): PageLink[] {
  return textLines(markdown).flatMap(({ text, line }) => {
    const prose = text.replace(/`[^`]*`/g, '');
    const found = prose.matchAll(
      /\]\(<?([^)>\s]+)>?[^)]*\)|\b(?:href|src|srcset)="([^"]+)"|^\[[^\]]+\]:\s+(\S+)/g,
    );
    return [...found].map(([, inline, html, reference]) => ({
      target: inline ?? html ?? reference ?? '',
      line,
    }));
  });
}

/** The lines outside of fenced code, counted from 1. */
function textLines(markdown: string): { readonly text: string; readonly line: number }[] {
  let fence: string | undefined;
  return markdown.split('\n').flatMap((text, index) => {
    const mark = /^ *(```+|~~~+)/.exec(text)?.[1];
    if (mark === undefined) return fence === undefined ? [{ text, line: index + 1 }] : [];
    if (fence === undefined) fence = mark;
    else if (mark.startsWith(fence)) fence = undefined;
    return [];
  });
}
