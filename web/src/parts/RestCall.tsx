// The command behind a button, for a terminal. Not here: sending it.

import { Button } from '@mantine/core';
import { asCurl, type Call } from '../api/curl';

export function RestCall({ call }: { call: Call }) {
  const text = asCurl(call, location.origin);
  return (
    <details className="rest-call">
      <summary>REST call</summary>
      <pre tabIndex={0}>{text}</pre>
      <Button size="compact-xs" variant="subtle" onClick={() => void navigator.clipboard.writeText(text)}>
        Copy
      </Button>
    </details>
  );
}
