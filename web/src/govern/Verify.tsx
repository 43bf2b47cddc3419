// Has the audit chain read back, and tells what does not fit.

import { Button } from '@mantine/core';
import { useState } from 'react';
import type { components } from '../api/schema';
import { Failure } from '../parts/Failure';
import { Status } from '../parts/Status';
import { useCommand } from '../parts/useCommand';
import { When } from '../parts/When';

type Verification = components['schemas']['AuditVerification'];

const CALL = { method: 'POST', path: '/api/v1/audit-verification' } as const;

export function useVerification() {
  const command = useCommand();
  const [found, setFound] = useState<{ verification: Verification; at: string }>();
  const verify = async () => {
    const sent = await command.run<Verification>(CALL, 'The audit chain was read');
    if (sent) setFound({ verification: sent.answer, at: new Date().toISOString() });
  };
  return {
    button: (
      <Button size="xs" variant="default" loading={command.isSending} onClick={() => void verify()}>
        Verify the chain
      </Button>
    ),
    result: (
      <>
        {command.error !== undefined && <Failure error={command.error} doing="verify the chain" />}
        {found && <Found {...found} />}
      </>
    ),
  };
}

function Found({ verification: it, at }: { verification: Verification; at: string }) {
  const number = new Intl.NumberFormat();
  return (
    <section className="note" role="status" aria-label="Verification">
      <Status of={it.holds ? 'SUCCESS' : 'FAILED'} word={it.holds ? 'The chain holds' : 'The chain is broken'} />{' '}
      {number.format(it.records)} records in {number.format(it.commits)} commits, {number.format(it.anchors)} anchors,{' '}
      {number.format(it.erased)} erased by retention; read <When at={at} />.
      {!it.holds && (
        <ul className="failures">
          {it.findings.map((finding) => (
            <li key={finding}>{finding}</li>
          ))}
          {it.more > 0 && <li>and {number.format(it.more)} more</li>}
        </ul>
      )}
    </section>
  );
}
