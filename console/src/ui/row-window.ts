/**
 * Which rows of a long list are in view, and how its scroll bar stands for it. Rows have one height. Browsers limit the
 * height of an element (about 17.9 million pixels in Firefox), so a longer list has a shorter track: then a small step
 * moves by its pixels, and a long one, such as a drag of the bar, goes to the share of the list that it shows.
 */
export interface RowWindow {
  /** Of the whole list, in pixels of rows. */
  readonly offset: number;
  /** Where the scroll bar stood when the offset was found. */
  readonly scrollTop: number;
}

export interface RowGeometry {
  readonly rows: number;
  readonly rowHeight: number;
  readonly viewHeight: number;
}

const longestTrack = 12_000_000;

/** The height of the element that scrolls. */
export function trackHeight({ rows, rowHeight, viewHeight }: RowGeometry): number {
  return Math.max(viewHeight, Math.min(rows * rowHeight, longestTrack));
}

/** How far the list can be scrolled, in pixels of rows. */
export function largestOffset({ rows, rowHeight, viewHeight }: RowGeometry): number {
  return Math.max(0, rows * rowHeight - viewHeight);
}

/** The window after the bar has moved. */
export function moveWindow(before: RowWindow, scrollTop: number, geometry: RowGeometry): RowWindow {
  const largest = largestOffset(geometry);
  const range = trackHeight(geometry) - geometry.viewHeight;
  if (largest <= range) return { offset: Math.min(scrollTop, largest), scrollTop };
  const step = scrollTop - before.scrollTop;
  const isSmall = Math.abs(step) <= geometry.viewHeight * 3;
  // At its ends the bar is at the ends of the list, whatever the steps before added up to.
  if (scrollTop <= 0) return { offset: 0, scrollTop };
  if (scrollTop >= range) return { offset: largest, scrollTop };
  const offset = isSmall ? before.offset + step : (scrollTop / range) * largest;
  return { offset: Math.max(0, Math.min(offset, largest)), scrollTop };
}

/** Where the bar belongs for an offset; rounded, as browsers do. */
export function scrollTopFor(offset: number, geometry: RowGeometry): number {
  const largest = largestOffset(geometry);
  const range = trackHeight(geometry) - geometry.viewHeight;
  return largest <= range ? offset : Math.round((offset / largest) * range);
}

/** The rows in view, with a few more on either side. */
export function rowsInView(
  { offset }: RowWindow,
  { rows, rowHeight, viewHeight }: RowGeometry,
  more = 8,
): { readonly first: number; readonly last: number } {
  const first = Math.max(0, Math.floor(offset / rowHeight) - more);
  const last = Math.min(rows, Math.ceil((offset + viewHeight) / rowHeight) + more);
  return { first, last };
}
