// What can be done to a case, by its state.

import { Button, Menu } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { useCan } from '../api/may';
import type { Case, CaseType } from '../api/types';
import type { CheckNow } from './checks';
import type { Asked } from './CaseDialog';

const CaseDialog = lazy(() => import('./CaseDialog'));

export function CaseActions(props: {
  case: Case;
  definition: CaseType['definition'] | undefined;
  checks: CheckNow[];
}) {
  const { case: it, definition, checks } = props;
  const [asked, setAsked] = useState<Asked>();
  const isOpen = it.state === 'OPEN';
  const isDone = it.state === 'RESOLVED' || it.state === 'VERIFYING';
  const mayChange = useCan()('UPDATE', 'CASE', it.caseTypeId);
  if (!mayChange || (!isOpen && !isDone)) return null;
  const attested = checks.filter(({ check, state }) => check.kind === 'ATTESTATION' && state === 'RUNNING');
  return (
    <>
      <Button size="xs" variant="default" onClick={() => setAsked('assign')}>
        Assign…
      </Button>
      <Button size="xs" variant="default" onClick={() => setAsked('evidence')}>
        Add evidence…
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button size="xs" variant="default">
            More
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {(definition?.stages.length ?? 0) > 1 && (
            <Menu.Item onClick={() => setAsked('stage')}>Move to another stage…</Menu.Item>
          )}
          {isDone && <Menu.Item onClick={() => setAsked('waive')}>Close without the checks…</Menu.Item>}
          <Menu.Item onClick={() => setAsked('cancel')}>It was no case: cancel…</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {attested.length > 0 && (
        <Button size="xs" onClick={() => setAsked('attest')}>
          Attest…
        </Button>
      )}
      {isOpen && (
        <Button size="xs" onClick={() => setAsked('resolve')}>
          Resolve…
        </Button>
      )}
      {asked && (
        <Suspense fallback={null}>
          <CaseDialog
            asked={asked}
            case={it}
            stages={definition?.stages ?? []}
            checks={attested.map(({ check }) => check)}
            onClose={() => setAsked(undefined)}
          />
        </Suspense>
      )}
    </>
  );
}
