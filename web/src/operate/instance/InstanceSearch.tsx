// A searched list of one instance; its paging is its own, not part of the URL of the page.

import { type ReactNode, useState } from 'react';
import type { FoundBy, SearchPath } from '../../api/search';
import type { Column } from '../../parts/DataTable';
import { type ListState, SearchList } from '../../parts/SearchList';
import type { TabProps } from './shared';

interface Props<P extends SearchPath> extends TabProps {
  path: P;
  label: string;
  order: string;
  columns: Column<FoundBy<P>>[];
  keyOf: (row: FoundBy<P>) => string;
  empty: ReactNode;
}

export function InstanceSearch<P extends SearchPath>(props: Props<P>) {
  const { instance, element, path, label, order, columns, keyOf, empty } = props;
  const [state, setState] = useState<ListState>({});
  return (
    <SearchList
      path={path}
      label={label}
      file={`${label.toLowerCase()}-${instance.processInstanceKey}`}
      filter={{
        processInstanceKey: instance.processInstanceKey,
        ...(element ? { elementId: element } : {}),
      }}
      order={order}
      columns={columns}
      keyOf={keyOf}
      state={state}
      onState={(change) => setState({ ...state, ...change })}
      empty={empty}
    />
  );
}
