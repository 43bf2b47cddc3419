// The parts of bpmn.io we load; they come without types of their own.
declare module 'bpmn-js/lib/NavigatedViewer' {
  const NavigatedViewer: new (options: object) => unknown;
  export default NavigatedViewer;
}
declare module 'camunda-bpmn-js/lib/camunda-cloud/Modeler' {
  const Modeler: new (options: object) => unknown;
  export default Modeler;
}
declare module 'bpmn-js-token-simulation' {
  const TokenSimulationModule: object;
  export default TokenSimulationModule;
}
declare module 'dmn-js/lib/Modeler' {
  const Modeler: new (options: object) => unknown;
  export default Modeler;
}
