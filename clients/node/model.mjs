// What every client's test needs: where the models are, and a job type of its own.

import { randomUUID } from 'node:crypto'
import { join } from 'node:path'

export const model = (name) => join(process.env.SEGUE_MODELS, `${name}.bpmn`)
export const models = ['payment', 'delivery', 'double'].map(model)
export const ownKind = () => `charge-${randomUUID()}`
export const ownOrder = () => randomUUID()

// Asks again until there is an answer.
export async function until(ask, ms = 15_000) {
  const end = Date.now() + ms
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    if (Date.now() > end) throw new Error('it did not come')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
