import type { Key, ReactNode } from 'react';

export interface Column<T> {
  readonly head: string;
  readonly cell: (item: T) => ReactNode;
  /** `name` is read out as the head of its row; `number` stands on the right. */
  readonly kind?: 'name' | 'number' | 'actions';
}

interface ListProps<T> {
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly items: readonly T[];
  readonly keyOf: (item: T) => Key;
  /** Rows that do not count any more are fainter. */
  readonly isOver?: (item: T) => boolean;
}

/** A table of things. On a narrow screen each row becomes a block, in which the heads stand before their values. */
export function List<T>({ label, columns, items, keyOf, isOver }: ListProps<T>) {
  return (
    <div className="list-wrap">
      <table className="list" aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ head, kind }) => (
              <th key={head} scope="col" className={kind}>
                {kind === 'actions' ? <span className="visually-hidden">{head}</span> : head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={keyOf(item)} className={isOver?.(item) === true ? 'over' : undefined}>
              {columns.map(({ head, cell, kind }) =>
                kind === 'name' ? (
                  <th key={head} scope="row" className={kind}>
                    {cell(item)}
                  </th>
                ) : (
                  <td key={head} className={kind} data-head={head}>
                    {cell(item)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
