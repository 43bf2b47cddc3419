// A table that is shown whole: counted, and exported as CSV as it is. Not here: lists by page; those
// export everything they find (`SearchList.tsx`).

import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { csv, download } from './csv';
import { type Column, DataTable } from './DataTable';

interface Props<T> {
  label: string;
  columns: Column<T>[];
  rows: T[];
  keyOf: (row: T) => string;
  /** Name of the file, without `.csv`. */
  file: string;
  /** Instead of the number of rows. */
  title?: ReactNode;
  /** Beside the export. */
  actions?: ReactNode;
  /** Instead of a table without rows. */
  empty?: ReactNode;
}

export function WholeTable<T>({ file, title, actions, empty, ...table }: Props<T>) {
  const { columns, rows } = table;
  const exported = columns.filter((column) => column.csv);
  const save = () =>
    download(
      `${file}.csv`,
      csv(
        exported.map((column) => column.title),
        rows.map((row) => exported.map((column) => column.csv?.(row))),
      ),
    );
  return (
    <>
      <div className="list-bar">
        {title ?? <span>{rows.length} found</span>}
        <span className="fill" />
        <Button size="compact-xs" variant="subtle" disabled={rows.length === 0} onClick={save}>
          Export CSV
        </Button>
        {actions}
      </div>
      {rows.length === 0 && empty ? empty : <DataTable {...table} />}
    </>
  );
}
