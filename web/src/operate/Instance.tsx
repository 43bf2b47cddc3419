// One instance: where it is, what happened, what it knows, and what can be done about it.

import { Button, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useMemo, useState } from 'react';
import { commands } from '../api/commands';
import { Problem } from '../api/problem';
import { counted, queries } from '../api/queries';
import type { ElementCounts, Instance as TheInstance } from '../api/types';
import { Confirm } from '../parts/Confirm';
import type { Mark } from '../parts/Diagram';
import { Empty, Skeleton } from '../parts/Empty';
import { elementsOf } from '../parts/elements';
import { Failure } from '../parts/Failure';
import { Key } from '../parts/Key';
import { Page } from '../parts/Page';
import { Status } from '../parts/Status';
import { When } from '../parts/When';
import { duration } from '../parts/time';
import { ElementTree } from './instance/ElementTree';
import { InstanceAudit } from './instance/InstanceAudit';
import { InstanceIncidents } from './instance/InstanceIncidents';
import { InstanceJobs } from './instance/InstanceJobs';
import { InstanceMessages } from './instance/InstanceMessages';
import { Raw } from './instance/Raw';
import { Timeline } from './instance/Timeline';
import { Variables } from './instance/Variables';

const Diagram = lazy(() => import('../parts/Diagram'));

