// Makes the pictures of docs/screens anew: node tests/screens.js BINARY [BROWSER]
// The sample is brought to a state that has something of everything, then every screen is shown.

import { chromium } from 'playwright-core';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { table } from './models.js';
import { settled } from './routes.js';
import { Server } from './server.js';

const [binary, browserName = 'chromium', only] = process.argv.slice(2);
const root = new URL('../../', import.meta.url).pathname;
const folder = `${root}docs/screens/`;
const QUALITY = 0.72;

const executablePath = browserName.includes('/')
  ? browserName
  : execFileSync('which', [browserName], { encoding: 'utf8' }).trim();

/** The sample, with a credit agency that may take its time: nothing moves while it is shown. */
const sample = (name) => readFileSync(`${root}samples/order-to-cash/${name}`, 'utf8').replaceAll('PT30S', 'PT8H');

/** Orders at every step of the sample; terms are long, so that no timer moves what is shown. */
async function live(server) {
  const form = new FormData();
  for (const name of ['order-to-cash.bpmn', 'handle-dispute.bpmn', 'dunning.dmn']) {
    const content = sample(name);
    form.append('resources', new File([content], name, { type: 'application/xml' }));
  }
  const { deployments } = await server.post('/v2/deployments', form);
  const keyOf = (id) => deployments.map((it) => it.processDefinition).find((it) => it?.processDefinitionId === id)?.processDefinitionKey;
  const publish = (name, correlationKey, variables = {}) =>
    server.post('/v2/messages/publication', { name, correlationKey, timeToLive: 3_600_000, variables });
  const jobs = async (type, maxJobsToActivate) =>
    (await server.post('/v2/jobs/activation', { type, worker: `${type}-worker`, timeout: 600_000, maxJobsToActivate, requestTimeout: 2_000 })).jobs;
  const ORDERS = 24;
  for (let at = 1; at <= ORDERS; at += 1) {
    const isLate = at > ORDERS - 2;
    await publish('order-received', '', {
      orderId: `A-${1000 + at}`,
      customerId: `C-${10 + (at % 7)}`,
      amount: 40 + ((at * 137) % 900),
      lines: [{ sku: 'desk', quantity: 1 }, { sku: 'lamp', quantity: 2 }],
      paymentTerm: isLate ? 'PT0.1S' : 'PT8H',
      reminderInterval: 'PT8H',
    });
  }
  // The late ones first, so that they reach dunning.
  const checks = (await jobs('credit-check', ORDERS)).reverse();
  for (const [at, job] of checks.entries()) {
    if (at >= 16 && at < 21) await server.post(`/v2/jobs/${job.jobKey}/failure`, { retries: 0, errorMessage: `Agency answered 503 after ${2000 + at * 7} ms for ${job.variables.customerId ?? 'C-1'}` });
    else if (at >= 21) await server.post(`/v2/jobs/${job.jobKey}/error`, { errorCode: 'CREDIT_UNAVAILABLE' });
    else await server.post(`/v2/jobs/${job.jobKey}/completion`, { variables: { approved: at !== 15, score: 640 + at } });
  }
  const all = await jobs('reserve-stock', 60);
  for (const [at, job] of all.entries()) {
    if (at < all.length - 3) await server.post(`/v2/jobs/${job.jobKey}/completion`, { variables: { reservation: `R-${at}` } });
  }
  for (const job of await jobs('send-invoice', 11)) await server.post(`/v2/jobs/${job.jobKey}/completion`);
  for (const job of await jobs('send-reminder', 2)) await server.post(`/v2/jobs/${job.jobKey}/completion`);
  for (const order of ['A-1020', 'A-1019', 'A-1018']) await publish('payment-received', order);
  await publish('invoice-disputed', 'A-1021', { concerns: ['quantity'], disputedAmount: 40 });
  await publish('payment-received', 'B-77');
  const found = async (what, filter) => (await server.post(`/v2/${what}/search`, { filter })).items[0];
  await server.deployDecision(table('discount', 'Discount'));
  await server.post('/v2/decision-definitions/evaluation', { decisionDefinitionId: 'discount', variables: { amount: 240 } });
  // A newer version to migrate to: the same model with another name.
  const model = sample('order-to-cash.bpmn');
  const next = await server.deploy(model.replaceAll('Check credit', 'Ask the agency'), 'order-to-cash.bpmn');
  const incident = await found('incidents', { state: 'ACTIVE', elementId: 'Task_CheckCredit' });
  const late = await found('decision-instances', { decisionDefinitionId: { $neq: 'discount' } });
  const task = await found('user-tasks', { state: 'CREATED', elementId: 'Task_ReviewCredit' });
  await server.post(`/v2/user-tasks/${task.userTaskKey}/assignment`, { assignee: 'local' });
  const closing = await closure(server);
  await people(server);
  return { ...closing, definition: keyOf('order-to-cash'), next, stuck: incident.processInstanceKey, evaluated: late, task: task.userTaskKey };
}

