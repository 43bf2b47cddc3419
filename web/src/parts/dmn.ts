// Decision logic read from DMN to be shown: tables and expressions. Not here: editing (`design/`),
// and what it means, which only the server says.

export interface TableColumn {
  id: string;
  label: string;
  /** The expression of an input, the type of an output. */
  about: string;
}

export interface TableRule {
  id: string;
  inputs: string[];
  outputs: string[];
  note: string;
}

export interface Table {
  kind: 'table';
  hitPolicy: string;
  inputs: TableColumn[];
  outputs: TableColumn[];
  rules: TableRule[];
}

export interface Expression {
  kind: 'expression';
  text: string;
}

export type Logic = Table | Expression;

const tidy = (text: string | null | undefined) => (text ?? '').trim();

function children(of: Element, name: string): Element[] {
  return [...of.children].filter((it) => it.localName === name);
}

function textIn(of: Element | undefined, name = 'text'): string {
  return tidy(of && children(of, name)[0]?.textContent);
}

/** The logic of a decision; `undefined` for boxed expressions of other kinds, which are not drawn. */
export function logicOf(xml: string, decisionId: string): Logic | undefined {
  const document = new DOMParser().parseFromString(xml, 'application/xml');
  const decision = [...document.getElementsByTagNameNS('*', 'decision')].find(
    (it) => it.getAttribute('id') === decisionId,
  );
  if (!decision) return undefined;
  const [literal] = children(decision, 'literalExpression');
  if (literal) return { kind: 'expression', text: textIn(literal) };
  const [table] = children(decision, 'decisionTable');
  return table && tableOf(table);
}

function tableOf(table: Element): Table {
  const policy = table.getAttribute('hitPolicy') ?? 'UNIQUE';
  const aggregation = table.getAttribute('aggregation');
  return {
    kind: 'table',
    hitPolicy: aggregation ? `${policy} ${aggregation}` : policy,
    inputs: children(table, 'input').map((it) => {
      const about = textIn(children(it, 'inputExpression')[0]);
      return { id: it.getAttribute('id') ?? '', label: tidy(it.getAttribute('label')) || about, about };
    }),
    outputs: children(table, 'output').map((it) => ({
      id: it.getAttribute('id') ?? '',
      label: tidy(it.getAttribute('label')) || tidy(it.getAttribute('name')) || 'Result',
      about: tidy(it.getAttribute('typeRef')),
    })),
    rules: children(table, 'rule').map((it) => ({
      id: it.getAttribute('id') ?? '',
      inputs: children(it, 'inputEntry').map((entry) => textIn(entry)),
      outputs: children(it, 'outputEntry').map((entry) => textIn(entry)),
      note: textIn(it, 'description') || children(it, 'annotationEntry').map((entry) => textIn(entry)).join(' '),
    })),
  };
}
