// The first hour: what to try, in order, with what is there. Closed by whoever knows it.

import { Link } from '@tanstack/react-router';
import { useState } from 'react';

const KEY = 'segue.first-hour';

export function FirstHour({ hasProcess }: { hasProcess: boolean }) {
  const [isClosed, setClosed] = useState(() => localStorage.getItem(KEY) === 'closed');
  if (isClosed) return null;
  const close = () => {
    localStorage.setItem(KEY, 'closed');
    setClosed(true);
  };
  return (
    <section className="card first-hour">
      <h2>Your first hour</h2>
      <ol>
        <li>
          {hasProcess ? (
            <>
              Look at a <Link to="/operate/processes">process</Link>: its diagram shows what waits where.
            </>
          ) : (
            <>
              Draw a process in <Link to="/design">Design</Link>, check it and deploy it.
            </>
          )}
        </li>
        <li>
          Open an <Link to="/operate/instances">instance</Link>: its tokens, its timeline, its variables.
        </li>
        <li>
          Complete a task in <Link to="/work">Work</Link> and see the instance go on.
        </li>
        <li>
          Break a step and repair it: fail a job without retries, then use{' '}
          <Link to="/operate/incidents">Incidents</Link>.
        </li>
        <li>
          See who did what in <Link to="/govern/audit">Audit</Link>. Press <kbd>?</kbd> for the keys.
        </li>
      </ol>
      <button type="button" className="link" onClick={close}>
        I know this
      </button>
    </section>
  );
}
