// A path of the workspace that leads nowhere.

import { Link } from '@tanstack/react-router';
import { Empty } from '../parts/Empty';
import { Page } from '../parts/Page';

export function Missing() {
  return (
    <Page title="There is no such page" place="Segue">
      <Empty title="The address may be of an older version.">
        <Link to="/">Home</Link>
      </Empty>
    </Page>
  );
}
