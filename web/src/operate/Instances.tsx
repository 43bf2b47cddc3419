// All instances of all processes.

import { Page } from '../parts/Page';
import { InstanceList } from './InstanceList';

export default function Instances() {
  return (
    <Page title="Instances" place="Operate">
      <InstanceList />
    </Page>
  );
}
