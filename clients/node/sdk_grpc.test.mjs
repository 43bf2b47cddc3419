// @camunda8/sdk over gRPC, used as its documentation shows.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Camunda8 } from '@camunda8/sdk'
import { model, ownKind, ownOrder } from './model.mjs'

const camunda = new Camunda8({
  ZEEBE_GRPC_ADDRESS: `grpc://${process.env.SEGUE_GRPC}`,
  ZEEBE_REST_ADDRESS: process.env.SEGUE_HTTP,
  CAMUNDA_LOG_LEVEL: 'none',
})
const zeebe = camunda.getZeebeGrpcApiClient()
const open = []

before(async () => {
  for (const name of ['payment', 'delivery', 'double', 'alarm']) {
    const deployed = await zeebe.deployResource({ processFilename: model(name) })
    assert.equal(deployed.deployments[0].process.bpmnProcessId, name)
  }
})

after(async () => {
  await Promise.all(open.map((it) => it.close()))
  await zeebe.close()
})

const result = (variables) =>
  zeebe.createProcessInstanceWithResult({
    bpmnProcessId: 'payment',
    variables,
    requestTimeout: 15_000,
  })

test('the topology', async () => {
  const topology = await zeebe.topology()
  assert.equal(topology.clusterSize, 1)
})

test('a worker polls', async () => {
  const kind = ownKind()
  open.push(
    zeebe.createWorker({
      taskType: kind,
      taskHandler: (job) =>
        job.complete({ receipt: job.variables.amount * 2, currency: job.customHeaders.currency }),
    })
  )
  const ended = await result({ kind, amount: 21 })
  assert.deepEqual([ended.variables.receipt, ended.variables.currency], [42, 'EUR'])
})

test('jobs are streamed', async () => {
  const kind = ownKind()
  open.push(
    await zeebe.streamJobs({
      type: kind,
      worker: 'stream',
      timeout: 30_000,
      taskHandler: (job) => job.complete({ receipt: job.variables.n }),
    })
  )
  for (let n = 0; n < 5; n++) {
    assert.equal((await result({ kind, n })).variables.receipt, n)
  }
})

test('a failed job is tried again', async () => {
  const kind = ownKind()
  const tries = []
  open.push(
    zeebe.createWorker({
      taskType: kind,
      taskHandler: (job) => {
        tries.push(job.retries)
        return tries.length < 2
          ? job.fail({ errorMessage: 'no connection to the bank', retries: 1, retryBackOff: 10 })
          : job.complete({ receipt: 1 })
      },
    })
  )
  assert.equal((await result({ kind })).variables.receipt, 1)
  assert.deepEqual(tries, [2, 1])
})

test('a BPMN error is caught', async () => {
  const kind = ownKind()
  open.push(
    zeebe.createWorker({ taskType: kind, taskHandler: (job) => job.error('CARD_REFUSED', 'no') })
  )
  assert.equal((await result({ kind })).variables.receipt, undefined)
})

test('a result is awaited', async () => {
  const ended = await zeebe.createProcessInstanceWithResult({
    bpmnProcessId: 'double',
    variables: { n: 21 },
    fetchVariables: ['twice'],
  })
  assert.deepEqual(ended.variables, { twice: 42 })
})

test('a message waits and is taken once', async () => {
  const order = ownOrder()
  const message = {
    name: 'delivered',
    correlationKey: order,
    timeToLive: 60_000,
    messageId: order,
    variables: { boxes: 2 },
  }
  await zeebe.publishMessage(message)
  await assert.rejects(zeebe.publishMessage(message), /ALREADY_EXISTS/)
  const started = await zeebe.createProcessInstance({
    bpmnProcessId: 'delivery',
    variables: { orderId: order },
  })
  await zeebe.setVariables({
    elementInstanceKey: started.processInstanceKey,
    variables: { seen: true },
    local: false,
  })
  await zeebe.cancelProcessInstance(started.processInstanceKey)
})

test('a signal reaches who waits', async () => {
  let ended
  const waiting = zeebe
    .createProcessInstanceWithResult({ bpmnProcessId: 'alarm', variables: {} })
    .then((it) => (ended = it))
  // It goes to those who wait when it comes: again, until the instance does.
  while (!ended) {
    await zeebe.broadcastSignal({ signalName: 'smoke', variables: { floor: 3 } })
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  assert.deepEqual((await waiting).variables, { floor: 3 })
})

test('an instance is modified', async () => {
  const started = await zeebe.createProcessInstance({
    bpmnProcessId: 'delivery',
    variables: { orderId: ownOrder() },
  })
  const activate = (elementId) => ({
    elementId,
    ancestorElementInstanceKey: '-1',
    variableInstructions: [{ variables: { skipped: true }, scopeId: '' }],
  })
  const modification = {
    processInstanceKey: started.processInstanceKey,
    activateInstructions: [activate('inspect')],
    terminateInstructions: [],
  }
  await zeebe.modifyProcessInstance(modification)
  const wrong = { ...modification, activateInstructions: [activate('nowhere')] }
  await assert.rejects(zeebe.modifyProcessInstance(wrong), /INVALID_ARGUMENT/)
  await zeebe.cancelProcessInstance(started.processInstanceKey)
})

test('what is not there', async () => {
  const creation = { bpmnProcessId: 'nothing-of-this-name', variables: {} }
  await assert.rejects(zeebe.createProcessInstance(creation), /NOT_FOUND/)
})
