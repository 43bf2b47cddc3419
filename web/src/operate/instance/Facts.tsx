// What an instance is in a line: where it was called from, its version, times and keys.

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { queries } from '../../api/queries';
import type { Instance } from '../../api/types';
import { Key } from '../../parts/Key';
import { When } from '../../parts/When';
import { duration } from '../../parts/time';

export function Crumbs({ instance }: { instance: Instance }) {
  const hierarchy = useQuery({
    ...queries.callHierarchy(instance.processInstanceKey),
    enabled: instance.parentProcessInstanceKey !== null,
  });
  const callers = hierarchy.data?.slice(0, -1) ?? [];
  return (
    <>
      <Link to="/operate/instances">Instances</Link>
      {callers.map((it) => (
        <span key={it.processInstanceKey}>
          {' › '}
          <Link to="/operate/instances/$instanceKey" params={{ instanceKey: it.processInstanceKey }}>
            {it.processDefinitionName}
          </Link>
        </span>
      ))}
    </>
  );
}

export function Facts({ instance }: { instance: Instance }) {
  const end = instance.endDate ? Date.parse(instance.endDate) : Date.now();
  return (
    <dl className="facts">
      <div>
        <dt>Key</dt>
        <dd>
          <Key of={instance.processInstanceKey} />
        </dd>
      </div>
      <div>
        <dt>Version</dt>
        <dd>
          <Link
            to="/operate/processes/$definitionKey"
            params={{ definitionKey: instance.processDefinitionKey }}
          >
            {instance.processDefinitionVersion}
          </Link>
        </dd>
      </div>
      <div>
        <dt>Started</dt>
        <dd>
          <When at={instance.startDate} />
        </dd>
      </div>
      {instance.endDate && (
        <div>
          <dt>Ended</dt>
          <dd>
            <When at={instance.endDate} />
          </dd>
        </div>
      )}
      <div>
        <dt>{instance.endDate ? 'Took' : 'Running for'}</dt>
        <dd>{duration(end - Date.parse(instance.startDate))}</dd>
      </div>
      {instance.tags.length > 0 && (
        <div>
          <dt>Tags</dt>
          <dd>{instance.tags.join(', ')}</dd>
        </div>
      )}
    </dl>
  );
}
