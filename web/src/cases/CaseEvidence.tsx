// What shows how a case is: events, people's words, quiet. It is added to and never changed.

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { found } from '../api/queries';
import type { Evidence } from '../api/types';
import type { Column } from '../parts/DataTable';
import { Empty, Skeleton } from '../parts/Empty';
import { Failure } from '../parts/Failure';
import { inWords } from '../parts/Status';
import { When } from '../parts/When';
import { WholeTable } from '../parts/WholeTable';
import type { Names } from './story';

const SHOWN = 200;

export function CaseEvidence({ caseKey, name }: { caseKey: string; name: Names }) {
  const query = useQuery(
    found('/api/v1/evidence/search', {
      filter: { caseKey },
      sort: [{ field: 'keptTime', order: 'DESC' }],
      page: { limit: SHOWN },
    }),
  );
  if (query.error && !query.data) return <Failure error={query.error} doing="read the evidence" />;
  if (!query.data) return <Skeleton rows={2} />;
  const { items } = query.data;
  return (
    <WholeTable
      label="Evidence"
      file={`evidence-${caseKey}`}
      title={<h2>Evidence</h2>}
      columns={columnsWith(name)}
      rows={items}
      keyOf={(row) => row.evidenceKey}
      empty={<Empty title="Nothing yet">Each check keeps what it saw, and people add what they know.</Empty>}
    />
  );
}

function columnsWith(name: Names): Column<Evidence>[] {
  return [
    {
      id: 'kind',
      title: 'What',
      cell: (row) => (
        <>
          {row.signalKey ? (
            <Link to="/signals/received/$signalKey" params={{ signalKey: row.signalKey }}>
              {inWords(row.kind)}
            </Link>
          ) : (
            inWords(row.kind)
          )}
          <div className="quiet">
            <When at={row.keptTime} />
            {row.givenBy ? ` by ${row.givenBy}` : ''}
          </div>
        </>
      ),
      csv: (row) => row.kind,
    },
    { id: 'kept', title: 'Kept', isOnlyExported: true, cell: () => null, csv: (row) => row.keptTime },
    { id: 'by', title: 'By', isOnlyExported: true, cell: () => null, csv: (row) => row.givenBy },
    { id: 'check', title: 'For', cell: (row) => row.check && name(row.check), csv: (row) => row.check },
    { id: 'text', title: 'Says', cell: (row) => <span className="message">{row.text}</span>, csv: (row) => row.text },
  ];
}
