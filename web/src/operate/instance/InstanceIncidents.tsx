// Incidents of this instance, repaired where they are.

import { Empty } from '../../parts/Empty';
import { IncidentList } from '../IncidentList';
import type { TabProps } from './shared';

export function InstanceIncidents({ instance, element }: TabProps) {
  return (
    <IncidentList
      filter={{
        processInstanceKey: instance.processInstanceKey,
        ...(element ? { elementId: element } : {}),
      }}
      empty={<Empty title="No incident">Nothing here needs repair.</Empty>}
    />
  );
}
