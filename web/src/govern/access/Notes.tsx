// Notes of access: who there is was changed, something was refused. Newest first.

import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { client, data } from '../../api/client';
import type { components } from '../../api/schema';
import type { Column } from '../../parts/DataTable';
import { Empty, Skeleton } from '../../parts/Empty';
import { Failure } from '../../parts/Failure';
import { Page } from '../../parts/Page';
import { Status } from '../../parts/Status';
import { When } from '../../parts/When';
import { WholeTable } from '../../parts/WholeTable';

type Note = components['schemas']['AccessNoteResult'];

const PAGE = 100;

export default function Notes() {
  const query = useInfiniteQuery({
    queryKey: ['access-notes'],
    queryFn: ({ pageParam }) =>
      data(
        client.GET('/api/v1/access-notes', {
          params: { query: { limit: PAGE, ...(pageParam ? { before: pageParam as unknown as number } : {}) } },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (last) => (last.items.length === PAGE ? last.items.at(-1)?.id : undefined),
  });
  if (query.error && !query.data) {
    return <Failure error={query.error} doing="read the notes" retry={() => void query.refetch()} />;
  }
  if (!query.data) return <Skeleton />;
  const rows = query.data.pages.flatMap((page) => page.items);
  return (
    <Page title="Access notes" place="Govern">
      <p className="quiet">
        Changes of users, clients, groups, roles and authorizations, and what was refused. Each is a record in
        the audit chain; the same refusal is noted once a minute.
      </p>
      {rows.length === 0 ? (
        <Empty title="Nobody was changed and nothing was refused yet" />
      ) : (
        <>
          <WholeTable label="Access notes" file="access-notes" columns={columns} rows={rows} keyOf={(row) => row.id} />
          {query.hasNextPage && (
            <Button size="xs" variant="default" mt="xs" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              Older ones
            </Button>
          )}
        </>
      )}
    </Page>
  );
}

const columns: Column<Note>[] = [
  { id: 'at', title: 'When', cell: (row) => <When at={row.at} />, csv: (row) => row.at },
  { id: 'actor', title: 'Who', cell: (row) => row.actor, csv: (row) => row.actor },
  {
    id: 'kind',
    title: 'Result',
    cell: (row) => <Status of={row.refused ? 'FAIL' : 'SUCCESS'} />,
    csv: (row) => (row.refused ? 'REFUSED' : 'CHANGED'),
  },
  { id: 'what', title: 'What', cell: (row) => <span className="message">{row.what}</span>, csv: (row) => row.what },
];
