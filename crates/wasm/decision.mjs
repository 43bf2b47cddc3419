// FEEL and DMN of Segue in the browser, in Node and elsewhere where WebAssembly runs.
//
// Not the rules; they are in the module that `cargo xtask wasm` builds.
//
//   import { load } from './decision.mjs'
//   const segue = await load(await (await fetch('decision.wasm')).arrayBuffer())
//   segue.ask({ expression: 'amount * 1.19', variables: { amount: 100 } })  // { value: 119, warnings: [] }
//
// Requests and answers: src/answer.rs. Numbers of more digits than JavaScript has keep them in
// `askText`, which takes and gives JSON text.

/** Makes a module ready: its bytes, or a `WebAssembly.Module`. */
export async function load(module) {
  const { instance } = module instanceof WebAssembly.Module
    ? { instance: await WebAssembly.instantiate(module, {}) }
    : await WebAssembly.instantiate(module, {})
  const { memory, segue_request, segue_answer, segue_answer_at } = instance.exports
  const askText = (text) => {
    const bytes = new TextEncoder().encode(text)
    const at = segue_request(bytes.length)
    // The memory may have grown: its buffer is asked for anew each time.
    new Uint8Array(memory.buffer, at, bytes.length).set(bytes)
    const length = segue_answer()
    return new TextDecoder().decode(new Uint8Array(memory.buffer, segue_answer_at(), length))
  }
  return { askText, ask: (request) => JSON.parse(askText(JSON.stringify(request))) }
}
