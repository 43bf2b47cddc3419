// Everything that is granted to anybody.

import { Select } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Page } from '../../parts/Page';
import { inWords } from '../../parts/Status';
import { Grants } from './Grants';
import { resourceKinds } from './permissions';

export default function Authorizations() {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  return (
    <Page title="Authorizations" place="Govern">
      <p className="quiet">
        What users, clients, groups and roles may do. Members of the role admin may do everything without
        any; nobody else may do anything that is not here.
      </p>
      <div className="filters">
        <Select
          data-filter
          size="xs"
          aria-label="On what"
          placeholder="On anything"
          clearable
          data={resourceKinds.map((it) => ({ value: it.type, label: inWords(it.type) }))}
          value={search.on ?? null}
          onChange={(on) => void navigate({ to: '.', replace: true, search: { ...search, on: on ?? undefined } })}
        />
      </div>
      <Grants resourceType={search.on} />
    </Page>
  );
}