/** Some people, what they are, and what they may. */
async function people(server) {
  const users = [['ana', 'Ana Jansen'], ['mia', 'Mia Costa'], ['raj', 'Raj Patel'], ['tom', 'Tom Berg']];
  for (const [username, name] of users) {
    await server.post('/v2/users', { username, name, email: `${username}@example.com`, password: 'correct horse' });
  }
  await server.post('/v2/groups', { groupId: 'rotterdam', name: 'Rotterdam', description: 'Everybody at the site' });
  await server.post('/v2/roles', { roleId: 'case-drivers', name: 'Case drivers', description: 'Take care of shipments that go wrong' });
  for (const username of ['ana', 'tom']) {
    await server.ask('PUT', `/v2/roles/case-drivers/users/${username}`);
    await server.ask('PUT', `/v2/groups/rotterdam/users/${username}`);
  }
  const grant = (resourceType, resourceId, ...permissionTypes) =>
    server.post('/v2/authorizations', { ownerType: 'ROLE', ownerId: 'case-drivers', resourceType, resourceId, permissionTypes });
  await grant('CASE', '*', 'READ', 'CREATE', 'UPDATE');
  await grant('ALERT', '*', 'READ', 'UPDATE');
  await grant('PROCESS_DEFINITION', 'rescue-shipment', 'READ_USER_TASK', 'UPDATE_USER_TASK', 'READ_PROCESS_INSTANCE');
}

