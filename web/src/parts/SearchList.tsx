// A list of found objects: pages by cursor, counts, order, live but steady, exported as CSV.
// Its whole state is in the URL. Not here: filters (`Filters.tsx`) and what a row shows.

import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { found } from '../api/queries';
import { type FoundBy, type Search, type SearchPath, searchAll } from '../api/search';
import { csv, download } from './csv';
import { type Column, DataTable } from './DataTable';
import { Empty, Skeleton } from './Empty';
import { Failure } from './Failure';
import { notify } from './notify';
import { useSteadyRows } from './useSteadyRows';

/** The part of a URL that pages and orders a list. */
export interface ListState {
  after?: string;
  before?: string;
  sort?: string;
}

interface Props<P extends SearchPath> {
  path: P;
  label: string;
  filter: Search['filter'];
  columns: Column<FoundBy<P>>[];
  keyOf: (row: FoundBy<P>) => string;
  state: ListState;
  onState: (change: ListState) => void;
  /** `-field` is descending. */
  order: string;
  empty: ReactNode;
  file: string;
  selected?: Set<string>;
  onSelect?: (selected: Set<string>) => void;
  bar?: ReactNode;
}

const PAGE = 50;

export function sortOf(order: string): NonNullable<Search['sort']>[number] {
  return order.startsWith('-')
    ? { field: order.slice(1), order: 'DESC' }
    : { field: order, order: 'ASC' };
}

export function SearchList<P extends SearchPath>(props: Props<P>) {
  const { path, label, filter, columns, keyOf, state, onState, empty, file } = props;
  const order = state.sort ?? props.order;
  const sort = sortOf(order);
  const asked: Search = {
    filter,
    sort: [sort],
    page: { limit: PAGE, after: state.after, before: state.before },
  };
  const query = useQuery(found(path, asked));
  const steady = useSteadyRows(
    query.isPlaceholderData ? undefined : query.data?.items,
    keyOf,
    JSON.stringify([path, asked]),
  );
  const page = query.data?.page;

  const exportRows = async () => {
    const exported = columns.filter((column) => column.csv);
    const { items, isComplete } = await searchAll(path, { filter, sort: [sort] });
    const rows = items.map((row) => exported.map((column) => column.csv?.(row)));
    download(`${file}.csv`, csv(exported.map((column) => column.title), rows));
    if (!isComplete) {
      notify(`The file holds the first ${items.length} rows. \`segue export\` takes all.`, 'yellow');
    }
  };
  const onOrder = (field: string) =>
    onState({ sort: order === field ? `-${field}` : field, after: undefined, before: undefined });

  if (query.error && !query.data) {
    return <Failure error={query.error} doing={`read ${label.toLowerCase()}`} retry={() => void query.refetch()} />;
  }
  return (
    <section className="list">
      <div className="list-bar" aria-live="polite">
        <span>{page ? count(page) : 'Counting…'}</span>
        {steady.fresh > 0 && (
          <Button size="compact-xs" variant="light" onClick={steady.showFresh}>
            {steady.fresh} new – show
          </Button>
        )}
        {props.bar}
        <span className="fill" />
        <Button
          size="compact-xs"
          variant="subtle"
          disabled={!page?.totalItems}
          onClick={() => void exportRows()}
        >
          Export CSV
        </Button>
      </div>
      {!query.data && <Skeleton />}
      {query.data && steady.rows.length === 0 && empty}
      {steady.rows.length > 0 && (
        <DataTable
          label={label}
          columns={columns}
          rows={steady.rows}
          keyOf={keyOf}
          order={{ field: sort.field, direction: sort.order }}
          onOrder={onOrder}
          selected={props.selected}
          onSelect={props.onSelect}
          gone={steady.gone}
        />
      )}
      {(state.after || state.before || (page?.totalItems ?? 0) > PAGE) && (
        <Group gap="xs" mt="xs">
          <Button
            size="xs"
            variant="default"
            disabled={!state.after && !state.before}
            onClick={() => onState({ after: undefined, before: undefined })}
          >
            First
          </Button>
          <Button
            size="xs"
            variant="default"
            disabled={(!state.after && !state.before) || !page?.startCursor}
            onClick={() => onState({ before: page?.startCursor ?? undefined, after: undefined })}
          >
            Previous
          </Button>
          <Button
            size="xs"
            variant="default"
            disabled={!page?.endCursor || (query.data?.items.length ?? 0) < PAGE}
            onClick={() => onState({ after: page?.endCursor ?? undefined, before: undefined })}
          >
            Next
          </Button>
        </Group>
      )}
    </section>
  );
}

/** Exact up to what the server counts, then with a plus. */
function count(page: { totalItems: number; hasMoreTotalItems: boolean }): string {
  const number = new Intl.NumberFormat().format(page.totalItems);
  return `${number}${page.hasMoreTotalItems ? '+' : ''} found`;
}

/** What a list without rows says when filters are set. */
export function NothingFits({ onClear }: { onClear: () => void }) {
  return (
    <Empty title="Nothing fits these filters">
      <Button size="xs" variant="default" onClick={onClear}>
        Clear filters
      </Button>
    </Empty>
  );
}
