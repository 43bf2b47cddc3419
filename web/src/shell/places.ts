// The places of the workspace and the screens in them. A place without content is absent.

export interface Place {
  name: string;
  path: string;
  icon: string;
  /** The second key after `g`. */
  key: string;
  screens: { name: string; path: string }[];
}

export const places: Place[] = [
  { name: 'Home', path: '/', icon: '⌂', key: 'h', screens: [] },
  { name: 'Work', path: '/work', icon: '☑', key: 'w', screens: [] },
  {
    name: 'Operate',
    path: '/operate',
    icon: '◉',
    key: 'o',
    screens: [
      { name: 'Processes', path: '/operate/processes' },
      { name: 'Instances', path: '/operate/instances' },
      { name: 'Incidents', path: '/operate/incidents' },
      { name: 'Decisions', path: '/operate/decisions' },
      { name: 'Messages', path: '/operate/messages' },
      { name: 'Workers', path: '/operate/workers' },
    ],
  },
  { name: 'Design', path: '/design', icon: '✎', key: 'd', screens: [] },
  {
    name: 'Govern',
    path: '/govern',
    icon: '⚖',
    key: 'v',
    screens: [
      { name: 'Audit', path: '/govern/audit' },
      { name: 'Retention', path: '/govern/retention' },
      { name: 'Health', path: '/govern/health' },
    ],
  },
];
