// What a new model begins with.

import type { Kind } from './drafts';

/** An id that is one in XML too. */
export function newId(): string {
  return crypto.randomUUID().slice(0, 8).replace(/^\d/, 'a');
}

export const fileEnds: Record<Kind, string> = { bpmn: '.bpmn', dmn: '.dmn', form: '.form' };
export const kindNames: Record<Kind, string> = {
  bpmn: 'process',
  dmn: 'decision',
  form: 'form',
};

export function templateOf(kind: Kind, id: string): string {
  if (kind === 'bpmn') return bpmn(`process-${id}`);
  if (kind === 'dmn') return dmn(`decision-${id}`);
  return JSON.stringify(
    {
      type: 'default',
      id: `form-${id}`,
      schemaVersion: 18,
      executionPlatform: 'Camunda Cloud',
      executionPlatformVersion: '8.8.0',
      components: [
        { type: 'textfield', key: 'comment', label: 'Comment', id: 'Field_Comment' },
      ],
    },
    null,
    2,
  );
}

const bpmn = (id: string) => `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:modeler="http://camunda.org/schema/modeler/1.0" id="Definitions_1" targetNamespace="http://bpmn.io/schema/bpmn" modeler:executionPlatform="Camunda Cloud" modeler:executionPlatformVersion="8.8.0">
  <bpmn:process id="${id}" name="New process" isExecutable="true">
    <bpmn:startEvent id="Start" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="Diagram_1">
    <bpmndi:BPMNPlane id="Plane_1" bpmnElement="${id}">
      <bpmndi:BPMNShape id="Start_di" bpmnElement="Start">
        <dc:Bounds x="180" y="160" width="36" height="36" />
      </bpmndi:BPMNShape>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
`;

const dmn = (id: string) => `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/" xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/" id="Definitions_1" name="New decision" namespace="http://camunda.org/schema/1.0/dmn">
  <decision id="${id}" name="New decision">
    <decisionTable id="Table_1">
      <input id="Input_1" label="Amount">
        <inputExpression id="InputExpression_1" typeRef="number">
          <text>amount</text>
        </inputExpression>
      </input>
      <output id="Output_1" label="Approved" name="approved" typeRef="boolean" />
    </decisionTable>
  </decision>
  <dmndi:DMNDI>
    <dmndi:DMNDiagram>
      <dmndi:DMNShape dmnElementRef="${id}">
        <dc:Bounds height="80" width="180" x="160" y="100" />
      </dmndi:DMNShape>
    </dmndi:DMNDiagram>
  </dmndi:DMNDI>
</definitions>
`;
