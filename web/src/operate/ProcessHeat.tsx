// The diagram of a version with a figure at every element: how long visits take, how often they get
// stuck; for a period, compared with another version.

import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo } from 'react';
import type { Definition } from '../api/types';
import type { Mark } from '../parts/Diagram';
import { Skeleton } from '../parts/Empty';
import { Failure } from '../parts/Failure';
import { duration } from '../parts/time';
import { changeInWords, heatOf, type Visits } from './heat';
import { PERIODS, visits } from './visits';

const Diagram = lazy(() => import('../parts/Diagram'));

export type Measure = 'time' | 'stuck';

interface Props {
  definition: Definition;
  versions: Definition[];
  xml: string | undefined;
  measure: Measure;
  period: string;
  compare: string | undefined;
  selected: string | undefined;
  onChange: (next: { period?: string; compare?: string }) => void;
  onSelect: (element: string | undefined) => void;
}

export function ProcessHeat(props: Props) {
  const { definition, versions, xml, measure, period, compare, selected, onChange, onSelect } = props;
  const own = useQuery(visits(definition.processDefinitionKey, period));
  const other = useQuery({ ...visits(compare ?? '', period), enabled: compare !== undefined });
  const shown = useMemo(() => {
    const found = own.data?.of ?? new Map<string, Visits>();
    const before = compare ? other.data?.of : undefined;
    return measure === 'time' ? times(found, before) : stuck(found, before);
  }, [own.data, other.data, compare, measure]);
  const others = versions.filter((it) => it.processDefinitionKey !== definition.processDefinitionKey);
  if (own.error && !own.data) return <Failure error={own.error} doing="read the visits" />;
  return (
    <>
      <div className="diagram-bar">
        <Select
          size="xs"
          w={150}
          aria-label="Period"
          allowDeselect={false}
          data={PERIODS.map(({ value, label }) => ({ value, label }))}
          value={period}
          onChange={(next) => onChange({ period: next ?? undefined })}
        />
        {others.length > 0 && (
          <Select
            size="xs"
            w={190}
            aria-label="Compare with"
            placeholder="Compare with…"
            clearable
            data={others.map((it) => ({ value: it.processDefinitionKey, label: `Version ${it.version}` }))}
            value={compare ?? null}
            onChange={(next) => onChange({ compare: next ?? undefined })}
          />
        )}
        <span className="quiet" role="status">
          {own.data && basis(own.data)}
        </span>
      </div>
      <Suspense fallback={<Skeleton rows={4} />}>
        <Diagram
          xml={xml}
          label="Diagram with figures; the table says the same in words"
          marks={shown.marks}
          classes={shown.classes}
          selected={selected}
          onSelect={onSelect}
        />
      </Suspense>
    </>
  );
}

function basis({ read, isComplete }: { read: number; isComplete: boolean }): string {
  const number = new Intl.NumberFormat().format(read);
  if (read === 0) return 'No visits in this period.';
  return isComplete ? `Of all ${number} visits in this period.` : `Of the newest ${number} visits in this period.`;
}

interface Shown {
  marks: Mark[];
  classes: { id: string; name: string }[];
}

function times(found: Map<string, Visits>, before: Map<string, Visits> | undefined): Shown {
  const known = [...found].filter(([, it]) => it.mean !== undefined);
  return {
    classes: heatOf(new Map(known.map(([id, it]) => [id, it.mean ?? 0]))),
    marks: known.map(([elementId, it]) => {
      const change = changeInWords(it.mean, before?.get(elementId)?.mean);
      const mean = duration(it.mean ?? 0);
      return {
        elementId,
        kind: 'heat',
        text: change ? `${mean} (${change})` : mean,
        title: `Mean ${mean}, 95 of 100 within ${duration(it.p95 ?? 0)}, of ${it.count} visits`,
      };
    }),
  };
}

function stuck(found: Map<string, Visits>, before: Map<string, Visits> | undefined): Shown {
  const rate = (it: Visits | undefined) => (it && it.count > 0 ? Math.min(1, it.incidents / it.count) : 0);
  const known = [...found].filter(([, it]) => it.incidents > 0);
  const percent = (part: number) => `${(part * 100).toFixed(part < 0.1 ? 1 : 0)} %`;
  return {
    classes: heatOf(new Map(known.map(([id, it]) => [id, rate(it) * 100]))),
    marks: known.map(([elementId, it]) => {
      const earlier = before?.get(elementId);
      return {
        elementId,
        kind: 'heat',
        text: `▲ ${percent(rate(it))}${earlier ? ` (${percent(rate(earlier))})` : ''}`,
        title: `${it.incidents} incidents in ${it.count} visits${earlier ? `; ${percent(rate(earlier))} in the other version` : ''}`,
      };
    }),
  };
}
