// A decision table to read: which inputs it was given, which rules matched. Not here: editing.

import type { DecisionInstance } from '../../api/types';
import type { Logic } from '../../parts/dmn';
import { inWords, Status } from '../../parts/Status';

type Found = Pick<DecisionInstance, 'evaluatedInputs' | 'matchedRules'>;

export function DecisionTable({ logic, label, found }: { logic: Logic; label: string; found?: Found }) {
  if (logic.kind === 'expression') {
    return (
      <pre className="raw" tabIndex={0} aria-label={label}>
        {logic.text}
      </pre>
    );
  }
  const matched = found?.matchedRules;
  const isMatch = (id: string, at: number) =>
    matched?.some((it) => (it.ruleId ? it.ruleId === id : it.ruleIndex === at + 1)) ?? false;
  const given = new Map(found?.evaluatedInputs?.map((it) => [it.inputId, it.inputValue]));
  const hasNotes = logic.rules.some((it) => it.note !== '');
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={label}>
      <table className="data rules" aria-label={label}>
        <thead>
          <tr>
            <th title={`Hit policy: ${inWords(logic.hitPolicy)}`}>{inWords(logic.hitPolicy)}</th>
            {logic.inputs.map((it) => (
              <th key={it.id}>
                {it.label}
                {it.about !== it.label && <code className="quiet"> {it.about}</code>}
              </th>
            ))}
            {logic.outputs.map((it) => (
              <th key={it.id} className="is-output">
                {it.label}
              </th>
            ))}
            {hasNotes && <th>Note</th>}
          </tr>
        </thead>
        <tbody>
          {given.size > 0 && (
            <tr className="given">
              <td>Asked with</td>
              {logic.inputs.map((it) => (
                <td key={it.id}>
                  <code>{given.get(it.id) ?? '–'}</code>
                </td>
              ))}
              <td colSpan={logic.outputs.length + (hasNotes ? 1 : 0)} />
            </tr>
          )}
          {logic.rules.map((rule, at) => {
            const hit = isMatch(rule.id, at);
            return (
              <tr key={rule.id || at} className={hit ? 'is-match' : undefined}>
                <td>
                  {at + 1} {hit && <Status of="SUCCESS" word="Matched" />}
                </td>
                {rule.inputs.map((text, column) => (
                  <td key={column}>{text && text !== '-' ? <code>{text}</code> : <span className="quiet">any</span>}</td>
                ))}
                {rule.outputs.map((text, column) => (
                  <td key={column} className="is-output">
                    <code>{text}</code>
                  </td>
                ))}
                {hasNotes && <td className="quiet">{rule.note}</td>}
              </tr>
            );
          })}
        </tbody>
      </table>
      {matched && matched.length === 0 && <p className="note">No rule matched.</p>}
    </div>
  );
}
