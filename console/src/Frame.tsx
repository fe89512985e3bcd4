import { Menu } from '@base-ui/react/menu';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { change } from './api/client.ts';
import { meQuery, queryClient } from './api/queries.ts';
import { pages } from './pages/pages.ts';
import { accountOf, roleOf } from './parts/account.ts';
import { LogAlarm } from './parts/LogAlarm.tsx';
import { ShortcutHelp } from './parts/ShortcutHelp.tsx';
import { forgetMarks } from './proof/marks.ts';
import { currentTheme, setTheme, type Theme } from './theme.ts';
import { Icon } from './ui/Icon.tsx';
import { onShortcut } from './ui/shortcuts.ts';
import { showDone, showFailure } from './ui/toasts.ts';

const themes: readonly [Theme, string][] = [
  ['system', 'As the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];

/** What surrounds every page of somebody who is signed in: the name of the organisation, the pages, the account. */
export function Frame() {
  const { data: me } = useQuery(meQuery);
  const navigate = useNavigate();
  const [theme, chooseTheme] = useState(currentTheme);
  const [showsKeys, setShowsKeys] = useState(false);
  useEffect(() => onShortcut('?', () => setShowsKeys(true)), []);
  useReadingAloud();
  if (me === undefined || me === null) return null;
  const account = accountOf(me);

  const signOut = async () => {
    try {
      await change('DELETE', '/v1/sessions/current');
    } catch (error) {
      showFailure('Cannot sign out', error);
      return;
    }
    queryClient.clear();
    forgetMarks();
    await navigate({ to: '/console/sign-in' });
    showDone('Signed out');
  };

  return (
    <>
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <header className="frame">
        <Link to="/console" className="frame-name">
          <Icon name="annals" />
          <span>{me.organisation?.name ?? 'Operator'}</span>
          <span className="visually-hidden">, first page</span>
        </Link>
        <nav aria-label="Pages">
          {pages
            .filter(
              ({ permission }) => permission === undefined || me.permissions.includes(permission),
            )
            .map(({ to, label }) => (
              <Link key={to} to={to} className="frame-page">
                {label}
              </Link>
            ))}
        </nav>
        <Menu.Root>
          <Menu.Trigger className="button frame-account">
            <Icon name="person" />
            <span className="frame-account-name">{account.name}</span>
          </Menu.Trigger>
          <Menu.Portal>
            <Menu.Positioner align="end" sideOffset={4} className="layer">
              <Menu.Popup className="menu">
                <Menu.Group>
                  <Menu.GroupLabel className="menu-label">
                    Signed in as {account.name}, {roleOf(me)}
                  </Menu.GroupLabel>
                </Menu.Group>
                <Menu.Separator className="menu-line" />
                <Menu.RadioGroup
                  value={theme}
                  onValueChange={(value: Theme) => {
                    setTheme(value);
                    chooseTheme(value);
                  }}
                >
                  {themes.map(([value, label]) => (
                    <Menu.RadioItem key={value} value={value} className="menu-item">
                      <Menu.RadioItemIndicator keepMounted className="menu-mark">
                        <Icon name="check" />
                      </Menu.RadioItemIndicator>
                      {label}
                    </Menu.RadioItem>
                  ))}
                </Menu.RadioGroup>
                <Menu.Separator className="menu-line" />
                <Menu.Item className="menu-item" onClick={() => setShowsKeys(true)}>
                  Keys of the keyboard
                </Menu.Item>
                <Menu.Item className="menu-item" onClick={() => void signOut()}>
                  Sign out
                </Menu.Item>
              </Menu.Popup>
            </Menu.Positioner>
          </Menu.Portal>
        </Menu.Root>
      </header>
      {showsKeys && <ShortcutHelp close={() => setShowsKeys(false)} />}
      {me.organisation !== undefined && <LogAlarm organisation={me.organisation.identity} />}
      <main id="main" className="page">
        <Outlet />
      </main>
    </>
  );
}

/** After a navigation the title of the new page gets the focus, so a screen reader says where one is. */
function useReadingAloud(): void {
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const [first] = useState(path);
  useEffect(() => {
    // On a narrow screen the pages scroll, and the one that is shown may be out of sight.
    document.querySelector('.frame-page.active')?.scrollIntoView({ block: 'nearest' });
    if (path === first) return;
    document.querySelector<HTMLElement>('h1')?.focus();
  }, [path, first]);
}