export default function Instance() {
  const { instanceKey = '' } = useParams({ strict: false });
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const instance = useQuery(queries.instance(instanceKey));
  const definitionKey = instance.data?.processDefinitionKey;
  const xml = useQuery({
    ...queries.definitionXml(definitionKey ?? ''),
    enabled: definitionKey !== undefined,
  });
  const elements = useQuery(queries.instanceElements(instanceKey));
  const flows = useQuery(queries.instanceFlows(instanceKey));
  const incidents = useQuery(
    counted('/v2/incidents/search', { processInstanceKey: instanceKey, state: 'ACTIVE' }),
  );
  const [isCancelling, setCancelling] = useState(false);

  const marks = useMemo(() => tokenMarks(elements.data?.items ?? []), [elements.data]);
  const classes = useMemo(() => {
    const taken = flows.data?.items.map((it) => ({ id: it.elementId, name: 'was-taken' })) ?? [];
    const now = (elements.data?.items ?? [])
      .filter((it) => it.active > 0)
      .map((it) => ({ id: it.elementId, name: it.incidents > 0 ? 'has-incident' : 'is-active' }));
    return [...taken, ...now];
  }, [flows.data, elements.data]);
  const model = useMemo(() => elementsOf(xml.data ?? '<none/>'), [xml.data]);

  if (instance.error && !instance.data) {
    if (instance.error instanceof Problem && instance.error.status === 404) {
      return <Gone instanceKey={instanceKey} />;
    }
    return <Failure error={instance.error} doing="read the instance" retry={() => void instance.refetch()} />;
  }
  if (!instance.data) return <Skeleton />;
  const it = instance.data;
  const change = (next: Record<string, string | undefined>) =>
    void navigate({ to: '.', replace: true, search: { ...search, ...next } });
  const tab = search.tab ?? 'timeline';
  const name = it.processDefinitionName ?? it.processDefinitionId;
  const open = incidents.data?.totalItems ?? 0;
  const isRunning = it.state === 'ACTIVE' || it.state === 'SUSPENDED';
  const shared = { instance: it, model, element: search.element };
  const tabs: [string, string, ReactNode][] = [
    ['timeline', 'Timeline', <Timeline key="timeline" {...shared} />],
    ['elements', 'Elements', <ElementTree key="elements" {...shared} />],
    ['variables', 'Variables', <Variables key="variables" {...shared} />],
    ['incidents', open > 0 ? `Incidents (${open})` : 'Incidents', <InstanceIncidents key="incidents" {...shared} />],
    ['jobs', 'Jobs', <InstanceJobs key="jobs" {...shared} />],
    ['messages', 'Messages', <InstanceMessages key="messages" {...shared} />],
    ['audit', 'Audit', <InstanceAudit key="audit" {...shared} />],
    ['raw', 'Raw', <Raw key="raw" {...shared} />],
  ];

  return (
    <Page
      title={it.businessId ? `${name} ${it.businessId}` : name}
      place="Operate"
      crumbs={<Crumbs instance={it} />}
      status={<Status of={it.hasIncident && it.state === 'ACTIVE' ? 'INCIDENT' : it.state} />}
      actions={
        isRunning && (
          <Button size="xs" variant="default" onClick={() => setCancelling(true)}>
            Cancel instance…
          </Button>
        )
      }
    >
      <Facts instance={it} />
      <Suspense fallback={<Skeleton rows={4} />}>
        <Diagram
          xml={xml.data}
          label={`Diagram of ${name} with the tokens of this instance; Elements says the same in words`}
          marks={marks}
          classes={classes}
          selected={search.element}
          onSelect={(element) => change({ element })}
        />
      </Suspense>
      {search.element && (
        <p className="note">
          Only {model.get(search.element)?.name ?? search.element} is shown below.{' '}
          <button type="button" className="link" onClick={() => change({ element: undefined })}>
            Show all
          </button>
        </p>
      )}
      <Tabs
        value={tab}
        onChange={(value) => change({ tab: value === 'timeline' ? undefined : (value ?? undefined) })}
        keepMounted={false}
      >
        <Tabs.List>
          {tabs.map(([id, label]) => (
            <Tabs.Tab key={id} value={id} className={id === 'incidents' && open > 0 ? 'is-alarm' : ''}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map(([id, , content]) => (
          <Tabs.Panel key={id} value={id} pt="sm">
            {content}
          </Tabs.Panel>
        ))}
      </Tabs>
      {isCancelling && (
        <Confirm
          title="Cancel this instance"
          call={commands.cancelInstance(instanceKey)}
          action="Cancel the instance"
          done="Instance cancelled"
          isDangerous
          onClose={() => setCancelling(false)}
        >
          <p>
            {name} {it.businessId ?? instanceKey} ends where it is: its jobs, tasks, timers and
            called instances end with it. This cannot be undone; its history stays.
          </p>
        </Confirm>
      )}
    </Page>
  );
}

function Crumbs({ instance }: { instance: TheInstance }) {
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

function Facts({ instance }: { instance: TheInstance }) {
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

function Gone({ instanceKey }: { instanceKey: string }) {
  return (
    <Page title="No such instance" place="Operate" crumbs={<Link to="/operate/instances">Instances</Link>}>
      <Empty title={`There is no instance ${instanceKey}`}>
        It never was here, it belongs to another tenant, or its history was deleted by{' '}
        <Link to="/govern/retention">retention</Link>.
      </Empty>
    </Page>
  );
}

function tokenMarks(counts: ElementCounts[]): Mark[] {
  return counts.flatMap((it) => {
    const at = { elementId: it.elementId };
    const marks: Mark[] = [];
    if (it.active > 0) {
      marks.push({ ...at, kind: 'active', text: `● ${it.active > 1 ? it.active : ''}`.trim(), title: `${it.active} active` });
    }
    if (it.incidents > 0) {
      marks.push({ ...at, kind: 'incident', text: `▲ ${it.incidents}`, title: `${it.incidents} with an incident` });
    }
    if (it.completed > 0) {
      marks.push({ ...at, kind: 'done', text: `✓ ${it.completed > 1 ? it.completed : ''}`.trim(), title: `${it.completed} completed` });
    }
    if (it.canceled > 0) {
      marks.push({ ...at, kind: 'cancelled', text: `■ ${it.canceled > 1 ? it.canceled : ''}`.trim(), title: `${it.canceled} cancelled` });
    }
    return marks;
  });
}
