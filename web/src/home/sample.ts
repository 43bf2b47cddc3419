// The process of the first hour: it breaks once, on purpose, and needs no worker.

export const SAMPLE_ID = 'first-hour';

const shape = (id: string, x: number, y: number, width: number, height: number, more = '') =>
  `<bpmndi:BPMNShape id="${id}_di" bpmnElement="${id}"${more}><dc:Bounds x="${x}" y="${y}" width="${width}" height="${height}" /></bpmndi:BPMNShape>`;
const edge = (id: string, points: [number, number][]) =>
  `<bpmndi:BPMNEdge id="${id}_di" bpmnElement="${id}">${points.map(([x, y]) => `<di:waypoint x="${x}" y="${y}" />`).join('')}</bpmndi:BPMNEdge>`;
const task = (id: string, name: string) =>
  `<bpmn:userTask id="${id}" name="${name}"><bpmn:extensionElements><zeebe:userTask /></bpmn:extensionElements></bpmn:userTask>`;

export const SAMPLE = `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="Definitions_1" targetNamespace="http://bpmn.io/schema/bpmn">
  <bpmn:process id="${SAMPLE_ID}" name="First hour" isExecutable="true">
    <bpmn:startEvent id="Start" name="Order received" />
    ${task('Task_Take', 'Take the order')}
    <bpmn:exclusiveGateway id="Gateway_Large" name="Large?" default="Flow_Small" />
    ${task('Task_Approve', 'Approve the order')}
    <bpmn:endEvent id="End" name="Order done" />
    <bpmn:sequenceFlow id="Flow_Start" sourceRef="Start" targetRef="Task_Take" />
    <bpmn:sequenceFlow id="Flow_Taken" sourceRef="Task_Take" targetRef="Gateway_Large" />
    <bpmn:sequenceFlow id="Flow_Large" name="yes" sourceRef="Gateway_Large" targetRef="Task_Approve">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">=amount &gt;= 100</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="Flow_Small" name="no" sourceRef="Gateway_Large" targetRef="End" />
    <bpmn:sequenceFlow id="Flow_Approved" sourceRef="Task_Approve" targetRef="End" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="Diagram_1">
    <bpmndi:BPMNPlane id="Plane_1" bpmnElement="${SAMPLE_ID}">
      ${shape('Start', 160, 122, 36, 36)}
      ${shape('Task_Take', 250, 100, 100, 80)}
      ${shape('Gateway_Large', 405, 115, 50, 50, ' isMarkerVisible="true"')}
      ${shape('Task_Approve', 510, 100, 100, 80)}
      ${shape('End', 670, 122, 36, 36)}
      ${edge('Flow_Start', [[196, 140], [250, 140]])}
      ${edge('Flow_Taken', [[350, 140], [405, 140]])}
      ${edge('Flow_Large', [[455, 140], [510, 140]])}
      ${edge('Flow_Small', [[430, 165], [430, 230], [688, 230], [688, 158]])}
      ${edge('Flow_Approved', [[610, 140], [670, 140]])}
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
`;
