// Where a process is busy, slow or stuck: figures of visits to its elements, and five classes of
// colour for them. Not here: asking for the visits (`visits.ts`) and drawing (`ProcessHeat.tsx`).

import type { ElementCounts, ElementInstance, Incident } from '../api/types';

const STEPS = 5;

/** By the logarithm: a loop that runs a thousand times leaves the rest visible. */
export function heatOf(values: Map<string, number>): { id: string; name: string }[] {
  const most = Math.max(...values.values());
  if (!(most > 0)) return [];
  return [...values]
    .filter(([, value]) => value > 0)
    .map(([id, value]) => {
      const part = Math.log(1 + value) / Math.log(1 + most);
      return { id, name: `heat-${Math.max(1, Math.ceil(part * STEPS))}` };
    });
}

/** All visits ever, from the server's counters. */
export function frequencies(counts: ElementCounts[]): Map<string, number> {
  return new Map(counts.map((it) => [it.elementId, it.active + it.completed + it.canceled]));
}

/** What the visits to one element were like. */
export interface Visits {
  count: number;
  /** Of those that completed, in ms. */
  mean: number | undefined;
  p95: number | undefined;
  incidents: number;
}

export function visitsOf(
  visits: Pick<ElementInstance, 'elementId' | 'startDate' | 'endDate' | 'state'>[],
  incidents: Pick<Incident, 'elementId'>[],
): Map<string, Visits> {
  const took = new Map<string, number[]>();
  const found = new Map<string, Visits>();
  const at = (id: string) => {
    const known = found.get(id) ?? { count: 0, mean: undefined, p95: undefined, incidents: 0 };
    found.set(id, known);
    return known;
  };
  for (const it of visits) {
    at(it.elementId).count += 1;
    if (it.state !== 'COMPLETED' || !it.endDate) continue;
    const all = took.get(it.elementId) ?? [];
    all.push(Date.parse(it.endDate) - Date.parse(it.startDate));
    took.set(it.elementId, all);
  }
  for (const it of incidents) at(it.elementId).incidents += 1;
  for (const [id, all] of took) {
    all.sort((a, b) => a - b);
    const known = at(id);
    known.mean = all.reduce((sum, ms) => sum + ms, 0) / all.length;
    known.p95 = all[Math.ceil(all.length * 0.95) - 1];
  }
  return found;
}

/** "+40 %", "−12 %"; nothing where there is nothing to compare with. */
export function changeInWords(now: number | undefined, before: number | undefined): string {
  if (now === undefined || !before) return '';
  const percent = Math.round((now / before - 1) * 100);
  if (percent === 0) return 'same';
  return `${percent > 0 ? '+' : '−'}${Math.abs(percent)} %`;
}
