// One case: what is next, who drives it, how its clock stands, and how we will know it is solved.

import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Problem } from '../api/problem';
import type { Case as CaseRow, CaseType } from '../api/types';
import { workQueries } from '../definitions/queries';
import { Empty, Skeleton } from '../parts/Empty';
import { Fact } from '../parts/Fact';
import { Failure } from '../parts/Failure';
import { Key } from '../parts/Key';
import { Page } from '../parts/Page';
import { Status } from '../parts/Status';
import { When } from '../parts/When';
import { CaseActions } from './CaseActions';
import { CaseEvidence } from './CaseEvidence';
import { CaseTimeline } from './CaseTimeline';
import { CaseWork } from './CaseWork';
import { CaseChecks } from './CaseChecks';
import { checksOf } from './checks';
import { Sla, Urgency } from './Chips';

export default function Case() {
  const { caseKey = '' } = useParams({ strict: false });
  return <CasePage key={caseKey} caseKey={caseKey} />;
}

function CasePage({ caseKey }: { caseKey: string }) {
  const query = useQuery(workQueries.case(caseKey));
  const history = useQuery(workQueries.caseHistory(caseKey));
  const type = useQuery({
    ...workQueries.caseType(query.data?.caseTypeKey ?? ''),
    enabled: query.data !== undefined,
  });
  const definition = type.data?.definition;
  const checks = useMemo(
    () => checksOf(definition?.outcome ?? [], history.data?.commits ?? []),
    [definition, history.data],
  );
  if (query.error && !query.data) {
    if (query.error instanceof Problem && query.error.status === 404) {
      return (
        <Page title="No such case" place="Cases" crumbs={<Link to="/cases/all">Cases</Link>}>
          <Empty title={`There is no case ${caseKey}`}>It never was here, or you may not see it.</Empty>
        </Page>
      );
    }
    return <Failure error={query.error} doing="read the case" retry={() => void query.refetch()} />;
  }
  if (!query.data || type.isLoading) return <Skeleton />;
  const it = query.data;
  const named = new Map([...(definition?.stages ?? []), ...(definition?.outcome ?? [])].map((of) => [of.id, of.name]));
  const name = (id: unknown) => named.get(String(id)) ?? String(id);
  return (
    <Page
      title={it.title}
      place="Cases"
      crumbs={<Link to="/cases/all">Cases</Link>}
      status={
        <>
          <Status of={it.state} />
          <Urgency of={it} />
          <Sla of={it} />
        </>
      }
      actions={<CaseActions case={it} definition={definition} checks={checks} />}
    >
      {it.isNotDurable && (
        <p className="note">
          It came again <When at={it.recurredTime} />, after this case was closed: the closing did not last.
        </p>
      )}
      <Stages case={it} definition={definition} />
      <Facts case={it} type={type.data} />
      <div className="case-columns">
        <div>
          <h2>What is next</h2>
          <p className="headline">{nextStep(it, name)}</p>
          <CaseWork case={it} />
          <h2>Timeline</h2>
          {history.error ? (
            <Failure error={history.error} doing="read the history" />
          ) : history.data ? (
            <CaseTimeline commits={history.data.commits} isComplete={history.data.isComplete} name={name} />
          ) : (
            <Skeleton />
          )}
        </div>
        <div>
          <h2>How we will know</h2>
          <CaseChecks
            checks={checks}
            state={it.state}
            reopenings={it.reopenings}
            reopeningsMax={definition?.reopenings}
          />
          <CaseEvidence caseKey={caseKey} name={name} />
        </div>
      </div>
    </Page>
  );
}

function Stages({ case: it, definition }: { case: CaseRow; definition: CaseType['definition'] | undefined }) {
  const stages = definition?.stages ?? [];
  if (stages.length === 0) return null;
  const here = stages.findIndex((stage) => stage.id === it.stage);
  return (
    <ol className="stages" aria-label="Stages">
      {stages.map((stage, at) => (
        <li
          key={stage.id}
          className={at < here ? 'is-done' : at === here ? 'is-here' : undefined}
          aria-current={at === here ? 'step' : undefined}
        >
          {stage.name}
        </li>
      ))}
    </ol>
  );
}

function Facts({ case: it, type }: { case: CaseRow; type: CaseType | undefined }) {
  return (
    <dl className="facts">
      <Fact name="Key">
        <Key of={it.caseKey} />
      </Fact>
      {it.subject && <Fact name="About">{it.subject}</Fact>}
      <Fact name="Driver">{it.driver ?? 'nobody'}</Fact>
      <Fact name="Priority">{it.priority}</Fact>
      <Fact name="Severity">
        <Status of={it.severity} />
      </Fact>
      <Fact name="Opened">
        <When at={it.openedTime} />
      </Fact>
      {it.goalTime && (
        <Fact name="Goal">
          <When at={it.goalTime} />
        </Fact>
      )}
      {it.deadlineTime && (
        <Fact name="Deadline">
          <When at={it.deadlineTime} />
        </Fact>
      )}
      {it.resolvedTime && (
        <Fact name="Resolved">
          <When at={it.resolvedTime} />
        </Fact>
      )}
      {it.closedTime && (
        <Fact name="Closed">
          <When at={it.closedTime} />
        </Fact>
      )}
      <Fact name="Type">
        <Link to="/cases/types/$definitionKey" params={{ definitionKey: it.caseTypeKey }}>
          {type?.name || it.caseTypeId}
          {type ? `, version ${type.version}` : ''}
        </Link>
      </Fact>
      {it.alertKey && (
        <Fact name="From">
          <Link to="/signals/alerts/$alertKey" params={{ alertKey: it.alertKey }}>
            an alert
          </Link>
        </Fact>
      )}
      {it.followsCaseKey && (
        <Fact name="Follows">
          <Link to="/cases/all/$caseKey" params={{ caseKey: it.followsCaseKey }}>
            the case before
          </Link>
        </Fact>
      )}
    </dl>
  );
}

function nextStep(it: CaseRow, name: (id: unknown) => string): React.ReactNode {
  switch (it.state) {
    case 'OPEN':
      return it.reopenings > 0 && it.reason ? `Work to do again: ${it.reason}` : 'Work to do, until somebody says it is resolved.';
    case 'RESOLVED':
      return 'The work is done. Its checks have not begun yet.';
    case 'VERIFYING':
      return (
        <>
          The work is done. Waits for <em>{name(it.check)}</em>
          {it.checkDueTime && (
            <>
              , until <When at={it.checkDueTime} />
            </>
          )}
          .
        </>
      );
    case 'CLOSED_VERIFIED':
      return 'Nothing: every check passed.';
    case 'CLOSED_WAIVED':
      return `Nothing: closed without the checks${it.reason ? `, because ${it.reason}` : ''}.`;
    case 'CLOSED_FAILED':
      return 'Nothing here: its checks failed too often. A case of its own may look at why.';
    default:
      return `Nothing: it was no case${it.reason ? `, because ${it.reason}` : ''}.`;
  }
}
