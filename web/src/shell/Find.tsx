// Finds what a text names: a key of anything, a business id, a correlation key, a value.

import { useQueries } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { search } from '../api/search';
import { Empty, Skeleton } from '../parts/Empty';
import { Page } from '../parts/Page';
import { Status } from '../parts/Status';
import { When } from '../parts/When';

const EACH_MAX = 20;

interface Hit {
  id: string;
  kind: string;
  link: ReactNode;
  more?: ReactNode;
}

export default function Find() {
  const { q = '' } = useSearch({ strict: false });
  const page = { limit: EACH_MAX };
  const isKey = /^\d{6,20}$/.test(q);
  const ask = (name: string, enabled: boolean, queryFn: () => Promise<Hit[]>) => ({
    queryKey: ['find', name, q],
    queryFn,
    enabled: enabled && q !== '',
    retry: false,
  });
  const instances = async (filter: object): Promise<Hit[]> =>
    (await search('/v2/process-instances/search', { filter: { ...filter }, page })).items.map(
      (it) => ({
        id: it.processInstanceKey,
        kind: 'Instance',
        link: (
          <Link to="/operate/instances/$instanceKey" params={{ instanceKey: it.processInstanceKey }}>
            {it.processDefinitionName ?? it.processDefinitionId} {it.businessId ?? it.processInstanceKey}
          </Link>
        ),
        more: (
          <>
            <Status of={it.hasIncident ? 'INCIDENT' : it.state} /> <When at={it.startDate} />
          </>
        ),
      }),
    );
  const byInstance = (key: string, kind: string, more: string, tab: string): Hit => ({
    id: `${kind}${key}${more}`,
    kind,
    link: (
      <Link to="/operate/instances/$instanceKey" params={{ instanceKey: key }} search={{ tab }}>
        {more}
      </Link>
    ),
  });

  const answers = useQueries({
    queries: [
      ask('instance', isKey, () => instances({ processInstanceKey: q })),
      ask('business', true, () => instances({ businessId: q })),
      ask('definition', isKey, async () =>
        (
          await search('/v2/process-definitions/search', { filter: { processDefinitionKey: q }, page })
        ).items.map((it) => ({
          id: it.processDefinitionKey,
          kind: 'Process',
          link: (
            <Link to="/operate/processes/$definitionKey" params={{ definitionKey: q }}>
              {it.name ?? it.processDefinitionId} version {it.version}
            </Link>
          ),
        })),
      ),
      ask('task', isKey, async () =>
        (await search('/v2/user-tasks/search', { filter: { userTaskKey: q }, page })).items.map(
          (it) => ({
            id: it.userTaskKey,
            kind: 'Task',
            link: (
              <Link to="/work/$taskKey" params={{ taskKey: it.userTaskKey }}>
                {it.name ?? it.elementId}
              </Link>
            ),
          }),
        ),
      ),
      ask('incident', isKey, async () =>
        (await search('/v2/incidents/search', { filter: { incidentKey: q }, page })).items.map((it) =>
          byInstance(it.processInstanceKey, 'Incident', it.errorMessage, 'incidents'),
        ),
      ),
      ask('job', isKey, async () =>
        (await search('/v2/jobs/search', { filter: { jobKey: q }, page })).items.map((it) =>
          byInstance(it.processInstanceKey, 'Job', it.type, 'jobs'),
        ),
      ),
      ask('element', isKey, async () =>
        (
          await search('/v2/element-instances/search', { filter: { elementInstanceKey: q }, page })
        ).items.map((it) =>
          byInstance(it.processInstanceKey, 'Element instance', it.elementName, 'elements'),
        ),
      ),
      ask('case', true, async () =>
        (await search('/api/v1/cases/search', { filter: isKey ? { $or: [{ caseKey: q }, { subject: q }] } : { subject: q }, page })).items.map(
          (it) => ({
            id: it.caseKey,
            kind: 'Case',
            link: (
              <Link to="/cases/all/$caseKey" params={{ caseKey: it.caseKey }}>
                {it.title}
              </Link>
            ),
            more: <Status of={it.state} />,
          }),
        ),
      ),
      ask('alert', true, async () =>
        (await search('/api/v1/alerts/search', { filter: isKey ? { $or: [{ alertKey: q }, { subject: q }] } : { subject: q }, page })).items.map(
          (it) => ({
            id: it.alertKey,
            kind: 'Alert',
            link: (
              <Link to="/signals/alerts/$alertKey" params={{ alertKey: it.alertKey }}>
                {it.title}
              </Link>
            ),
            more: <Status of={it.state} />,
          }),
        ),
      ),
      ask('signal', true, async () =>
        (await search('/api/v1/signals/search', { filter: isKey ? { $or: [{ signalKey: q }, { id: q }] } : { id: q }, page })).items.map(
          (it) => ({
            id: it.signalKey,
            kind: 'Signal',
            link: (
              <Link to="/signals/received/$signalKey" params={{ signalKey: it.signalKey }}>
                {it.type}
              </Link>
            ),
            more: <When at={it.receivedTime} />,
          }),
        ),
      ),
      ask('correlation', true, async () =>
        (
          await search('/v2/message-subscriptions/search', { filter: { correlationKey: q }, page })
        ).items
          .filter((it) => it.processInstanceKey)
          .map((it) =>
            byInstance(
              it.processInstanceKey ?? '',
              'Waits for a message',
              `${it.messageName} in ${it.processDefinitionName ?? it.processDefinitionId}`,
              'messages',
            ),
          ),
      ),
      ask('value', true, async () => {
        const asked = { filter: { value: JSON.stringify(q) }, page };
        const { items } = await search('/v2/variables/search', asked);
        return items.map((it) =>
          byInstance(it.processInstanceKey ?? '', 'Variable', `${it.name} = ${it.value}`, 'variables'),
        );
      }),
    ],
  });
  const hits = answers.flatMap((answer) => answer.data ?? []);
  const isBusy = answers.some((answer) => answer.isLoading);
  const failed = answers.filter((answer) => answer.error).length;
  return (
    <Page title={`Found for “${q}”`} place="Search">
      {failed > 0 && <p className="note">{failed} of the searches did not answer.</p>}
      {hits.length > 0 && (
        <ul className="hits">
          {hits.map((hit) => (
            <li key={hit.kind + hit.id}>
              <span className="quiet">{hit.kind}</span> {hit.link} {hit.more}
            </li>
          ))}
        </ul>
      )}
      {isBusy && <Skeleton rows={3} />}
      {!isBusy && hits.length === 0 && (
        <Empty title="Nothing has this key or this text">
          Keys are found for instances, processes, tasks, incidents, jobs, elements, cases, alerts and
          signals; texts as business ids, correlation keys, whole values of variables, what cases and
          alerts are about, and ids of signals.
        </Empty>
      )}
    </Page>
  );
}
