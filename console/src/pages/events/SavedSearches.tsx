import { Menu } from '@base-ui/react/menu';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { change } from '../../api/client.ts';
import { filterOf, queryClient, searchesQuery } from '../../api/queries.ts';
import { parseSearch, type Search, stringifySearch } from '../../search.ts';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { showDone } from '../../ui/toasts.ts';

type Asking = 'save' | 'delete';

/** Searches that the organisation keeps: the filters of a list, and not what they found. */
export function SavedSearches({ search }: { readonly search: Search }) {
  const navigate = useNavigate();
  const { data: searches = [], error } = useQuery(searchesQuery);
  const [asking, setAsking] = useState<Asking>();
  const query = stringifySearch({ ...filterOf(search), order: search.order }).slice(1);

  const finish = async (sentence: string) => {
    await queryClient.invalidateQueries(searchesQuery);
    setAsking(undefined);
    showDone(sentence);
  };
  const save = async (form: FormData) => {
    const name = String(form.get('name')).trim();
    await change('POST', '/v1/searches', { name, query });
    await finish(`Saved ${name}`);
  };
  const remove = async (form: FormData) => {
    await change('DELETE', `/v1/searches/${encodeURIComponent(String(form.get('id')))}`);
    await finish('Deleted');
  };

  return (
    <>
      <Menu.Root>
        <Menu.Trigger className="button">
          Searches
          <Icon name="down" />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner align="end" sideOffset={4} className="layer">
            <Menu.Popup className="menu tall">
              {error !== null && <p className="menu-label">{error.message}</p>}
              {error === null && searches.length === 0 && (
                <p className="menu-label">None is saved</p>
              )}
              {searches.map(({ id, name, query: saved }) => (
                <Menu.Item
                  key={id}
                  className="menu-item"
                  onClick={() =>
                    void navigate({ to: '/console/events', search: parseSearch(saved) as never })
                  }
                >
                  {name}
                </Menu.Item>
              ))}
              <Menu.Separator className="menu-line" />
              <Menu.Item className="menu-item" onClick={() => setAsking('save')}>
                Save this search …
              </Menu.Item>
              {searches.length > 0 && (
                <Menu.Item className="menu-item" onClick={() => setAsking('delete')}>
                  Delete one …
                </Menu.Item>
              )}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      {asking === 'save' && (
        <FormDialog
          title="Save this search"
          action="Save search"
          look="primary"
          act={save}
          close={() => setAsking(undefined)}
        >
          <p>Everybody in the organisation who may read the trail sees it.</p>
          <label htmlFor="search-name">Name</label>
          <input id="search-name" name="name" required maxLength={200} autoComplete="off" />
          <p className="help">
            {query === '' ? 'It has no filter: it shows every event.' : <code>{query}</code>}
          </p>
        </FormDialog>
      )}
      {asking === 'delete' && (
        <FormDialog
          title="Delete a search"
          action="Delete search"
          look="danger"
          act={remove}
          close={() => setAsking(undefined)}
        >
          <label htmlFor="search-id">Which</label>
          <select id="search-id" name="id">
            {searches.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
          <p className="help">Events stay as they are.</p>
        </FormDialog>
      )}
    </>
  );
}
