// What surrounds every screen: the rail of places, the bar of the scope, and what opens over it.

import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { useCan } from '../api/may';
import { counted } from '../api/queries';
import { useSignInWanted } from '../api/session';
import { Bar } from './Bar';
import { type Place, placesFor, startOf } from './places';
import { useShortcuts } from './shortcuts';

const KeyboardMap = lazy(() => import('./KeyboardMap'));
const Palette = lazy(() => import('./Palette'));
const SignIn = lazy(() => import('./SignIn'));

export function Shell() {
  const wantsSignIn = useSignInWanted();
  const [showsKeys, setShowsKeys] = useState(false);
  // Counts the askings: each opens it anew.
  const [searches, setSearches] = useState(0);
  const openPalette = () => setSearches((count) => count + 1);
  const can = useCan();
  const places = placesFor(can);
  useShortcuts({ places, onKeys: () => setShowsKeys(true), onSearch: openPalette, hasPalette: searches > 0 });
  const path = useRouterState({ select: (state) => state.location.pathname });
  const place = places.find((it) => it.path !== '/' && path.startsWith(it.path));

  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to content
      </a>
      <Rail places={places} />
      <div className="shell-main">
        <Bar onKeys={() => setShowsKeys(true)} onSearch={openPalette} />
        {place && place.screens.length > 0 && (
          <nav className="screens" aria-label={place.name}>
            {place.screens.map((screen) => (
              <Link
                key={screen.path}
                to={screen.path}
                search={(all) => ({ process: all.process })}
                activeProps={{ className: 'is-here', 'aria-current': 'page' }}
              >
                {screen.name}
              </Link>
            ))}
          </nav>
        )}
        <main id="main" tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <Suspense fallback={null}>
        {wantsSignIn && <SignIn />}
        {searches > 0 && <Palette key={searches} />}
        {showsKeys && <KeyboardMap onClose={() => setShowsKeys(false)} />}
      </Suspense>
    </div>
  );
}

function Rail({ places }: { places: Place[] }) {
  const can = useCan();
  const asked = (permission: string, type: string) => ({ enabled: can(permission, type) });
  const incidents = useQuery({
    ...counted('/v2/incidents/search', { state: 'ACTIVE' }),
    ...asked('READ_PROCESS_INSTANCE', 'PROCESS_DEFINITION'),
  });
  const tasks = useQuery({
    ...counted('/v2/user-tasks/search', { state: 'CREATED' }),
    ...asked('READ_USER_TASK', 'PROCESS_DEFINITION'),
  });
  const alerts = useQuery({ ...counted('/api/v1/alerts/search', { state: 'OPEN' }), ...asked('READ', 'ALERT') });
  const cases = useQuery({ ...counted('/api/v1/cases/search', { state: 'OPEN' }), ...asked('READ', 'CASE') });
  const counts: Record<string, { count: number | undefined; words: string }> = {
    Cases: { count: cases.data?.totalItems, words: 'open cases' },
    Operate: { count: incidents.data?.totalItems, words: 'incidents' },
    Signals: { count: alerts.data?.totalItems, words: 'open alerts' },
    Work: { count: tasks.data?.totalItems, words: 'open tasks' },
  };
  const path = useRouterState({ select: (state) => state.location.pathname });
  const isAt = (place: Place) => (place.path === '/' ? path === '/' : path.startsWith(place.path));
  return (
    <nav className="rail" aria-label="Places">
      <Link to="/" className="brand" aria-label="Segue, home">
        <img src="/favicon.svg" alt="" width="28" height="28" />
      </Link>
      {places.map((place) => {
        const { count, words } = counts[place.name] ?? {};
        const isAlarm = place.name === 'Operate' || place.name === 'Signals';
        return (
          <Link
            key={place.path}
            to={startOf(place)}
            search={(all) => ({ process: all.process })}
            className={isAt(place) ? 'is-here' : undefined}
            aria-current={isAt(place) ? 'page' : undefined}
          >
            <span className="rail-icon" aria-hidden="true">
              {place.icon}
            </span>
            <span>{place.name}</span>
            {count ? (
              <span className={isAlarm ? 'rail-count is-alarm' : 'rail-count'}>
                {count > 999 ? '999+' : count}
                <span className="only-read"> {words}</span>
              </span>
            ) : null}
          </Link>
        );
      })}
    </nav>
  );
}
