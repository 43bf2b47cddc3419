// One instance: where it is, what happened, what it knows, and what can be done about it.

import { Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useMemo } from 'react';
import { Problem } from '../api/problem';
import { counted, queries } from '../api/queries';
import { Empty, Skeleton } from '../parts/Empty';
import { elementsOf } from '../parts/elements';
import { Failure } from '../parts/Failure';
import { Page } from '../parts/Page';
import { Status } from '../parts/Status';
import { canBeginAt, planMarks, usePlan } from './change/plan';
import { Crumbs, Facts } from './instance/Facts';
import { InstanceActions } from './instance/InstanceActions';
import { tokenMarks, tokensAt } from './instance/marks';
import { Timeline } from './instance/Timeline';

const Diagram = lazy(() => import('../parts/Diagram'));
const ElementTree = lazy(() => import('./instance/ElementTree').then((it) => ({ default: it.ElementTree })));
const InstanceAudit = lazy(() => import('./instance/InstanceAudit').then((it) => ({ default: it.InstanceAudit })));
const InstanceDecisions = lazy(() => import('./instance/InstanceDecisions').then((it) => ({ default: it.InstanceDecisions })));
const InstanceIncidents = lazy(() => import('./instance/InstanceIncidents').then((it) => ({ default: it.InstanceIncidents })));
const InstanceJobs = lazy(() => import('./instance/InstanceJobs').then((it) => ({ default: it.InstanceJobs })));
const InstanceMessages = lazy(() => import('./instance/InstanceMessages').then((it) => ({ default: it.InstanceMessages })));
const Raw = lazy(() => import('./instance/Raw').then((it) => ({ default: it.Raw })));
const Variables = lazy(() => import('./instance/Variables').then((it) => ({ default: it.Variables })));
const Modify = lazy(() => import('./change/Modify').then((it) => ({ default: it.Modify })));
const Migrate = lazy(() => import('./change/Migrate').then((it) => ({ default: it.Migrate })));

export default function Instance() {
  const { instanceKey = '' } = useParams({ strict: false });
  // Another instance is another page: nothing planned or opened here belongs to it.
  return <InstancePage key={instanceKey} instanceKey={instanceKey} />;
}

function InstancePage({ instanceKey }: { instanceKey: string }) {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const plan = usePlan(instanceKey);
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
  const isRunning = instance.data?.state === 'ACTIVE' || instance.data?.state === 'SUSPENDED';
  const mode = isRunning ? search.mode : undefined;
  const counts = useMemo(() => elements.data?.items ?? [], [elements.data]);
  const marks = useMemo(
    () => [...tokenMarks(counts), ...(mode === 'modify' ? planMarks(plan.changes, counts) : [])],
    [counts, mode, plan.changes],
  );
  const classes = useMemo(() => {
    const taken = flows.data?.items.map((it) => ({ id: it.elementId, name: 'was-taken' })) ?? [];
    const now = counts
      .filter((it) => tokensAt(it) > 0)
      .map((it) => ({ id: it.elementId, name: it.incidents > 0 ? 'has-incident' : 'is-active' }));
    return [...taken, ...now];
  }, [flows.data, counts]);
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
  const setMode = (next: string | undefined) => change({ mode: next, target: undefined });
  const choose = (element: string | undefined) => {
    if (!plan.source || mode !== 'modify') return change({ element });
    if (element && canBeginAt(model.get(element))) plan.moveTo(element);
  };
  const tab = search.tab ?? 'timeline';
  const name = it.processDefinitionName ?? it.processDefinitionId;
  const open = incidents.data?.totalItems ?? 0;
  const shared = { instance: it, model, element: search.element };
  const tabs: [string, string, ReactNode][] = [
    ['timeline', 'Timeline', <Timeline key="timeline" {...shared} />],
    ['elements', 'Elements', <ElementTree key="elements" {...shared} />],
    ['variables', 'Variables', <Variables key="variables" {...shared} />],
    ['incidents', open > 0 ? `Incidents (${open})` : 'Incidents', <InstanceIncidents key="incidents" {...shared} />],
    ['decisions', 'Decisions', <InstanceDecisions key="decisions" {...shared} />],
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
          <InstanceActions
            instance={it}
            name={name}
            model={model}
            planned={plan.changes.length}
            mode={mode}
            onMode={setMode}
          />
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
          onSelect={choose}
        />
      </Suspense>
      <Suspense fallback={<Skeleton rows={4} />}>
        {mode === 'modify' && (
          <Modify
            {...shared}
            plan={plan}
            onElement={(element) => change({ element })}
            onClose={() => setMode(undefined)}
          />
        )}
        {mode === 'migrate' && (
          <Migrate
            {...shared}
            counts={counts}
            target={search.target}
            onTarget={(target) => change({ target })}
            onClose={() => setMode(undefined)}
          />
        )}
      </Suspense>
      {search.element && mode !== 'modify' && (
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
            <Suspense fallback={<Skeleton />}>{content}</Suspense>
          </Tabs.Panel>
        ))}
      </Tabs>
    </Page>
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
