// One version of a process: its diagram with what runs where, its instances, starting one.

import { Button, SegmentedControl, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useCan } from '../api/may';
import { queries } from '../api/queries';
import type { ElementCounts } from '../api/types';
import type { Mark } from '../parts/Diagram';
import { Skeleton } from '../parts/Empty';
import { Failure } from '../parts/Failure';
import { Page } from '../parts/Page';
import { elementsOf } from '../parts/elements';
import { ElementTable } from './ElementTable';
import { InstanceList } from './InstanceList';
import { frequencies, heatOf } from './heat';
import { type Measure, ProcessHeat } from './ProcessHeat';

const StartInstance = lazy(() => import('./StartInstance'));
const Diagram = lazy(() => import('../parts/Diagram'));

export default function Process() {
  const { definitionKey = '' } = useParams({ strict: false });
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const definitions = useQuery(queries.definitions());
  const xml = useQuery(queries.definitionXml(definitionKey));
  const elements = useQuery(queries.definitionElements(definitionKey));
  const can = useCan();
  const [isStarting, setStarting] = useState(false);

  const definition = definitions.data?.find((it) => it.processDefinitionKey === definitionKey);
  const show = search.show ?? 'counts';
  const counts = elements.data?.items;
  const marks = useMemo(() => (show === 'heat' ? heatMarks(counts) : countMarks(counts)), [counts, show]);
  const classes = useMemo(() => (show === 'heat' ? heatOf(frequencies(counts ?? [])) : []), [counts, show]);
  const model = useMemo(() => (xml.data ? elementsOf(xml.data) : new Map()), [xml.data]);

  if (xml.error) return <Failure error={xml.error} doing="read the process" />;
  const change = (next: Record<string, string | undefined>) =>
    void navigate({ to: '.', replace: true, search: { ...search, ...next } });
  const select = (element: string | undefined) =>
    change({ element, after: undefined, before: undefined });
  const name = definition?.name ?? definition?.processDefinitionId ?? 'Process';
  const versions = definitions.data
    ?.filter((it) => it.processDefinitionId === definition?.processDefinitionId)
    .sort((a, b) => b.version - a.version);

  return (
    <Page
      title={name}
      place="Operate"
      crumbs={<Link to="/operate/processes">Processes</Link>}
      actions={
        <>
          <Select
            aria-label="Version"
            size="xs"
            w={150}
            allowDeselect={false}
            value={definitionKey}
            data={(versions ?? []).map((it) => ({
              value: it.processDefinitionKey,
              label: `Version ${it.version}${it.versionTag ? ` (${it.versionTag})` : ''}`,
            }))}
            onChange={(key) =>
              key &&
              void navigate({
                to: '/operate/processes/$definitionKey',
                params: { definitionKey: key },
                search,
              })
            }
          />
          <Button
            size="xs"
            variant="default"
            onClick={() => void navigate({ to: '/design/$draftId', params: { draftId: `of-${definitionKey}` } })}
          >
            Open in Design
          </Button>
          {can('CREATE_PROCESS_INSTANCE', 'PROCESS_DEFINITION', definition?.processDefinitionId) && (
            <Button size="xs" onClick={() => setStarting(true)}>
              Start instance
            </Button>
          )}
        </>
      }
    >
      <div className="diagram-bar">
        <SegmentedControl
          size="xs"
          aria-label="What the diagram shows"
          value={show}
          onChange={(value) => change({ show: value === 'counts' ? undefined : value })}
          data={[
            { value: 'counts', label: 'Running' },
            { value: 'heat', label: 'Frequency' },
            { value: 'time', label: 'Duration' },
            { value: 'stuck', label: 'Incident rate' },
            { value: 'table', label: 'Table' },
          ]}
        />
        <span className="quiet">
          {search.element
            ? `Instances below are those at ${model.get(search.element)?.name ?? search.element}.`
            : 'Select an element to see the instances that wait there.'}
        </span>
      </div>
      {show === 'table' && (
        <ElementTable elements={model} counts={counts ?? []} definitionKey={definitionKey} period="day" />
      )}
      {isMeasure(show) && definition && (
        <ProcessHeat
          definition={definition}
          versions={versions ?? []}
          xml={xml.data}
          measure={show}
          period={search.period ?? 'day'}
          compare={search.compare}
          selected={search.element}
          onChange={change}
          onSelect={select}
        />
      )}
      {(show === 'counts' || show === 'heat') && (
        <Suspense fallback={<Skeleton rows={4} />}>
          <Diagram
            xml={xml.data}
            label={`Diagram of ${name}; the table says the same in words`}
            marks={marks}
            classes={classes}
            selected={search.element}
            onSelect={select}
          />
        </Suspense>
      )}
      <h2>Instances of this version</h2>
      <InstanceList definition={definitionKey} />
      {isStarting && definition && (
        <Suspense fallback={null}>
          <StartInstance definition={definition} onClose={() => setStarting(false)} />
        </Suspense>
      )}
    </Page>
  );
}

function isMeasure(show: string): show is Measure {
  return show === 'time' || show === 'stuck';
}

function countMarks(counts: ElementCounts[] = []): Mark[] {
  return counts.flatMap((it) => {
    const marks: Mark[] = [];
    const at = { elementId: it.elementId };
    if (it.active > 0) {
      marks.push({ ...at, kind: 'active', text: String(it.active), title: `${it.active} wait here` });
    }
    if (it.incidents > 0) {
      const title = `${it.incidents} with an incident`;
      marks.push({ ...at, kind: 'incident', text: `▲ ${it.incidents}`, title });
    }
    return marks;
  });
}

function heatMarks(counts: ElementCounts[] = []): Mark[] {
  return counts
    .map((it) => ({ it, all: it.active + it.completed + it.canceled }))
    .filter(({ all }) => all > 0)
    .map(({ it, all }) => ({
      elementId: it.elementId,
      kind: 'heat',
      text: new Intl.NumberFormat(undefined, { notation: 'compact' }).format(all),
      title: `${all} visits: ${it.completed} completed, ${it.canceled} cancelled, ${it.active} active`,
    }));
}
