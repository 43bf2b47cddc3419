// @camunda8/orchestration-cluster-api, used as its documentation shows. Every answer must be of the
// shape that it knows: strict validation.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import createCamundaClient from '@camunda8/orchestration-cluster-api'
import { models, ownKind, ownOrder } from './model.mjs'

const camunda = createCamundaClient({
  config: {
    CAMUNDA_REST_ADDRESS: process.env.SEGUE_HTTP,
    CAMUNDA_AUTH_STRATEGY: 'NONE',
    CAMUNDA_SDK_VALIDATION: 'req:strict,res:strict',
    CAMUNDA_SDK_LOG_LEVEL: 'silent',
  },
})
const open = []
const soon = { consistency: { waitUpToMs: 15_000, pollIntervalMs: 50 } }

before(async () => {
  const deployed = await camunda.deployResourcesFromFiles(models)
  assert.equal(deployed.processes.length, 3)
})

after(() => open.forEach((it) => it.stop()))

const worker = (jobType, jobHandler) =>
  open.push(
    camunda.createJobWorker({
      jobType,
      maxParallelJobs: 10,
      jobTimeoutMs: 30_000,
      pollIntervalMs: 50,
      workerName: 'orchestration',
      jobHandler,
    })
  )

const result = (processDefinitionId, variables) =>
  camunda.createProcessInstance({
    processDefinitionId,
    variables,
    awaitCompletion: true,
    requestTimeout: 15_000,
  })

test('the topology', async () => {
  assert.equal((await camunda.getTopology()).brokers.length, 1)
})

test('a worker polls', async () => {
  const kind = ownKind()
  worker(kind, (job) => job.complete({ receipt: job.variables.amount * 2 }))
  assert.equal((await result('payment', { kind, amount: 21 })).variables.receipt, 42)
})

test('a BPMN error is caught', async () => {
  const kind = ownKind()
  worker(kind, (job) => job.error({ errorCode: 'CARD_REFUSED', errorMessage: 'no' }))
  assert.equal((await result('payment', { kind })).variables.receipt, undefined)
})

test('an incident is resolved', async () => {
  const kind = ownKind()
  let broken = true
  worker(kind, (job) =>
    broken
      ? job.fail({ errorMessage: 'no money', retries: 0 })
      : job.complete({ receipt: 7 })
  )
  const { processInstanceKey } = await camunda.createProcessInstance({
    processDefinitionId: 'payment',
    variables: { kind },
  })
  const incidents = await camunda.searchIncidents({ filter: { processInstanceKey } }, soon)
  const [{ incidentKey, jobKey, errorMessage }] = incidents.items
  assert.equal(errorMessage, 'no money')
  broken = false
  await camunda.updateJob({ jobKey, changeset: { retries: 1 } })
  await camunda.resolveIncident({ incidentKey })
  const completed = { filter: { processInstanceKey, state: 'COMPLETED' } }
  const found = await camunda.searchProcessInstances(completed, soon)
  assert.equal(found.items.length, 1)
})

test('a message and a user task', async () => {
  const orderId = ownOrder()
  await camunda.publishMessage({
    name: 'delivered',
    correlationKey: orderId,
    timeToLive: 60_000,
    variables: { boxes: 2 },
  })
  const { processInstanceKey } = await camunda.createProcessInstance({
    processDefinitionId: 'delivery',
    variables: { orderId },
  })
  const tasks = await camunda.searchUserTasks({ filter: { processInstanceKey } }, soon)
  await camunda.completeUserTask({ userTaskKey: tasks.items[0].userTaskKey })
  const variables = await camunda.searchVariables({ filter: { processInstanceKey } }, soon)
  assert.ok(variables.items.some((it) => it.name === 'boxes'))
})

test('a result is awaited', async () => {
  assert.equal((await result('double', { n: 21 })).variables.twice, 42)
})
