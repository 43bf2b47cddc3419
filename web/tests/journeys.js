// What people do, from the first click to what the server then says. No mocks.

import assert from 'node:assert/strict';
import { givesOutSecretsOnce, signsInAndIsLimited } from './access.js';
import { accessibility } from './accessibility.js';
import { budgets } from './budgets.js';
import {
  broadcastsASignal,
  handsTasksAround,
  migratesWithAMapping,
  modifiesAndKeepsThePlan,
  modifiesByNameAndHearsRefusals,
  showsTheRuleThatMatched,
  suspendsAndResumes,
} from './changes.js';
import { checksTheOutcome, reopensAndWaives, writesARule } from './closure.js';
import { hostileTexts } from './hostile.js';
import { line } from './models.js';
import { apiTypes } from './types.js';

const FIRM = line('order', 'Order', [['job', 'charge', 'Charge the card']]);
const REVIEW = line('review', 'Review', [['user', 'decide', 'Decide']]);
const WAITING = line('shipment', 'Shipment', [['receive', 'shipped', 'Await shipping']]);

async function drawn(page) {
  await page.locator('[data-drawn=yes]').waitFor();
}

async function drawCheckDeployRun({ page, go, server }) {
  await go('/design');
  await page.getByRole('button', { name: 'New…' }).click();
  await page.getByRole('menuitem', { name: 'Process (BPMN)' }).click();
  await drawn(page);
  await page.locator('[data-element-id=Start]').first().click();
  await page.locator('.djs-context-pad [data-action="append.append-task"]').click();
  // The checker hears of every change: a sub-process without a start cannot run.
  const task = page.locator('.djs-shape[data-element-id^=Activity]').first();
  await task.waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.designer-canvas svg').first().click({ position: { x: 500, y: 400 } });
  await task.click();
  await page.locator('.djs-context-pad [data-action="append.end-event"]').click();
  await page.getByText('Everything in it runs').waitFor();
  await page.getByRole('button', { name: 'Deploy…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Deploy', exact: true }).click();
  await page.waitForURL(/operate\/processes\/\d+/);
  await page.getByRole('button', { name: 'Start instance' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Variables').fill('{ "amount": 120 }');
  await dialog.getByLabel('Business id').fill('A-1');
  await dialog.getByRole('button', { name: 'Start instance' }).click();
  await page.waitForURL(/operate\/instances\/\d+/);
  await page.locator('.page-head').getByText('Completed').waitFor();
  assert.equal(await server.count('process-instances', { businessId: 'A-1', state: 'COMPLETED' }), 1);
}

async function problemsLeadToTheirElement({ page, go, server }) {
  const broken = FIRM.replace('type="charge"', 'type=""');
  const key = await server.deploy(FIRM);
  await go(`/design/of-${key}`);
  await drawn(page);
  await page.evaluate((xml) => {
    localStorage.setItem(
      'segue.model.broken',
      JSON.stringify({ id: 'broken', kind: 'bpmn', name: 'Broken', content: xml, changedAt: '' }),
    );
  }, broken);
  await go('/design/broken');
  await drawn(page);
  const problem = page.locator('.problems li button').first();
  await problem.waitFor();
  const form = new FormData();
  form.append('resources', new File([broken], 'model.bpmn'));
  const { resources } = await server.post('/api/v1/check', form);
  const [said] = resources[0].problems;
  const shown = await problem.innerText();
  assert.ok(shown.includes(said.message), `${shown} has not the server's words: ${said.message}`);
  assert.ok(shown.includes(`${said.line}:${said.column}`), `${shown} has not the server's place`);
  await problem.click();
  await page.locator('.djs-element.selected[data-element-id=Task_charge]').waitFor();
  assert.ok(await page.getByRole('button', { name: 'Deploy…' }).isDisabled());
}

async function workByKeyboardOnly({ page, go, server }) {
  await server.deploy(REVIEW);
  await server.begin('review', { amount: 10 });
  await server.begin('review', { amount: 20 });
  await go('/');
  await page.locator('.headline').waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('w');
  await page.locator('.task-card').nth(1).waitFor();
  for (const approved of [true, false]) {
    if (approved) await page.keyboard.press('n');
    await page.locator('.task h2').waitFor();
    await page.waitForFunction(() => document.activeElement?.matches('.task h2'));
    await page.keyboard.press('Tab');
    await page.keyboard.press('Control+A');
    await page.keyboard.type(`{ "approved": ${approved} }`);
    const before = page.url();
    await page.keyboard.press('Control+Enter');
    await page.waitForFunction((url) => location.href !== url, before);
  }
  await page.getByText('Nothing waits for a person').waitFor();
  assert.equal(await server.count('process-instances', { state: 'COMPLETED' }), 2);
}

async function repairsAHundredIncidents({ page, go, server }) {
  await server.deploy(FIRM);
  for (let order = 0; order < 100; order += 1) await server.begin('order', { order });
  await server.failJobs('charge', 100, (at) => `Card 4711-${at} refused after ${at} ms`);
  await go('/operate/incidents');
  const cause = page.locator('.cause');
  await page.getByRole('button', { name: 'Repair all 100…' }).click();
  assert.equal(await cause.count(), 1, 'one cause');
  const dialog = page.getByRole('dialog');
  const resolve = dialog.getByRole('button', { name: 'Resolve 100' });
  assert.ok(await resolve.isDisabled(), 'a hundred are typed first');
  await dialog.getByLabel('Type 100 to confirm').fill('100');
  await resolve.click();
  await page.getByText('Nothing is stuck').waitFor({ timeout: 60_000 });
  assert.equal(await server.count('incidents', { state: 'ACTIVE' }), 0);
  const { jobs } = await server.post('/v2/jobs/activation', {
    type: 'charge', worker: 'w', timeout: 1000, maxJobsToActivate: 100, requestTimeout: 0,
  });
  assert.equal(jobs.length, 100, 'every job waits for a worker again');
}

async function repairsOneWithAVariable({ page, go, server }) {
  await server.deploy(FIRM);
  const key = await server.begin('order', { amount: 'much' });
  await server.failJobs('charge', 1, () => 'amount is no number');
  await go(`/operate/instances/${key}?tab=incidents`);
  await page.getByRole('button', { name: 'Repair…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Set variables first').fill('{ "amount": 120 }');
  await dialog.getByText('REST call').first().click();
  await dialog.getByText('/variables').waitFor();
  await dialog.getByRole('button', { name: 'Resolve' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.locator('.page-head').getByText('Active').waitFor();
  await page.getByRole('tab', { name: 'Variables' }).click();
  await page.getByRole('cell', { name: '120' }).waitFor();
}

async function seesItInASecondWindow({ page, go, server, browser }) {
  const key = await server.deploy(FIRM);
  const second = await browser.newPage();
  await second.goto(`${server.url}/operate/processes/${key}`);
  await drawn(second);
  await go(`/operate/processes/${key}`);
  await page.getByRole('button', { name: 'Start instance' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Start instance' }).click();
  await page.waitForURL(/operate\/instances\/\d+/);
  await second.locator('.badge-active').getByText('1').waitFor();
  await second.locator('.list-bar').getByText('1 found').waitFor();
}

async function losesNothingTypedInARestart({ page, go, server }) {
  await server.deploy(REVIEW);
  await server.begin('review');
  await go('/work');
  await page.locator('.task-card').click();
  const result = page.getByLabel('Result');
  await result.fill('{ "comment": "typed before" }');
  await server.kill();
  await page.getByText('Live paused').waitFor();
  await result.fill('{ "comment": "typed meanwhile" }');
  await page.getByRole('button', { name: 'Complete task' }).click();
  await page.getByText('The server does not answer').waitFor();
  await server.run();
  await page.getByText('Live paused').waitFor({ state: 'hidden' });
  await page.reload();
  assert.equal(await page.getByLabel('Result').inputValue(), '{ "comment": "typed meanwhile" }');
  await page.getByRole('button', { name: 'Complete task' }).click();
  await page.getByText('Nothing waits for a person').waitFor();
  const { items } = await server.post('/v2/variables/search', { filter: { name: 'comment' } });
  assert.equal(items[0].value, '"typed meanwhile"');
}

async function messagesAndCancels({ page, go, server }) {
  await server.deploy(WAITING);
  const first = await server.begin('shipment', { order: 'A-7' });
  const second = await server.begin('shipment', { order: 'A-8' });
  await go(`/operate/instances/${first}?tab=messages`);
  await page.getByRole('button', { name: 'Send' }).click();
  const dialog = page.getByRole('dialog');
  assert.equal(await dialog.getByLabel('Correlation key').inputValue(), 'A-7');
  await dialog.getByText('1 waiting for it now.').waitFor();
  await dialog.getByRole('button', { name: 'Publish' }).click();
  await page.locator('.page-head').getByText('Completed').waitFor();
  await go(`/operate/instances/${second}`);
  await page.getByRole('button', { name: 'Cancel instance…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the instance' }).click();
  await page.locator('.page-head').getByText('Cancelled').waitFor();
  await page.getByRole('tab', { name: 'Audit' }).click();
  await page.getByRole('cell', { name: /Cancel/ }).first().waitFor();
}

async function linksShowTheSame({ page, go, server, browser }) {
  await server.deploy(FIRM);
  const key = await server.begin('order', { amount: 1 }, 'B-42');
  await server.begin('order', { amount: 2 }, 'B-43');
  await go('/operate/instances');
  await page.getByLabel('Business id').fill('B-4*');
  await page.getByText('2 found').waitFor();
  await page.getByLabel('Business id').fill('B-42');
  await page.getByText('1 found').waitFor();
  const second = await browser.newPage();
  await second.goto(page.url());
  await second.getByText('1 found').waitFor();
  const [file] = await Promise.all([
    second.waitForEvent('download'),
    second.getByRole('button', { name: 'Export CSV' }).click(),
  ]);
  const { readFileSync } = await import('node:fs');
  const text = readFileSync(await file.path(), 'utf8');
  assert.ok(text.includes(key) && text.split('\r\n').length === 2, text);
  for (const asked of [key, 'B-42']) {
    await page.keyboard.press('Control+K');
    await page.getByPlaceholder('A place, a process').fill(asked);
    await page.getByText(`Find “${asked}”`).click();
    await page.locator('.hits').getByRole('link', { name: /B-42/ }).click();
    await page.waitForURL(`**/operate/instances/${key}`);
  }
  await go('/operate/instances/123456789');
  await page.getByText('There is no instance 123456789').waitFor();
}

async function theFirstHour({ page, go }) {
  await go('/');
  const hour = page.getByRole('region', { name: 'Your first hour' });
  await hour.getByRole('button', { name: 'Deploy the sample' }).click();
  await hour.getByRole('button', { name: 'Start an order' }).click();
  await hour.getByRole('link', { name: 'Work' }).click();
  await page.locator('.task-card').click();
  await page.locator('.task h2').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Control+Enter');
  await page.getByText('Nothing waits for a person').waitFor();
  await go('/');
  await hour.getByText('3 of 5').waitFor();
  await hour.getByRole('link', { name: 'Incidents' }).click();
  await page.getByRole('button', { name: 'Repair…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Set variables first').fill('{ "amount": 120 }');
  await dialog.getByRole('button', { name: 'Resolve' }).click();
  await page.getByText('Nothing is stuck').waitFor();
  await go('/');
  await hour.getByRole('link', { name: 'Work' }).click();
  await page.locator('.task-card').getByText('Approve the order').click();
  await page.getByRole('button', { name: 'Complete task' }).click();
  await page.getByText('Nothing waits for a person').waitFor();
  await go('/');
  await hour.getByText('All done.').waitFor();
  await hour.getByRole('button', { name: 'Close' }).click();
  await page.reload();
  await page.locator('.headline').waitFor();
  assert.equal(await hour.count(), 0);
}

/** Name, what happens, further options of the server; alphabetical order means nothing, the common ones come first. */
export const journeys = [
  ['the first hour', theFirstHour],
  ['draw, check, deploy, run', drawCheckDeployRun],
  ['problems lead to their element', problemsLeadToTheirElement],
  ['work a task by keyboard only', workByKeyboardOnly],
  ['find and repair 100 incidents', repairsAHundredIncidents],
  ['repair one with a variable', repairsOneWithAVariable],
  ['live in a second window', seesItInASecondWindow],
  ['a restart loses nothing typed', losesNothingTypedInARestart],
  ['message and cancel', messagesAndCancels],
  ['modify, with a plan that is kept', modifiesAndKeepsThePlan],
  ['modify by name, refused and mended', modifiesByNameAndHearsRefusals],
  ['migrate with a mapping', migratesWithAMapping],
  ['suspend and resume', suspendsAndResumes],
  ['claim, assign, change a task', handsTasksAround],
  ['the rule that matched, and what if', showsTheRuleThatMatched],
  ['broadcast a signal', broadcastsASignal],
  ['write a rule, see its problems, deploy', writesARule],
  ['from a signal to a verified closing', checksTheOutcome, ['--test-clock']],
  ['a case opened again, then waived', reopensAndWaives],
  ['sign in, be allowed and not', signsInAndIsLimited, ['--authentication', 'local']],
  ['tokens and secrets, shown once', givesOutSecretsOnce, ['--authentication', 'local']],
  ['links, search, export', linksShowTheSame],
  ['hostile texts stay texts', hostileTexts],
  ['axe on every route, light and dark', accessibility],
  ['initial load under its budget', budgets],
  ['types are those of the server', apiTypes],
];
