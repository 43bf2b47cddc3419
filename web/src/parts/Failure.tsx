// What went wrong with a screen or an action, what to do next, and what to hand to support.

import { Button, Group } from '@mantine/core';
import { Problem } from '../api/problem';
import { inWords } from './Status';

interface Props {
  error: unknown;
  /** What was tried, as the end of "could not ...". */
  doing: string;
  retry?: () => void;
}

export function Failure({ error, doing, retry }: Props) {
  const problem = error instanceof Problem ? error : undefined;
  const message = error instanceof Error ? error.message : String(error);
  const copy = () =>
    navigator.clipboard.writeText(
      JSON.stringify(
        { doing, at: new Date().toISOString(), page: location.pathname, ...problem?.detail, message },
        null,
        2,
      ),
    );
  return (
    <div className="failure" role="alert">
      <strong>
        {problem?.status === 404 ? 'Not found' : `Could not ${doing}`}
        {problem && problem.status > 0 && problem.status !== 404
          ? ` (${problem.status} ${inWords(problem.title)})`
          : ''}
      </strong>
      <p>{message}</p>
      {problem?.status === 403 && (
        <p>Ask an administrator for the right that is named above.</p>
      )}
      <Group gap="xs">
        {retry && (
          <Button size="xs" variant="default" onClick={retry}>
            Try again
          </Button>
        )}
        <Button size="xs" variant="subtle" onClick={() => void copy()}>
          Copy details
        </Button>
      </Group>
    </div>
  );
}
