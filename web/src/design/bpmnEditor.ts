// The BPMN modeler with the properties of Zeebe and token simulation.

import Modeler from 'camunda-bpmn-js/lib/camunda-cloud/Modeler';
import TokenSimulationModule from 'bpmn-js-token-simulation';
import 'camunda-bpmn-js/dist/assets/camunda-cloud-modeler.css';
import 'bpmn-js-token-simulation/assets/css/bpmn-js-token-simulation.css';
import type { Editor, Frame } from './editor';

interface BpmnModeler {
  importXML: (xml: string) => Promise<unknown>;
  saveXML: (options: object) => Promise<{ xml: string }>;
  on: (name: string, callback: () => void) => void;
  get: (name: string) => never;
  destroy: () => void;
}
interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}
interface Services {
  canvas: {
    viewbox: (box?: object) => { inner: Box; outer: { width: number; height: number } };
    scrollToElement: (element: unknown) => void;
    addMarker: (element: string, name: string) => void;
    removeMarker: (element: string, name: string) => void;
  };
  elementRegistry: { get: (id: string) => unknown };
  selection: { select: (element: unknown) => void };
}

const PALETTE_PX = 130;
const EDGE_PX = 60;

/** The palette covers the left edge of the canvas; the model begins beside it. */
function fitBesidePalette(canvas: Services['canvas']): void {
  const { inner, outer } = canvas.viewbox();
  const room = { width: outer.width - PALETTE_PX - EDGE_PX, height: outer.height - 2 * EDGE_PX };
  const zoom = Math.min(room.width / inner.width, room.height / inner.height, 1);
  if (!Number.isFinite(zoom) || zoom <= 0) return;
  canvas.viewbox({
    x: inner.x - PALETTE_PX / zoom,
    y: inner.y - EDGE_PX / zoom,
    width: outer.width / zoom,
    height: outer.height / zoom,
  });
}

export async function open(frame: Frame, xml: string, onChange: () => void): Promise<Editor> {
  const modeler = new Modeler({
    container: frame.canvas,
    propertiesPanel: { parent: frame.panel },
    additionalModules: [TokenSimulationModule],
  }) as BpmnModeler;
  await modeler.importXML(xml);
  const service = <K extends keyof Services>(name: K) => modeler.get(name) as Services[K];
  fitBesidePalette(service('canvas'));
  modeler.on('commandStack.changed', onChange);

  let marked: [string, string][] = [];
  return {
    content: async () => (await modeler.saveXML({ format: true })).xml,
    select(elementId) {
      const element = service('elementRegistry').get(elementId);
      if (!element) return false;
      service('canvas').scrollToElement(element);
      service('selection').select(element);
      return true;
    },
    mark(problems) {
      const canvas = service('canvas');
      const has = (id: string) => service('elementRegistry').get(id) !== undefined;
      for (const [id, name] of marked) if (has(id)) canvas.removeMarker(id, name);
      marked = problems
        .filter(({ elementId }) => has(elementId))
        .map(({ elementId, isError }) => [elementId, isError ? 'has-error' : 'has-warning']);
      for (const [id, name] of marked) canvas.addMarker(id, name);
    },
    destroy: () => modeler.destroy(),
  };
}
