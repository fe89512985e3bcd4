/** Icons on a grid of 16, drawn with the colour of the text. They repeat what a word says, so they are not read aloud. */
const paths = {
  annals: 'M3 3.5h10M3 8h10M3 12.5h4M9 12l2 2 3.5-4',
  check: 'm3 8.5 3.5 3.5L13 5',
  close: 'm4 4 8 8m0-8-8 8',
  copy: 'M6 6h7v7H6zM3 10V3h7',
  down: 'm4 6 4 4 4-4',
  external: 'M6 4H4v8h8v-2M9 3h4v4m0-4L7 9',
  filter: 'M2.5 4h11M5 8h6m-4 4h2',
  menu: 'M2.5 4h11m-11 4h11m-11 4h11',
  minus: 'M3 8h10',
  next: 'm6 4 4 4-4 4',
  pause: 'M6 4v8m4-8v8',
  person: 'M8 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM3.5 13.5a4.5 4.5 0 0 1 9 0',
  play: 'm5.5 3.5 7 4.5-7 4.5z',
  plus: 'M8 3v10M3 8h10',
  previous: 'm10 4-4 4 4 4',
  question: 'M5.5 6a2.5 2.5 0 1 1 3.5 2.300c-.7.3-1 .8-1 1.5m0 2.200v.3',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9Zm3.5-1 3 3',
  warning: 'M8 2.5 14 13H2zM8 6.5v3m0 1.5v.5',
} as const;

export function Icon({ name }: { readonly name: keyof typeof paths }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
