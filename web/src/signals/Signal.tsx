// One received signal: what it says, and what every rule and check made of it.

import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Problem } from '../api/problem';
import { found } from '../api/queries';
import type { Look } from '../api/types';
import { workQueries } from '../definitions/queries';
import { type Column, DataTable } from '../parts/DataTable';
import { Empty, Skeleton } from '../parts/Empty';
import { Fact } from '../parts/Fact';
import { Failure } from '../parts/Failure';
import { Key } from '../parts/Key';
import { Page } from '../parts/Page';
import { Status } from '../parts/Status';
import { When } from '../parts/When';
import { Outcome } from './signalColumns';

export default function Signal() {
  const { signalKey = '' } = useParams({ strict: false });
  const query = useQuery(workQueries.signal(signalKey));
  const raised = useQuery(found('/api/v1/alerts/search', { filter: { signalKey } }));
  const kept = useQuery(found('/api/v1/evidence/search', { filter: { signalKey } }));
  const rules = useQuery(workQueries.rules());
  if (query.error && !query.data) {
    if (query.error instanceof Problem && query.error.status === 404) {
      return (
        <Page title="No such signal" place="Signals" crumbs={<Link to="/signals/received">Received</Link>}>
          <Empty title={`There is no signal ${signalKey}`}>It never was here, or you may not see it.</Empty>
        </Page>
      );
    }
    return <Failure error={query.error} doing="read the signal" retry={() => void query.refetch()} />;
  }
  if (!query.data) return <Skeleton />;
  const it = query.data;
  const isRule = new Set(rules.data?.map((rule) => rule.detectionRuleKey));
  return (
    <Page
      title={it.type}
      place="Signals"
      crumbs={<Link to="/signals/received">Received</Link>}
      status={<Outcome of={it} />}
    >
      <dl className="facts">
        <Fact name="Key">
          <Key of={signalKey} />
        </Fact>
        <Fact name="Source">
          <code>{it.source}</code>
        </Fact>
        <Fact name="Id">
          <code>{it.id}</code>
        </Fact>
        {it.subject && <Fact name="Subject">{it.subject}</Fact>}
        <Fact name="Received">
          <When at={it.receivedTime} />
        </Fact>
        {it.time && <Fact name="Its own time">{it.time}</Fact>}
      </dl>
      <h2>What became of it</h2>
      {it.rules.length === 0 ? (
        <Empty title="No rule and no check looks at this type">
          It is kept. A <Link to="/signals/rules">rule</Link> looks at what comes after it is deployed.
        </Empty>
      ) : (
        <DataTable
          label="Rules and checks that looked at it"
          columns={lookColumns(isRule)}
          rows={it.rules}
          keyOf={(row) => `${row.definitionKey}${row.id}${row.subject}`}
        />
      )}
      <ul className="plain outcomes">
        {raised.data?.items.map((alert) => (
          <li key={alert.alertKey}>
            <span>
              Raised alert{' '}
              <Link to="/signals/alerts/$alertKey" params={{ alertKey: alert.alertKey }}>
                {alert.title}
              </Link>{' '}
              <Status of={alert.state} />
            </span>
          </li>
        ))}
        {kept.data?.items.map((evidence) => (
          <li key={evidence.evidenceKey}>
            <span>
              Is evidence of{' '}
              <Link to="/cases/all/$caseKey" params={{ caseKey: evidence.caseKey ?? '' }}>
                case …{evidence.caseKey?.slice(-6)}
              </Link>
              {evidence.check ? `, check ${evidence.check}` : ''}
            </span>
          </li>
        ))}
      </ul>
      <h2>Data</h2>
      <pre className="raw" tabIndex={0}>
        {JSON.stringify(it.data, null, 2)}
      </pre>
      {Object.keys(it.extensions).length > 0 && (
        <>
          <h2>Extension attributes</h2>
          <pre className="raw" tabIndex={0}>
            {JSON.stringify(it.extensions, null, 2)}
          </pre>
        </>
      )}
    </Page>
  );
}

function lookColumns(isRule: Set<string>): Column<Look>[] {
  return [
    {
      id: 'rule',
      title: 'Rule or check',
      cell: (row) =>
        isRule.has(row.definitionKey) ? (
          <Link to="/signals/rules/$definitionKey" params={{ definitionKey: row.definitionKey }}>
            {row.id}
          </Link>
        ) : (
          <Link to="/cases/types/$definitionKey" params={{ definitionKey: row.definitionKey }}>
            {row.id}
          </Link>
        ),
    },
    { id: 'kind', title: 'Kind', cell: (row) => (isRule.has(row.definitionKey) ? 'Detection rule' : 'Outcome check') },
    { id: 'about', title: 'About', cell: (row) => row.subject },
    {
      id: 'said',
      title: 'Said',
      cell: (row) => (row.failure ? <Status of="FAILED" word={row.failure} /> : <Status of="SUCCESS" word="Looked at it" />),
    },
  ];
}