/** Shipments that got warm: one case late, one verified, one opened again, some fresh. */
async function closure(server) {
  const file = (name) => readFileSync(`${root}samples/cold-chain/${name}`, 'utf8');
  const rule = file('too-warm.rule.yaml').replace(/ +for: PT10M\n/, '');
  const type = file('cold-chain.case.yaml');
  const hurried = type.replace('id: cold-chain', 'id: vaccine').replace('name: Cold chain broken', 'name: Vaccine got warm').replace('priority: P2', 'priority: P1').replace('goal: PT2H', 'goal: PT1S');
  const deployed = await server.deployFiles({
    'cold-chain.case.yaml': type,
    'vaccine.case.yaml': hurried,
    'rescue-shipment.bpmn': file('rescue-shipment.bpmn'),
    'too-warm.rule.yaml': rule,
    'vaccine.rule.yaml': rule.replace('id: too-warm', 'id: vaccine-warm').replace('name: Shipment too warm', 'name: Vaccine too warm').replace('com.example.temperature', 'com.example.vaccine').replace('severity: high', 'severity: critical').replace('cold-chain/', 'vaccine/').replace('case: cold-chain', 'case: vaccine'),
    'no-reading.rule.yaml': file('no-reading.rule.yaml'),
  });
  const warm = (shipment, type = 'temperature') => server.signal(`com.example.${type}`, { shipment, celsius: 9 + (shipment.length % 3) });
  for (const shipment of ['SH-7781', 'SH-7790', 'SH-7802', 'SH-7811']) await warm(shipment);
  await warm('VX-12', 'vaccine');
  for (const celsius of [8.5, 9.1, 9.4]) await server.signal('com.example.temperature', { shipment: 'SH-7790', celsius });
  await server.signal('com.example.humidity', { shipment: 'SH-7790', percent: 81 });
  await server.signal('com.example.temperature', { shipment: 'SH-7802', celsius: 5 });
  const { items } = await server.post('/api/v1/cases/search', { page: { limit: 50 } });
  const of = (subject) => items.find((it) => it.subject === subject);
  const ask = (it, what, body) => server.post(`/api/v1/cases/${it.caseKey}/${what}`, body);
  await ask(of('SH-7781'), 'assignment', { driver: 'ana' });
  await ask(of('VX-12'), 'assignment', { driver: 'tom' });
  await ask(of('SH-7790'), 'evidence', { text: 'The driver called: the door was open at the ramp.' });
  await ask(of('SH-7802'), 'resolution', { comment: 'Moved to another truck' });
  await server.signal('com.example.delivered', { shipment: 'SH-7802', sound: true });
  const alerts = (await server.post('/api/v1/alerts/search', {})).items;
  await server.ask('POST', `/api/v1/alerts/${alerts.find((it) => it.subject === 'SH-7781').alertKey}/acknowledgement`);
  const resource = (id) => deployed.find((it) => it.resource?.resourceId === id).resource.resourceKey;
  return {
    case: of('SH-7802').caseKey, late: of('VX-12').caseKey, alert: of('SH-7790').alertKey, rule: resource('too-warm'), type: resource('cold-chain'),
  };
}

