// Small models for the journeys: a line of elements with a drawing, a table of two rules.

const NAMESPACES = [
  'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"',
  'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"',
  'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"',
  'xmlns:di="http://www.omg.org/spec/DD/20100524/DI"',
  'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"',
].join(' ');

export const escaped = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const job = (type, retries = 1) =>
  `<bpmn:extensionElements><zeebe:taskDefinition type="${type}" retries="${retries}" /></bpmn:extensionElements>`;

/** Elements by a short word: what is between a start and an end. */
const ELEMENTS = {
  job: { tag: 'serviceTask', inside: (name) => job(name) },
  user: { tag: 'userTask', inside: () => '<bpmn:extensionElements><zeebe:userTask /></bpmn:extensionElements>' },
  decide: {
    tag: 'businessRuleTask',
    inside: (name) =>
      `<bpmn:extensionElements><zeebe:calledDecision decisionId="${name}" resultVariable="${name}" /></bpmn:extensionElements>`,
  },
  signal: { tag: 'intermediateCatchEvent', inside: (name) => `<bpmn:signalEventDefinition id="On_${name}" signalRef="Signal_${name}" />` },
  receive: { tag: 'receiveTask', attributes: (id) => ` messageRef="Message_${id}"`, inside: () => '' },
};

/** `line('order', 'Order', [['job', 'charge', 'Charge the card']])` */
export function line(id, name, steps) {
  const nodes = [['start', 'Start', ''], ...steps, ['end', 'End', '']];
  const ids = nodes.map(([kind, key]) => (kind === 'start' || kind === 'end' ? key : `Task_${key}`));
  const messages = steps.filter(([kind]) => kind === 'receive').map(([, key]) =>
    `<bpmn:message id="Message_${key}" name="${key}"><bpmn:extensionElements><zeebe:subscription correlationKey="=order" /></bpmn:extensionElements></bpmn:message>`);
  const signals = steps.filter(([kind]) => kind === 'signal').map(([, key]) =>
    `<bpmn:signal id="Signal_${key}" name="${key}" />`);
  const body = nodes.map(([kind, key, label], at) => {
    if (kind === 'start') return '<bpmn:startEvent id="Start" />';
    if (kind === 'end') return '<bpmn:endEvent id="End" />';
    const { tag, attributes, inside } = ELEMENTS[kind];
    return `<bpmn:${tag} id="${ids[at]}" name="${escaped(label)}"${attributes?.(key) ?? ''}>${inside(key)}</bpmn:${tag}>`;
  });
  const flows = ids.slice(1).map((target, at) =>
    `<bpmn:sequenceFlow id="Flow_${at}" sourceRef="${ids[at]}" targetRef="${target}" />`);
  const shapes = ids.map((of, at) => {
    const isTask = of.startsWith('Task_');
    const [x, y, width, height] = isTask ? [120 + at * 160, 80, 100, 80] : [150 + at * 160, 102, 36, 36];
    return `<bpmndi:BPMNShape id="${of}_di" bpmnElement="${of}"><dc:Bounds x="${x}" y="${y}" width="${width}" height="${height}" /></bpmndi:BPMNShape>`;
  });
  const edges = ids.slice(1).map((_, at) =>
    `<bpmndi:BPMNEdge id="Flow_${at}_di" bpmnElement="Flow_${at}"><di:waypoint x="${200 + at * 160}" y="120" /><di:waypoint x="${280 + at * 160}" y="120" /></bpmndi:BPMNEdge>`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions ${NAMESPACES} id="Definitions_1" targetNamespace="http://segue.invalid/test">
${[...messages, ...signals].join('\n')}
<bpmn:process id="${id}" name="${escaped(name)}" isExecutable="true">
${body.join('\n')}
${flows.join('\n')}
</bpmn:process>
<bpmndi:BPMNDiagram id="Diagram_1"><bpmndi:BPMNPlane id="Plane_1" bpmnElement="${id}">
${shapes.join('\n')}
${edges.join('\n')}
</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>`;
}

/** A decision of two rules on `amount`: 10 % from 100 on, else nothing. */
export function table(id, name, note = '') {
  const rule = (key, test, output) =>
    `<rule id="${key}"><description>${escaped(note)}</description><inputEntry id="${key}_in"><text>${escaped(test)}</text></inputEntry><outputEntry id="${key}_out"><text>${output}</text></outputEntry></rule>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="${id}_file" name="${escaped(name)}" namespace="http://camunda.org/schema/1.0/dmn">
<decision id="${id}" name="${escaped(name)}">
<decisionTable id="${id}_table" hitPolicy="FIRST">
<input id="${id}_amount" label="Amount"><inputExpression id="${id}_asked" typeRef="number"><text>amount</text></inputExpression></input>
<output id="${id}_output" name="discount" typeRef="number" />
${rule(`${id}_large`, '>= 100', '0.1')}
${rule(`${id}_small`, '', '0')}
</decisionTable>
</decision>
</definitions>`;
}
