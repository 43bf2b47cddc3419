// A secret that is shown once: nobody, the server included, can show it again.

import { Button, CopyButton, Group, Modal } from '@mantine/core';

export function Secret(props: { title: string; secret: string; onClose: () => void }) {
  const { title, secret, onClose } = props;
  return (
    <Modal opened onClose={onClose} title={title} size="lg" closeOnClickOutside={false} closeOnEscape={false}>
      <div className="stack">
        <p>
          It is shown this once: only its hash is kept. Whoever has it acts as its owner, so keep it where
          secrets are kept.
        </p>
        <pre className="raw" tabIndex={0} data-secret>
          {secret}
        </pre>
        <Group justify="flex-end">
          <CopyButton value={secret}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy}>
                {copied ? 'Copied' : 'Copy'}
              </Button>
            )}
          </CopyButton>
          <Button onClick={onClose}>I have it</Button>
        </Group>
      </div>
    </Modal>
  );
}
