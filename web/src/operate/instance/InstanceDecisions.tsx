// Decisions the instance asked, with the rules that matched.

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { found } from '../../api/queries';
import { Empty, Skeleton } from '../../parts/Empty';
import { Failure } from '../../parts/Failure';
import { Status } from '../../parts/Status';
import { When } from '../../parts/When';
import { Evaluated } from '../decisions/Evaluated';
import type { TabProps } from './shared';

const SHOWN_MAX = 50;

export function InstanceDecisions({ instance }: TabProps) {
  const query = useQuery(
    found('/v2/decision-instances/search', {
      filter: { processInstanceKey: instance.processInstanceKey },
      sort: [{ field: 'evaluationDate', order: 'DESC' }],
      page: { limit: SHOWN_MAX },
    }),
  );
  if (query.error && !query.data) return <Failure error={query.error} doing="read the decisions" />;
  if (!query.data) return <Skeleton />;
  const { items, page } = query.data;
  if (items.length === 0) {
    return (
      <Empty title="It asked no decision">
        A business rule task asks one; the rules that matched are then shown here.
      </Empty>
    );
  }
  return (
    <div className="stack">
      {page.totalItems > items.length && (
        <p className="note">The newest {items.length} of {page.totalItems} are shown.</p>
      )}
      {items.map((it, at) => (
        <details key={it.decisionEvaluationInstanceKey} className="decided" open={at === 0}>
          <summary>
            <strong>{it.decisionDefinitionName || it.decisionDefinitionId}</strong>{' '}
            {it.state === 'FAILED' ? <Status of="FAILED" word="Stopped" /> : <code>{it.result}</code>}{' '}
            <span className="quiet">
              <When at={it.evaluationDate} />
            </span>
          </summary>
          <Evaluated id={it.decisionEvaluationInstanceKey} />
          <Link
            to="/operate/evaluations/$evaluationKey"
            params={{ evaluationKey: it.decisionEvaluationKey }}
          >
            The evaluation, and what if
          </Link>
        </details>
      ))}
    </div>
  );
}
