import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { documentQuery } from '../../api/queries.ts';
import { count } from '../../fields/count.ts';
import { Failed } from '../../parts/Failed.tsx';
import { firstOf } from '../../search.ts';
import { Icon } from '../../ui/Icon.tsx';
import { OperationSection } from './OperationSection.tsx';
import { type ApiDocument, groupsOf } from './openapi.ts';

/** The server's own API document as a page, for everybody. `#operationId` is the address of an operation. */
export function ReferencePage() {
  const { data, error } = useQuery(documentQuery);
  return (
    <>
      <header className="frame">
        <a href="/console" className="frame-name">
          <Icon name="annals" />
          <span>Annals</span>
        </a>
        <nav aria-label="Pages">
          <a href="/console" className="frame-page">
            Console
          </a>
          <a href="/openapi.json" className="frame-page">
            openapi.json
          </a>
        </nav>
      </header>
      <main id="main" className="page">
        {data === undefined ? (
          error === null ? (
            <p role="status">Loading …</p>
          ) : (
            <Failed error={error} />
          )
        ) : (
          <Reference document={data as ApiDocument} />
        )}
      </main>
    </>
  );
}

function Reference({ document: api }: { readonly document: ApiDocument }) {
  const search = useSearch({ from: '/reference' });
  const navigate = useNavigate();
  const text = firstOf(search, 'search') ?? '';
  const groups = groupsOf(api, text);
  const found = groups.reduce((sum, { operations }) => sum + operations.length, 0);

  // The browser looked for the place before there was anything.
  useEffect(() => {
    document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
  }, []);

  return (
    <div className="reference">
      <nav className="reference-nav" aria-label="Operations">
        <input
          type="search"
          aria-label="Search operations"
          placeholder="Search operations"
          value={text}
          spellCheck={false}
          onChange={({ currentTarget: { value } }) =>
            void navigate({
              to: '/reference',
              search: (value === '' ? {} : { search: [value] }) as never,
              replace: true,
              resetScroll: false,
            })
          }
        />
        <p className="faint" role="status">
          {count(found, 'operation')}
        </p>
        {groups.map(({ name, operations }) => (
          <section key={name}>
            <h3>{name}</h3>
            <ul>
              {operations.map(({ operationId, method, path }) => (
                <li key={operationId}>
                  <a href={`#${operationId}`}>
                    <span className="method">{method}</span> {path}
                  </a>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </nav>
      <div className="reference-body">
        <header>
          <h1 tabIndex={-1}>API</h1>
          <p className="help">
            {api.info.description} Version {api.info.version}. Examples take the server from{' '}
            <code>ANNALS_API</code>, and the line “Authorization: Bearer &lt;key&gt;” from the file{' '}
            <code>acme.header</code>.
          </p>
        </header>
        {found === 0 && (
          <div className="state">
            <h2>No operation has “{text}”</h2>
          </div>
        )}
        {groups.map(({ name, description, operations }) => (
          <section key={name} aria-label={name}>
            <h2 className="reference-tag">
              {name} <span className="faint">{description}</span>
            </h2>
            {operations.map((operation) => (
              <OperationSection key={operation.operationId} operation={operation} document={api} />
            ))}
          </section>
        ))}
      </div>
    </div>
  );
}
