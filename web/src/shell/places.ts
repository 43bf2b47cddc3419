// The places of the workspace and the screens in them. A place without content is absent, and so is
// one that whoever is signed in may not see.

import type { Can } from '../api/rights';

/** A permission and the type of resource it is on. */
type Need = [permission: string, resourceType: string];

export interface Screen {
  name: string;
  path: string;
  /** One of them is enough. */
  needs: Need[];
}

export interface Place {
  name: string;
  path: string;
  icon: string;
  /** The second key after `g`. */
  key: string;
  screens: Screen[];
  /** Of a place without screens; none: everybody. */
  needs?: Need[];
}

const INSTANCES: Need[] = [['READ_PROCESS_INSTANCE', 'PROCESS_DEFINITION']];
const screen = (name: string, path: string, ...needs: Need[]): Screen => ({ name, path, needs });

export const places: Place[] = [
  { name: 'Home', path: '/', icon: '⌂', key: 'h', screens: [] },
  {
    name: 'Signals',
    path: '/signals',
    icon: '⌁',
    key: 's',
    screens: [
      screen('Alerts', '/signals/alerts', ['READ', 'ALERT']),
      screen('Received', '/signals/received', ['READ', 'SIGNAL']),
      screen('Rules', '/signals/rules', ['READ', 'ALERT']),
    ],
  },
  {
    name: 'Work', path: '/work', icon: '☑', key: 'w', screens: [],
    needs: [['READ_USER_TASK', 'PROCESS_DEFINITION']],
  },
  {
    name: 'Cases',
    path: '/cases',
    icon: '▣',
    key: 'c',
    screens: [
      screen('All cases', '/cases/all', ['READ', 'CASE']),
      screen('Case types', '/cases/types', ['READ', 'CASE']),
    ],
  },
  {
    name: 'Operate',
    path: '/operate',
    icon: '◉',
    key: 'o',
    screens: [
      screen('Processes', '/operate/processes', ['READ_PROCESS_DEFINITION', 'PROCESS_DEFINITION']),
      screen('Instances', '/operate/instances', ...INSTANCES),
      screen('Incidents', '/operate/incidents', ...INSTANCES),
      screen('Decisions', '/operate/decisions', ['READ_DECISION_DEFINITION', 'DECISION_DEFINITION']),
      screen('Messages', '/operate/messages', ['READ', 'MESSAGE']),
      screen('Workers', '/operate/workers', ...INSTANCES),
    ],
  },
  {
    name: 'Design', path: '/design', icon: '✎', key: 'd', screens: [],
    needs: [['CREATE', 'RESOURCE'], ['READ_PROCESS_DEFINITION', 'PROCESS_DEFINITION']],
  },
  {
    name: 'Govern',
    path: '/govern',
    icon: '⚖',
    key: 'v',
    screens: [
      screen('Audit', '/govern/audit', ['READ', 'AUDIT_LOG']),
      screen('Users', '/govern/access/users', ['READ', 'USER']),
      screen('Clients', '/govern/access/clients', ['READ', 'USER']),
      screen('Groups', '/govern/access/groups', ['READ', 'GROUP']),
      screen('Roles', '/govern/access/roles', ['READ', 'ROLE']),
      screen('Authorizations', '/govern/authorizations', ['READ', 'AUTHORIZATION']),
      screen('Access notes', '/govern/notes', ['READ', 'AUDIT_LOG']),
      screen('Retention', '/govern/retention', ['READ', 'SYSTEM']),
      screen('Health', '/govern/health', ['READ', 'SYSTEM']),
    ],
  },
];

/** Places with the screens that may be seen; each leads to the first of them. */
export function placesFor(can: Can): Place[] {
  const isSeen = (needs: Need[] | undefined) => !needs || needs.some(([permission, type]) => can(permission, type));
  return places
    .map((place) => ({ ...place, screens: place.screens.filter((it) => isSeen(it.needs)) }))
    .filter((place, at) => (places[at]?.screens.length ? place.screens.length > 0 : isSeen(place.needs)));
}

/** Where a place begins for whoever sees these screens. */
export const startOf = (place: Place): string => place.screens[0]?.path ?? place.path;
