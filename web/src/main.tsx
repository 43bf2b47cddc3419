// Starts the workspace.

import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import './style/mantine.css';
import { follow } from './api/live';
import { queryClient } from './api/queries';
import { useSaysSomething } from './parts/notify';
import { router } from './router';
import { followSystem, isDark, usePreferences } from './shell/preferences';
import { theme } from './shell/theme';
import './style/base.css';
import './style/diagram.css';
import './style/screens.css';

// The first screen does not wait for what says that something was done.
const Notifications = lazy(() =>
  import('@mantine/notifications').then((it) => ({ default: it.Notifications })),
);

function Workspace() {
  const preferences = usePreferences();
  const saysSomething = useSaysSomething();
  return (
    <MantineProvider theme={theme} forceColorScheme={isDark(preferences) ? 'dark' : 'light'}>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        <Suspense fallback={null}>
          {saysSomething && <Notifications position="top-right" limit={4} />}
        </Suspense>
      </QueryClientProvider>
    </MantineProvider>
  );
}

followSystem();
follow();
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <Workspace />
  </StrictMode>,
);
