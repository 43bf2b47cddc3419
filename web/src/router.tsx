// Which URL shows which screen. All state of a screen is in its URL, as plain text.

import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { Broken } from './shell/Broken';
import { Missing } from './shell/Missing';
import { Shell } from './shell/Shell';

/** Every value of a URL is a text: keys have more digits than a JavaScript number holds. */
export type SearchText = Record<string, string | undefined>;

function parseSearch(text: string): SearchText {
  return Object.fromEntries(new URLSearchParams(text));
}

function stringifySearch(search: Record<string, unknown>): string {
  const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(given as [string, string][]).toString();
  return text && `?${text}`;
}

const root = createRootRoute({
  component: Shell,
  notFoundComponent: Missing,
  validateSearch: (search): SearchText => search as SearchText,
});
const at = <P extends string>(path: P, load: () => Promise<{ default: () => React.ReactNode }>) =>
  createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load) });

const to = <P extends string>(path: P, target: string) =>
  createRoute({
    getParentRoute: () => root,
    path,
    beforeLoad: ({ search }) => {
      throw redirect({ to: target as '/', search, replace: true });
    },
  });

const routes = root.addChildren([
  at('/', () => import('./home/Home')),
  to('/signals', '/signals/alerts'),
  at('/signals/alerts', () => import('./signals/Alerts')),
  at('/signals/alerts/$alertKey', () => import('./signals/Alert')),
  at('/signals/received', () => import('./signals/Received')),
  at('/signals/received/$signalKey', () => import('./signals/Signal')),
  at('/signals/rules', () => import('./signals/Rules')),
  at('/signals/rules/$definitionKey', () => import('./signals/Rule')),
  to('/cases', '/cases/all'),
  at('/cases/all', () => import('./cases/Cases')),
  at('/cases/all/$caseKey', () => import('./cases/Case')),
  at('/cases/types', () => import('./cases/CaseTypes')),
  at('/cases/types/$definitionKey', () => import('./cases/CaseType')),
  at('/work', () => import('./work/Work')),
  at('/work/$taskKey', () => import('./work/Work')),
  to('/operate', '/operate/processes'),
  at('/operate/processes', () => import('./operate/Processes')),
  at('/operate/processes/$definitionKey', () => import('./operate/Process')),
  at('/operate/instances', () => import('./operate/Instances')),
  at('/operate/instances/$instanceKey', () => import('./operate/Instance')),
  at('/operate/incidents', () => import('./operate/Incidents')),
  at('/operate/decisions', () => import('./operate/Decisions')),
  at('/operate/decisions/$decisionKey', () => import('./operate/Decision')),
  at('/operate/evaluations/$evaluationKey', () => import('./operate/Evaluation')),
  at('/operate/messages', () => import('./operate/Messages')),
  at('/operate/workers', () => import('./operate/Workers')),
  at('/design', () => import('./design/Design')),
  at('/design/$draftId', () => import('./design/Draft')),
  to('/govern', '/govern/audit'),
  at('/govern/audit', () => import('./govern/Audit')),
  at('/govern/access/$kinds', () => import('./govern/access/Parties')),
  at('/govern/access/$kinds/$partyId', () => import('./govern/access/Party')),
  at('/govern/authorizations', () => import('./govern/access/Authorizations')),
  at('/govern/notes', () => import('./govern/access/Notes')),
  at('/govern/retention', () => import('./govern/Retention')),
  at('/govern/health', () => import('./govern/Health')),
  at('/account', () => import('./account/Account')),
  at('/find', () => import('./shell/Find')),
]);

export const router = createRouter({
  routeTree: routes,
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  defaultErrorComponent: Broken,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
