// Small processes for the journeys: a line of elements with a drawing.

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
  receive: { tag: 'receiveTask', attributes: (id) => ` messageRef="Message_${id}"`, inside: () => '' },
};

/** `line('order', 'Order', [['job', 'charge', 'Charge the card']])` */
export function line(id, name, steps) {
  const nodes = [['start', 'Start', ''], ...steps, ['end', 'End', '']];
  const ids = nodes.map(([kind, key]) => (kind === 'start' || kind === 'end' ? key : `Task_${key}`));
  const messages = steps.filter(([kind]) => kind === 'receive').map(([, key]) =>
    `<bpmn:message id="Message_${key}" name="${key}"><bpmn:extensionElements><zeebe:subscription correlationKey="=order" /></bpmn:extensionElements></bpmn:message>`);
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
${messages.join('\n')}
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
