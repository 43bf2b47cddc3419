// The state of a list in the URL: read it, change it, and begin again at the first page when what is
// looked for changes.

import { useNavigate, useSearch } from '@tanstack/react-router';

type Change = Record<string, string | undefined>;

export function useListState() {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const change = (next: object) => void navigate({ to: '.', replace: true, search: { ...search, ...next } });
  return {
    search,
    change,
    refilter: (next: Change) => change({ ...next, after: undefined, before: undefined }),
  };
}
