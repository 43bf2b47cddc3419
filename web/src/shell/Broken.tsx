// A screen that failed to draw itself: says so, loses nothing, and offers a way on.

import { Button } from '@mantine/core';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { Failure } from '../parts/Failure';
import { Page } from '../parts/Page';

export function Broken({ error }: ErrorComponentProps) {
  // A new release has other files; the page that is open still asks for the old ones.
  const isOld = /dynamically imported module|Importing a module script failed/.test(String(error));
  return (
    <Page title={isOld ? 'Segue was updated' : 'This screen broke'} place="Segue">
      {isOld ? (
        <p>This page is of the release before. Reload it; what you typed is kept.</p>
      ) : (
        <Failure error={error} doing="draw this screen" />
      )}
      <p>
        <Button onClick={() => location.reload()}>Reload</Button>
      </p>
    </Page>
  );
}
