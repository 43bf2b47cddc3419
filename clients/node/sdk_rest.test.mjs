// @camunda8/sdk over REST, used as its documentation shows.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Camunda8 } from '@camunda8/sdk'
import { models, ownKind, ownOrder, until } from './model.mjs'

const camunda = new Camunda8({
  ZEEBE_REST_ADDRESS: process.env.SEGUE_HTTP,
  CAMUNDA_LOG_LEVEL: 'none',
})
const rest = camunda.getCamundaRestClient()

before(async () => {
  const deployed = await rest.deployResourcesFromFiles(models)
  assert.deepEqual(deployed.processes.map((it) => it.processDefinitionId).sort(), [
    'delivery',
    'double',
    'payment',
  ])
})

after(() => rest.stopWorkers())

const worker = (type, jobHandler) =>
  rest.createJobWorker({
    type,
    worker: 'rest',
    timeout: 30_000,
    maxJobsToActivate: 5,
    pollIntervalMs: 100,
    jobHandler,
  })

const result = (processDefinitionId, variables) =>
  rest.createProcessInstanceWithResult({
    processDefinitionId,
    variables,
    requestTimeout: 15_000,
  })

test('a worker polls', async () => {
  const kind = ownKind()
  worker(kind, (job) => job.complete({ receipt: job.variables.amount * 2 }))
  assert.equal((await result('payment', { kind, amount: 21 })).variables.receipt, 42)
})

test('an incident is resolved', async () => {
  const kind = ownKind()
  let broken = true
  worker(kind, (job) =>
    broken ? job.fail({ errorMessage: 'no money', retries: 0 }) : job.complete({ receipt: 7 })
  )
  const started = await rest.createProcessInstance({
    processDefinitionId: 'payment',
    variables: { kind },
  })
  const { processInstanceKey } = started
  const found = await until(async () => {
    const incidents = await rest.searchIncidents({ filter: { processInstanceKey } })
    return incidents.items[0]
  })
  assert.equal(found.errorMessage, 'no money')
  broken = false
  await rest.updateJob({ jobKey: found.jobKey, retries: 1 })
  await rest.resolveIncident(found.incidentKey)
  await until(async () => {
    const instances = await rest.searchProcessInstances({ filter: { processInstanceKey } })
    return instances.items[0].state === 'COMPLETED'
  })
})

test('a message and a user task', async () => {
  const order = ownOrder()
  await rest.publishMessage({
    name: 'delivered',
    correlationKey: order,
    timeToLive: 60_000,
    messageId: order,
    variables: { boxes: 2 },
  })
  const { processInstanceKey } = await rest.createProcessInstance({
    processDefinitionId: 'delivery',
    variables: { orderId: order },
  })
  const tasks = await rest.searchUserTasks({ filter: { processInstanceKey } })
  const [{ userTaskKey }] = tasks.items
  await rest.completeUserTask({ userTaskKey, variables: { fine: true } })
  const variables = await rest.searchVariables({ filter: { processInstanceKey } })
  assert.ok(variables.items.some((it) => it.name === 'boxes'))
})

test('a result is awaited', async () => {
  assert.equal((await result('double', { n: 21 })).variables.twice, 42)
})
