/**
 * A picture of a terminal as SVG: one `<text>` a line, on a grid of characters, in the reader's own monospaced font.
 * It needs nothing from another file, and has its own background, so it can be read on a light and on a dark page.
 */

const columns = 80;
const fontSize = 14;
const characterWidth = fontSize * 0.6;
const lineHeight = 20;
const padding = 20;

/** A part of a line, and the class of `style` that it is shown in. */
interface Span {
  readonly text: string;
  readonly kind?: Kind | undefined;
}

type Kind = keyof typeof colours;

/** On a light and on a dark background; every one has a contrast of 4.5 or more. */
const colours = {
  text: ['#1f2933', '#dde3ea'],
  command: ['#0b4f8a', '#8ec7ff'],
  good: ['#17692c', '#6fd68a'],
  bad: ['#b3261e', '#ff8f86'],
  quiet: ['#5c6773', '#94a1af'],
  background: ['#f7f8f9', '#14191f'],
  border: ['#c9d0d7', '#38424d'],
} as const;

/** What is shown in which way. The first that matches a place in a line wins. */
const rules: readonly (readonly [Kind, RegExp])[] = [
  ['command', /\$ .*$/y],
  ['bad', /NOT PROVED|changed:|\busr-pam\b/y],
  ['good', /PROVED/y],
  ['quiet', /\d\d:\d\d:\d\d\.\d{3}/y],
];

export function terminalSvg(title: string, lines: readonly string[]): string {
  const width = Math.ceil(columns * characterWidth) + 2 * padding;
  const height = lines.length * lineHeight + 2 * padding;
  const styles = (index: 0 | 1) =>
    Object.entries(colours)
      .map(([kind, pair]) => `.${kind}{fill:${pair[index]}}`)
      .join('');
  const frame = (kind: Kind, inset: number) =>
    `<rect class="${kind}" x="${inset}" y="${inset}" width="${width - 2 * inset}" height="${height - 2 * inset}" rx="8"/>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    `<style>text{font:${fontSize}px monospace;white-space:pre}.command,.good,.bad{font-weight:bold}${styles(0)}@media(prefers-color-scheme:dark){${styles(1)}}</style>`,
    frame('border', 0),
    frame('background', 1),
    ...lines.map((line, index) => textElement(line, index)),
    '</svg>',
    '',
  ].join('\n');
}

function textElement(line: string, index: number): string {
  if (line === '') return '';
  const y = padding + index * lineHeight + fontSize;
  // Whatever font the reader has, the line is as long as its characters on the grid.
  const length = (line.length * characterWidth).toFixed(1);
  const spans = spansOf(line).map(({ text, kind }) =>
    kind === undefined ? escapeXml(text) : `<tspan class="${kind}">${escapeXml(text)}</tspan>`,
  );
  return `<text class="text" x="${padding}" y="${y}" textLength="${length}" lengthAdjust="spacingAndGlyphs" xml:space="preserve">${spans.join('')}</text>`;
}

function spansOf(line: string): Span[] {
  const spans: Span[] = [];
  let plain = '';
  for (let at = 0; at < line.length; ) {
    const found = rules
      .map(([kind, pattern]) => {
        pattern.lastIndex = at;
        return { kind, text: pattern.exec(line)?.[0] };
      })
      .find(({ text }) => text !== undefined);
    if (found?.text === undefined) {
      plain += line[at];
      at += 1;
      continue;
    }
    if (plain !== '') spans.push({ text: plain });
    plain = '';
    spans.push({ text: found.text, kind: found.kind });
    at += found.text.length;
  }
  return plain === '' ? spans : [...spans, { text: plain }];
}

const escapeXml = (text: string): string =>
  text.replace(/[&<>"]/g, (each) => `&#${each.charCodeAt(0)};`);
