// What surrounds every screen: the rail of places, the bar of the scope, and what opens over it.

import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { counted } from '../api/queries';
import { useSignInWanted } from '../api/session';
import { Bar } from './Bar';
import { places } from './places';
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
  useShortcuts({ onKeys: () => setShowsKeys(true), onSearch: openPalette, hasPalette: searches > 0 });
  const path = useRouterState({ select: (state) => state.location.pathname });
  const place = places.find((it) => it.path !== '/' && path.startsWith(it.path));

  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to content
      </a>
      <Rail />
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

function Rail() {
  const incidents = useQuery(counted('/v2/incidents/search', { state: 'ACTIVE' }));
  const tasks = useQuery(counted('/v2/user-tasks/search', { state: 'CREATED' }));
  const counts: Record<string, number | undefined> = {
    Operate: incidents.data?.totalItems,
    Work: tasks.data?.totalItems,
  };
  return (
    <nav className="rail" aria-label="Places">
      <Link to="/" className="brand" aria-label="Segue, home">
        <img src="/favicon.svg" alt="" width="28" height="28" />
      </Link>
      {places.map((place) => {
        const count = counts[place.name];
        const isAlarm = place.name === 'Operate';
        return (
          <Link
            key={place.path}
            to={place.path}
            search={(all) => ({ process: all.process })}
            activeOptions={{ exact: place.path === '/' }}
            activeProps={{ className: 'is-here', 'aria-current': 'page' }}
          >
            <span className="rail-icon" aria-hidden="true">
              {place.icon}
            </span>
            <span>{place.name}</span>
            {count ? (
              <span className={isAlarm ? 'rail-count is-alarm' : 'rail-count'}>
                {count > 999 ? '999+' : count}
                <span className="only-read">{isAlarm ? ' incidents' : ' open tasks'}</span>
              </span>
            ) : null}
          </Link>
        );
      })}
    </nav>
  );
}
