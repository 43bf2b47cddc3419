// One alert: why it is there, what came, who has seen it, which case takes care of it.

import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useCan } from '../api/may';
import { Problem } from '../api/problem';
import { found } from '../api/queries';
import type { Alert as AlertRow } from '../api/types';
import { Sla, Urgency } from '../cases/Chips';
import { workCommands } from '../definitions/commands';
import { workQueries } from '../definitions/queries';
import { DataTable } from '../parts/DataTable';
import { Empty, Skeleton } from '../parts/Empty';
import { Fact } from '../parts/Fact';
import { Failure } from '../parts/Failure';
import { Key } from '../parts/Key';
import { Page } from '../parts/Page';
import { Status } from '../parts/Status';
import { useCommand } from '../parts/useCommand';
import { When } from '../parts/When';
import { signalColumns } from './signalColumns';

export default function Alert() {
  const { alertKey = '' } = useParams({ strict: false });
  const query = useQuery(workQueries.alert(alertKey));
  const rule = useQuery({
    ...workQueries.rule(query.data?.detectionRuleKey ?? ''),
    enabled: query.data !== undefined,
  });
  const command = useCommand();
  const can = useCan();
  if (query.error && !query.data) {
    if (query.error instanceof Problem && query.error.status === 404) {
      return (
        <Page title="No such alert" place="Signals" crumbs={<Link to="/signals/alerts">Alerts</Link>}>
          <Empty title={`There is no alert ${alertKey}`}>It never was here, or you may not see it.</Empty>
        </Page>
      );
    }
    return <Failure error={query.error} doing="read the alert" retry={() => void query.refetch()} />;
  }
  if (!query.data) return <Skeleton />;
  const it = query.data;
  return (
    <Page
      title={it.title}
      place="Signals"
      crumbs={<Link to="/signals/alerts">Alerts</Link>}
      status={
        <>
          <Status of={it.severity} />
          <Status of={it.state} />
        </>
      }
      actions={
        it.state === 'OPEN' &&
        can('UPDATE', 'ALERT', it.detectionRuleId) && (
          <Button
            size="xs"
            loading={command.isSending}
            onClick={() => void command.run(workCommands.acknowledgeAlert(alertKey), 'Acknowledged')}
          >
            Acknowledge
          </Button>
        )
      }
    >
      {command.error !== undefined && <Failure error={command.error} doing="acknowledge the alert" />}
      <dl className="facts">
        <Fact name="Key">
          <Key of={alertKey} />
        </Fact>
        <Fact name="About">{it.subject}</Fact>
        <Fact name="Came">
          {it.occurrences} {it.occurrences === 1 ? 'time' : 'times'}
        </Fact>
        <Fact name="First">
          <When at={it.firstSeenTime} />
        </Fact>
        <Fact name="Last">
          <When at={it.lastSeenTime} />
        </Fact>
        {it.endTime && (
          <Fact name="Over">
            <When at={it.endTime} />
          </Fact>
        )}
        {it.acknowledgedBy && <Fact name="Seen by">{it.acknowledgedBy}</Fact>}
        <Fact name="Name">
          <code>{it.name}</code>
        </Fact>
      </dl>
      <div className="columns">
        <section className="card">
          <h2>Why</h2>
          <p>
            Rule{' '}
            <Link to="/signals/rules/$definitionKey" params={{ definitionKey: it.detectionRuleKey }}>
              {rule.data?.name ?? it.detectionRuleId}
            </Link>{' '}
            {because(rule.data?.definition?.detects)}
          </p>
          {it.signalKey && (
            <p>
              What raised it:{' '}
              <Link to="/signals/received/$signalKey" params={{ signalKey: it.signalKey }}>
                signal …{it.signalKey.slice(-6)}
              </Link>
            </p>
          )}
        </section>
        <section className="card">
          <h2>Who takes care</h2>
          {it.caseKey ? (
            <CaseOf caseKey={it.caseKey} />
          ) : (
            <p className="quiet">No case: its rule names no case type.</p>
          )}
        </section>
      </div>
      <Behind alert={it} types={rule.data?.definition?.types} />
    </Page>
  );
}

/** The case that takes care of it, and how that stands. */
function CaseOf({ caseKey }: { caseKey: string }) {
  const query = useQuery({ ...workQueries.case(caseKey), enabled: useCan()('READ', 'CASE') });
  const it = query.data;
  return (
    <>
      <p>
        <Link to="/cases/all/$caseKey" params={{ caseKey }}>
          The case of this alert
        </Link>
      </p>
      {it && (
        <p>
          <Status of={it.state} /> <Urgency of={it} /> <Sla of={it} />{' '}
          <span className="quiet">{it.driver ?? 'nobody takes care of it'}</span>
        </p>
      )}
    </>
  );
}

const LOOKED_THROUGH = 200;

/** The signals its rule saw about the same subject, of the newest of their types. */
function Behind({ alert, types }: { alert: AlertRow; types: string[] | undefined }) {
  const query = useQuery({
    ...found('/api/v1/signals/search', {
      filter: { isMatched: true, type: { $in: types ?? [] } },
      sort: [{ field: 'receivedTime', order: 'DESC' }],
      page: { limit: LOOKED_THROUGH },
    }),
    enabled: types !== undefined,
  });
  if (query.error) return <Failure error={query.error} doing="read the signals" />;
  if (!query.data) return null;
  const isBehind = (look: { id: string; subject: string }) =>
    look.id === alert.detectionRuleId && look.subject === alert.subject;
  const rows = query.data.items.filter((it) => it.rules.some(isBehind));
  const isCut = query.data.page.totalItems > LOOKED_THROUGH;
  return (
    <>
      <h2>Signals about {alert.subject}</h2>
      {isCut && <p className="quiet">Of the newest {LOOKED_THROUGH} of their types.</p>}
      {rows.length === 0 ? (
        <Empty title="None among the newest">
          An alert about something that did not come has nothing to show here.
        </Empty>
      ) : (
        <DataTable
          label="Signals behind the alert"
          columns={signalColumns}
          rows={rows}
          keyOf={(row) => row.signalKey}
        />
      )}
    </>
  );
}

function because(detects: string | undefined): string {
  if (detects === 'THRESHOLD') return 'fires when a value is beyond its threshold for long enough.';
  if (detects === 'ABSENCE') return 'fires when something expected does not come in time.';
  if (detects === 'RATE') return 'fires when something comes too often.';
  return '';
}
