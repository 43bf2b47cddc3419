// A key, short enough for a row and complete when copied.

import { CopyButton, UnstyledButton } from '@mantine/core';

export function Key({ of }: { of: string }) {
  return (
    <CopyButton value={of}>
      {({ copied, copy }) => (
        <UnstyledButton
          className="key"
          onClick={copy}
          title={of}
          aria-label={`…${of.slice(-6)}, copy the key ${of}`}
        >
          …{of.slice(-6)}
          {copied && ' copied'}
        </UnstyledButton>
      )}
    </CopyButton>
  );
}
