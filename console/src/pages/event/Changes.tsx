import { differences } from '../../fields/changes.ts';

const show = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

const words = { added: 'added', removed: 'removed', changed: 'changed' } as const;

/** What an action changed, value by value. */
export function Changes({
  before,
  after,
}: {
  readonly before?: unknown;
  readonly after?: unknown;
}) {
  const found = differences(before, after);
  if (found.length === 0) return <p className="faint">Nothing changed.</p>;
  return (
    <table className="changes">
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {found.map(({ path, before: old, after: now, kind }) => (
          <tr key={path}>
            <th scope="row" className="mono">
              {path === '' ? 'everything' : path}
              <span className="visually-hidden">, {words[kind]}</span>
            </th>
            <td className="mono">
              {old === undefined ? <span className="faint">–</span> : <del>{show(old)}</del>}
            </td>
            <td className="mono">
              {now === undefined ? <span className="faint">–</span> : <ins>{show(now)}</ins>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