/** Name, what it shows, where; and what to do there first. */
const screens = (it) => [
  ['home', 'Home: what needs somebody, what is off course, what moves', '/'],
  ['work', 'Work: a task, who has it, what is known', `/work/${it.task}`],
  ['alerts', 'Signals: what rules found, counted and not repeated', '/signals/alerts'],
  ['alert', 'An alert: why, what came, which case takes care', `/signals/alerts/${it.alert}`],
  ['received', 'What sources sent, and what became of it', '/signals/received'],
  [
    'send', 'A signal sent by hand', '/signals/received',
    async (page) => {
      await page.getByRole('button', { name: 'Send a signal…' }).click();
      await page.getByRole('dialog').getByLabel('Type').fill('com.example.temperature');
      await page.getByRole('dialog').getByLabel('Data').fill('{ "shipment": "SH-7811", "celsius": 9.5 }');
    },
  ],
  [
    'rule', 'A detection rule, checked while it is typed', `/signals/rules/${it.rule}`,
    async (page) => {
      const text = page.locator('.source textarea');
      await text.fill((await text.inputValue()).replace('severity: high', 'severity: awful'));
      await page.locator('.problems li').first().waitFor();
    },
  ],
  ['cases', 'Cases: the most urgent first, with their clocks', '/cases/all?state=any'],
  ['case', 'A case: what is next, how we will know, what happened', `/cases/all/${it.case}`],
  ['case-type', 'A case type: by when, and how it is known to be solved', `/cases/types/${it.type}`],
  ['processes', 'Operate: processes with what runs and what is stuck', '/operate/processes'],
  ['process', 'A process: what runs where', `/operate/processes/${it.definition}`],
  ['heat', 'A process: how long visits take', `/operate/processes/${it.definition}?show=time&period=all`],
  ['instances', 'Instances, filtered; the URL holds it all', '/operate/instances?state=ACTIVE'],
  ['instance', 'An instance with an incident', `/operate/instances/${it.stuck}`],
  ['bars', 'An instance over time', `/operate/instances/${it.evaluated.processInstanceKey}?density=bars`],
  ['variables', 'What an instance knows', `/operate/instances/${it.evaluated.processInstanceKey}?tab=variables`],
  [
    'modify', 'Modification: planned in the diagram, weighed by the server, applied at once or not at all',
    `/operate/instances/${it.stuck}?mode=modify&element=Task_CheckCredit`,
    async (page) => {
      await page.getByRole('button', { name: 'Move…' }).click();
      await page.locator('.diagram [data-element-id=Task_ReviewCredit]').first().click();
      await page.locator('.consequences li').first().waitFor();
    },
  ],
  ['migrate', 'Migration: elements mapped, checked by the server', `/operate/instances/${it.stuck}?mode=migrate&target=${it.next}`],
  ['incidents', 'Incidents by cause, repaired together', '/operate/incidents'],
  [
    'repair', 'Repairing all of a cause', '/operate/incidents',
    (page) => page.getByRole('button', { name: /Repair all/ }).first().click(),
  ],
  ['decisions', 'Decisions and everything they were asked', '/operate/decisions'],
  ['evaluation', 'An evaluation: the rule that matched, and what if', `/operate/evaluations/${it.evaluated.decisionEvaluationKey}`],
  ['messages', 'Messages that wait, and signals', '/operate/messages'],
  ['workers', 'Who works on which jobs', '/operate/workers'],
  ['design', 'Design: drafts and what is deployed', '/design'],
  ['designer', 'The BPMN editor with the server’s checker', `/design/of-${it.definition}`],
  [
    'audit', 'Govern: who did what, and whether the record of it holds', '/govern/audit',
    async (page) => {
      await page.getByRole('button', { name: 'Verify the chain' }).click();
      await page.getByText('The chain holds').waitFor();
    },
  ],
  ['users', 'Users, with what they belong to', '/govern/access/users'],
  ['role', 'A role: who has it, what it may do', '/govern/access/roles/case-drivers'],
  ['retention', 'How long history is kept', '/govern/retention'],
  ['health', 'Whether the server is fine', '/govern/health'],
  ['palette', 'The palette: places, processes, keys, order numbers', '/', (page) => page.keyboard.press('Control+K')],
  ['dark', 'In the dark', `/operate/instances/${it.stuck}`, (page) => page.emulateMedia({ colorScheme: 'dark' })],
];

/** A picture as WebP: a third of the bytes of PNG. */
async function keep(browser, name, png) {
  const page = await browser.newPage();
  const data = await page.evaluate(
    async ([source, quality]) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
      canvas.getContext('2d').drawImage(image, 0, 0);
      return canvas.toDataURL('image/webp', quality);
    },
    [`data:image/png;base64,${png.toString('base64')}`, QUALITY],
  );
  await page.close();
  writeFileSync(`${folder}${name}.webp`, Buffer.from(data.split(',')[1], 'base64'));
}

const server = await Server.start(binary);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 820 }, reducedMotion: 'reduce', colorScheme: 'light' });
  const shown = screens(await live(server));
  mkdirSync(folder, { recursive: true });
  const lines = ['# Screens', '', 'Made by `node tests/screens.js BINARY` in `web/` from the sample; what they are for: [the workspace](../workspace.md).'];
  for (const [name, caption, path, prepare] of shown) {
    lines.push('', `## ${caption}`, '', `![${caption}](${name}.webp)`);
    if (only && only !== name) continue;
    const page = await context.newPage();
    await page.goto(server.url + path);
    await settled(page);
    await prepare?.(page);
    await page.waitForTimeout(700);
    const picture = await page.screenshot();
    if (process.env.PNG) writeFileSync(`${process.env.PNG}/${name}.png`, picture);
    await keep(browser, name, picture);
    await page.close();
    console.log(name);
  }
  writeFileSync(`${folder}README.md`, `${lines.join('\n')}\n`);
} finally {
  await browser.close();
  await server.remove();
}
