// Every visit to an element as a bar over time.

import { useQuery } from '@tanstack/react-query';
import { found } from '../../api/queries';
import { Empty, Skeleton } from '../../parts/Empty';
import { Failure } from '../../parts/Failure';
import { Status } from '../../parts/Status';
import { duration } from '../../parts/time';
import { nameOf, type TabProps } from './shared';

const BARS_MAX = 500;

export function Bars({ instance, model, element }: TabProps) {
  const query = useQuery(
    found('/v2/element-instances/search', {
      filter: {
        processInstanceKey: instance.processInstanceKey,
        ...(element ? { elementId: element } : {}),
      },
      sort: [{ field: 'startDate', order: 'ASC' }],
      page: { limit: BARS_MAX },
    }),
  );
  if (query.error && !query.data) return <Failure error={query.error} doing="read the elements" />;
  if (!query.data) return <Skeleton />;
  const rows = query.data.items.filter((it) => it.type !== 'PROCESS');
  if (rows.length === 0) return <Empty title="No element was entered yet" />;
  const begin = Date.parse(instance.startDate);
  const end = instance.endDate ? Date.parse(instance.endDate) : Date.now();
  const span = Math.max(1, end - begin);
  const percent = (ms: number) => `${Math.max(0, Math.min(100, (ms / span) * 100))}%`;
  return (
    <table className="bars" aria-label="Visits to elements over time">
      <thead>
        <tr>
          <th>Element</th>
          <th>
            <span className="bars-scale">
              <span>0</span>
              <span>{duration(span / 2)}</span>
              <span>{duration(span)}</span>
            </span>
          </th>
          <th className="right">Took</th>
          <th>State</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((it) => {
          const from = Date.parse(it.startDate) - begin;
          const to = (it.endDate ? Date.parse(it.endDate) : end) - begin;
          const state = it.hasIncident ? 'INCIDENT' : it.state;
          return (
            <tr key={it.elementInstanceKey}>
              <td>{nameOf(model, it.elementId)}</td>
              <td className="bars-cell">
                <span
                  className={`bar-of state-${state}`}
                  style={{ marginLeft: percent(from), width: `max(3px, ${percent(to - from)})` }}
                />
              </td>
              <td className="right">{duration(to - from)}</td>
              <td>
                <Status of={state} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
