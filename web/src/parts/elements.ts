// Names and types of a model's elements, read from its XML. Not here: drawing it.

export interface ModelElement {
  id: string;
  name: string;
  /** As in BPMN, for example `serviceTask`. */
  type: string;
  /** The sub-process around it, if any. */
  parent: string | undefined;
}

const BPMN = 'http://www.omg.org/spec/BPMN/20100524/MODEL';
const NODES = /(Event|Task|Gateway|^task|^subProcess|^callActivity|^transaction|^adHocSubProcess)$/;

/** Every element with behaviour, in the order of the file. */
export function elementsOf(xml: string): Map<string, ModelElement> {
  const document = new DOMParser().parseFromString(xml, 'application/xml');
  const found = new Map<string, ModelElement>();
  for (const node of document.getElementsByTagNameNS(BPMN, '*')) {
    const id = node.getAttribute('id');
    if (!id || !NODES.test(node.localName)) continue;
    const parent = node.parentElement;
    const isInside = parent && NODES.test(parent.localName);
    found.set(id, {
      id,
      name: node.getAttribute('name')?.replaceAll(/\s+/g, ' ') || id,
      type: node.localName,
      parent: isInside ? (parent.getAttribute('id') ?? undefined) : undefined,
    });
  }
  return found;
}

/** `serviceTask` as "service task". */
export function typeInWords(type: string): string {
  return type.replaceAll(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`).trim();
}
