// What the server's checker found in a model; a row leads to its element.

import type { Checked } from '../api/types';
import { Failure } from '../parts/Failure';
import { Status } from '../parts/Status';
import { isError } from './useEditor';

export function ProblemList(props: {
  checked: Checked | undefined;
  failure: unknown;
  onSelect: (elementId: string) => boolean;
}) {
  const { checked, failure, onSelect } = props;
  const problems = checked?.resources.flatMap((it) => it.problems) ?? [];
  const errors = problems.filter((it) => isError(it.severity)).length;
  return (
    <section className="problems" aria-label="Problems">
      <h2>
        Problems{' '}
        {checked && (
          <Status
            of={errors > 0 ? 'ERROR' : problems.length > 0 ? 'WARNING' : 'SUCCESS'}
            word={summary(errors, problems.length - errors)}
          />
        )}
      </h2>
      {failure !== undefined && <Failure error={failure} doing="check the model" />}
      <ul aria-live="polite">
        {problems.map((it, index) => (
          <li key={`${it.rule}${it.line}.${it.column}.${index}`}>
            <button
              type="button"
              onClick={() => it.elementId && onSelect(it.elementId)}
              disabled={!it.elementId}
            >
              <Status of={isError(it.severity) ? 'ERROR' : 'WARNING'} />
              <span>
                {it.message}
                {it.hint && <span className="quiet"> {it.hint}</span>}
              </span>
              <span className="quiet">
                {it.elementId} {it.line}:{it.column}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function summary(errors: number, warnings: number): string {
  if (errors === 0 && warnings === 0) return 'Everything in it runs';
  const parts = [
    errors > 0 && `${errors} ${errors === 1 ? 'error' : 'errors'}`,
    warnings > 0 && `${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`,
  ];
  return parts.filter(Boolean).join(', ');
}
