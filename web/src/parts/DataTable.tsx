// A table of objects: sticky heads, keys for rows, order that stays while the list is live.
// Not here: where rows come from and how they are filtered (`SearchList.tsx`).

import { Checkbox } from '@mantine/core';
import { type KeyboardEvent, type ReactNode, useRef } from 'react';

export interface Column<T> {
  id: string;
  title: string;
  cell: (row: T) => ReactNode;
  /** What an export writes; times as ISO 8601, no words of the screen. */
  csv?: (row: T) => unknown;
  /** In the file only: the screen has it elsewhere in the row. */
  isOnlyExported?: boolean;
  /** Field of the server's order, if the list can be ordered by it. */
  sort?: string;
  align?: 'right';
}

interface Props<T> {
  label: string;
  columns: Column<T>[];
  rows: T[];
  keyOf: (row: T) => string;
  order?: { field: string; direction: 'ASC' | 'DESC' };
  onOrder?: (field: string) => void;
  selected?: Set<string>;
  onSelect?: (selected: Set<string>) => void;
  /** Rows that left the list since it was read; they stay until the person asks for new ones. */
  gone?: Set<string>;
}

export function DataTable<T>(props: Props<T>) {
  const { label, rows, keyOf, order, onOrder, selected, onSelect, gone } = props;
  const columns = props.columns.filter((column) => !column.isOnlyExported);
  const body = useRef<HTMLTableSectionElement>(null);

  const toggle = (key: string) => {
    const next = new Set(selected);
    if (!next.delete(key)) next.add(key);
    onSelect?.(next);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTableSectionElement>) => {
    const row = (event.target as HTMLElement).closest('tr');
    if (!row || (event.target as HTMLElement).matches('input,textarea,select')) return;
    const move = (to: Element | null) => {
      if (to instanceof HTMLElement) to.focus();
      event.preventDefault();
    };
    if (event.key === 'ArrowDown' || event.key === 'j') move(row.nextElementSibling);
    else if (event.key === 'ArrowUp' || event.key === 'k') move(row.previousElementSibling);
    else if (event.key === 'Enter' && event.target === row) row.querySelector('a')?.click();
    else if (event.key === 'x' && onSelect && row.dataset.key) toggle(row.dataset.key);
  };
  const all = rows.length > 0 && rows.every((row) => selected?.has(keyOf(row)));

  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={label}>
      <table className="data" aria-label={label}>
        <thead>
          <tr>
            {onSelect && (
              <th className="check">
                <Checkbox
                  size="xs"
                  aria-label="Select all rows of this page"
                  checked={all}
                  onChange={() => onSelect(all ? new Set() : new Set(rows.map(keyOf)))}
                />
              </th>
            )}
            {columns.map((column) => (
              <Head key={column.id} column={column} order={order} onOrder={onOrder} />
            ))}
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={onKeyDown} data-rows>
          {rows.map((row, index) => {
            const key = keyOf(row);
            return (
              <tr
                key={key}
                data-key={key}
                tabIndex={index === 0 ? 0 : -1}
                className={gone?.has(key) ? 'gone' : undefined}
                aria-selected={onSelect ? selected?.has(key) : undefined}
              >
                {onSelect && (
                  <td className="check">
                    <Checkbox
                      size="xs"
                      aria-label={`Select ${key}`}
                      checked={selected?.has(key) ?? false}
                      onChange={() => toggle(key)}
                    />
                  </td>
                )}
                {columns.map((column) => (
                  <td key={column.id} className={column.align}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Head<T>({
  column,
  order,
  onOrder,
}: {
  column: Column<T>;
  order: Props<T>['order'];
  onOrder: Props<T>['onOrder'];
}) {
  const field = column.sort;
  if (!field || !onOrder) return <th className={column.align}>{column.title}</th>;
  const is = order?.field === field ? order.direction : undefined;
  const direction = is === 'ASC' ? 'ascending' : is === 'DESC' ? 'descending' : 'none';
  return (
    <th className={column.align} aria-sort={direction}>
      <button type="button" className="head" onClick={() => onOrder(field)}>
        {column.title}
        <span aria-hidden="true">{is === 'ASC' ? ' ↑' : is === 'DESC' ? ' ↓' : ''}</span>
      </button>
    </th>
  );
}
