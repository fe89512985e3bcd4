import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { meQuery, queryClient } from './api/queries.ts';
import { Frame } from './Frame.tsx';
import { keepToken } from './pages/link/token.ts';
import { Failed } from './parts/Failed.tsx';
import { parseSearch, type Search, stringifySearch } from './search.ts';

/**
 * The map of the console: which address shows what. Each page is a file of its own in `pages/`, loaded when it is first
 * shown. The query string is the state of a page, in the words of the API.
 */

const root = createRootRoute({ errorComponent: Failed, notFoundComponent: () => <Failed /> });

/** Pages for somebody who is signed in, inside the frame. Anybody else is sent to sign in, and comes back afterwards. */
const signedIn = createRoute({
  id: 'signed-in',
  getParentRoute: () => root,
  component: Frame,
  errorComponent: Failed,
  beforeLoad: async ({ location }) => {
    const me = await queryClient.ensureQueryData(meQuery);
    if (me === null) {
      throw redirect({ to: '/console/sign-in', search: { next: [location.href] } as never });
    }
    return { me };
  },
});

const searchOf = (search: Record<string, unknown>): Search => search as Search;

const home = createRoute({
  path: '/console',
  getParentRoute: () => signedIn,
  // The operator reads no trail.
  beforeLoad: ({ context }) => {
    const mayList = context.me.permissions.includes('audit_log:list');
    throw redirect({ to: mayList ? '/console/events' : '/console/keys' });
  },
});

const events = createRoute({
  path: '/console/events',
  getParentRoute: () => signedIn,
  validateSearch: searchOf,
  component: lazyRouteComponent(() => import('./pages/events/EventsPage.tsx'), 'EventsPage'),
});

const keys = createRoute({
  path: '/console/keys',
  getParentRoute: () => signedIn,
  validateSearch: searchOf,
  component: lazyRouteComponent(() => import('./pages/keys/KeysPage.tsx'), 'KeysPage'),
});

const sessions = createRoute({
  path: '/console/sessions',
  getParentRoute: () => signedIn,
  validateSearch: searchOf,
  component: lazyRouteComponent(() => import('./pages/sessions/SessionsPage.tsx'), 'SessionsPage'),
});

const people = createRoute({
  path: '/console/people',
  getParentRoute: () => signedIn,
  validateSearch: searchOf,
  component: lazyRouteComponent(() => import('./pages/people/PeoplePage.tsx'), 'PeoplePage'),
});

const links = createRoute({
  path: '/console/links',
  getParentRoute: () => signedIn,
  validateSearch: searchOf,
  component: lazyRouteComponent(() => import('./pages/links/LinksPage.tsx'), 'LinksPage'),
});

/** Somebody was sent here. What is behind the `#` lets in, so it leaves the address before anything else is done. */
const link = createRoute({
  path: '/console/link',
  getParentRoute: () => root,
  beforeLoad: ({ location }) => {
    if (location.hash === '') return;
    keepToken(location.hash);
    throw redirect({ to: '/console/link', hash: '', replace: true });
  },
  component: lazyRouteComponent(() => import('./pages/link/LinkPage.tsx'), 'LinkPage'),
});

const checkpoints = createRoute({
  path: '/console/checkpoints',
  getParentRoute: () => signedIn,
  validateSearch: searchOf,
  component: lazyRouteComponent(
    () => import('./pages/checkpoints/CheckpointsPage.tsx'),
    'CheckpointsPage',
  ),
});

const reference = createRoute({
  path: '/reference',
  getParentRoute: () => root,
  validateSearch: searchOf,
  component: lazyRouteComponent(
    () => import('./pages/reference/ReferencePage.tsx'),
    'ReferencePage',
  ),
});

const signIn = createRoute({
  path: '/console/sign-in',
  getParentRoute: () => root,
  validateSearch: searchOf,
  component: lazyRouteComponent(() => import('./pages/sign-in/SignInPage.tsx'), 'SignInPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    link,
    reference,
    signedIn.addChildren([home, events, checkpoints, keys, sessions, links, people]),
  ]),
  parseSearch,
  stringifySearch,
  scrollRestoration: true,
  defaultPreload: false,
  defaultPendingMs: 200,
  defaultPendingMinMs: 400,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
