// The outcome checks of a case and how each stands.

import '../style/closure.css';
import { Empty } from '../parts/Empty';
import { Status } from '../parts/Status';
import { When } from '../parts/When';
import { type CheckNow, checkInWords, spoken } from './checks';

const WORDS = {
  WAITING: 'Not yet',
  PLANNED: 'Begins later',
  RUNNING: 'Being looked at',
  PASSED: 'Passed',
  FAILED: 'Failed',
};
const STATES = { WAITING: 'DISABLED', PLANNED: 'PENDING', RUNNING: 'VERIFYING', PASSED: 'PASSED', FAILED: 'FAILED' };

export function CaseChecks(props: {
  checks: CheckNow[];
  state: string;
  reopenings: number;
  reopeningsMax: number | undefined;
}) {
  const { checks, reopenings, reopeningsMax } = props;
  if (checks.length === 0) return <Empty title="Its case type cannot be read" />;
  return (
    <>
      <ul className="checks">
        {checks.map(({ check, state, dueTime, reason, at }) => (
          <li key={check.id}>
            <Status of={STATES[state]} word={WORDS[state]} />
            <span>
              <span className="strong">{check.name}</span>
              <span className="quiet">
                {checkInWords(check)}
                {check.after === 'P0D' ? '' : `, from ${spoken(check.after)} after the work is done`}
              </span>
              {dueTime && (
                <span className="quiet">
                  {state === 'PLANNED' ? 'begins ' : 'until '}
                  <When at={dueTime} />
                </span>
              )}
              {at && (
                <span className="quiet">
                  <When at={at} />
                  {reason ? `: ${reason}` : ''}
                </span>
              )}
            </span>
          </li>
        ))}
      </ul>
      {reopeningsMax !== undefined && (
        <p className="quiet">
          {reopenings === 0 ? 'Never opened again' : `Opened again ${reopenings === 1 ? 'once' : `${reopenings} times`}`}; after{' '}
          {reopeningsMax} {reopeningsMax === 1 ? 'time' : 'times'} a failed check closes it as failed.
        </p>
      )}
    </>
  );
}
