// Journeys that change what runs: tasks of people, instances that are modified, migrated, suspended.

import assert from 'node:assert/strict';
import { line, table } from './models.js';

const FIRM = line('order', 'Order', [['job', 'charge', 'Charge the card'], ['user', 'check', 'Check']]);
const NEXT = line('order', 'Order', [['job', 'debit', 'Charge the card'], ['user', 'check', 'Check']]);
const REVIEW = line('review', 'Review', [['user', 'decide', 'Decide']]);

async function drawn(page) {
  await page.locator('[data-drawn=yes]').first().waitFor();
}

export async function modifiesAndKeepsThePlan({ page, go, server }) {
  await server.deploy(FIRM);
  const key = await server.begin('order', { amount: 1 });
  await go(`/operate/instances/${key}`);
  await drawn(page);
  await page.getByRole('button', { name: 'Modify', exact: true }).click();
  const panel = page.getByRole('region', { name: 'Modification' });
  // By the diagram: choose the token, move it, click where it goes on.
  await page.locator('.diagram [data-element-id=Task_charge]').first().click();
  await panel.getByText('1 token is here.').waitFor();
  await panel.getByRole('button', { name: 'Move…' }).click();
  await page.locator('.diagram [data-element-id=Task_check]').first().click();
  await panel.getByText('Move all tokens from Charge the card to Check').waitFor();
  await panel.getByText('1 job is taken from the workers').waitFor();
  await page.locator('.badge-comes').getByText('+1').waitFor();
  // A plan survives the reload and the server.
  await server.kill();
  await server.run();
  await page.reload();
  await panel.getByText('Move all tokens from Charge the card to Check').waitFor();
  await panel.getByText('With variables').click();
  await panel.getByLabel('Variables it brings').fill('{ "checkedBy": "hand" }');
  await panel.getByText('1 task for a person is opened').waitFor();
  await panel.getByRole('button', { name: 'Apply…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Apply 1 change' }).click();
  await panel.waitFor({ state: 'hidden' });
  assert.equal(await server.count('user-tasks', { processInstanceKey: key, state: 'CREATED' }), 1);
  const { items } = await server.post('/v2/variables/search', { filter: { name: 'checkedBy' } });
  assert.equal(items[0].value, '"hand"');
}

export async function modifiesByNameAndHearsRefusals({ page, go, server }) {
  await server.deploy(FIRM);
  const key = await server.begin('order');
  await go(`/operate/instances/${key}?mode=modify`);
  const panel = page.getByRole('region', { name: 'Modification' });
  const choose = async (label, option) => {
    await panel.getByRole('combobox', { name: label }).click();
    await page.getByRole('option', { name: option }).click();
  };
  await choose('Element to change', 'Check (user task)');
  await panel.getByRole('button', { name: 'Begin a token here' }).click();
  await panel.getByText('1 task for a person is opened').waitFor();
  await choose('Element to change', 'Charge the card');
  await panel.getByRole('button', { name: 'Cancel it' }).click();
  await panel.getByText('1 job is taken from the workers').waitFor();
  // Another operator is faster: the plan no longer fits, and says so.
  await server.post(`/v2/process-instances/${key}/modification`, {
    terminateInstructions: [{ elementId: 'Task_charge' }],
    activateInstructions: [{ elementId: 'Task_check' }],
  });
  await panel.getByText('Cannot be done like this').waitFor();
  assert.ok(await panel.getByRole('button', { name: 'Apply…' }).isDisabled());
  await panel.getByRole('button', { name: 'Drop: Cancel all tokens at Charge the card' }).click();
  await panel.getByRole('button', { name: 'Apply…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Apply 1 change' }).click();
  await panel.waitFor({ state: 'hidden' });
  assert.equal(await server.count('user-tasks', { processInstanceKey: key, state: 'CREATED' }), 2);
}

export async function migratesWithAMapping({ page, go, server }) {
  await server.deploy(FIRM);
  const key = await server.begin('order', {}, 'M-1');
  const target = await server.deploy(NEXT);
  await go(`/operate/instances/${key}`);
  await drawn(page);
  await page.getByRole('button', { name: 'Migrate', exact: true }).click();
  const panel = page.getByRole('region', { name: 'Migration' });
  await panel.getByText('Needs a place').waitFor();
  await panel.getByText('Cannot be done like this').waitFor();
  await panel.getByRole('combobox', { name: 'Charge the card becomes' }).click();
  await page.getByRole('option', { name: 'Charge the card (Task_debit)' }).click();
  await panel.getByText('It runs the other version from here on').waitFor();
  await panel.getByRole('button', { name: 'Migrate…' }).click();
  const dialog = page.getByRole('dialog');
  const migrate = dialog.getByRole('button', { name: 'Migrate the instance' });
  assert.ok(await migrate.isDisabled(), 'the word is typed first');
  await dialog.getByLabel('Type migrate to confirm').fill('migrate');
  await migrate.click();
  await panel.waitFor({ state: 'hidden' });
  const after = await server.ask('GET', `/v2/process-instances/${key}`);
  assert.equal(after.processDefinitionKey, target);
  await page.locator('.facts').getByRole('link', { name: '2', exact: true }).waitFor();
  await page.locator('.badge-active').first().waitFor();
}

export async function suspendsAndResumes({ page, go, server }) {
  await server.deploy(FIRM);
  const key = await server.begin('order');
  await go(`/operate/instances/${key}`);
  await page.getByRole('button', { name: 'Suspend…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Suspend the instance' }).click();
  await page.locator('.page-head').getByText('Suspended').waitFor();
  const ask = { type: 'charge', worker: 'w', timeout: 1000, maxJobsToActivate: 1, requestTimeout: 0 };
  assert.equal((await server.post('/v2/jobs/activation', ask)).jobs.length, 0);
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.locator('.page-head').getByText('Active').waitFor();
  assert.equal((await server.post('/v2/jobs/activation', ask)).jobs.length, 1);
}

export async function handsTasksAround({ page, go, server }) {
  await server.deploy(REVIEW);
  await server.begin('review');
  const { items } = await server.post('/v2/user-tasks/search', {});
  const key = items[0].userTaskKey;
  const task = () => server.ask('GET', `/v2/user-tasks/${key}`);
  await go(`/work/${key}`);
  await page.locator('.task h2').waitFor();
  await page.keyboard.press('a');
  await page.getByText('The task is yours').waitFor();
  await page.getByRole('button', { name: 'Give back' }).waitFor();
  const { username } = await server.ask('GET', '/v2/authentication/me');
  assert.equal((await task()).assignee, username);
  await page.getByText('Mine', { exact: true }).click();
  await page.locator('.task-card').waitFor();
  // Typed, then given to somebody else: it cannot be sent, and is not lost.
  await go(`/work/${key}`);
  await page.getByLabel('Result').fill('{ "approved": true }');
  await server.post(`/v2/user-tasks/${key}/assignment`, { assignee: 'eva' });
  await page.getByText('eva has this task').waitFor();
  assert.ok(await page.getByRole('button', { name: 'Complete task' }).isDisabled());
  assert.equal(await page.getByLabel('Result').inputValue(), '{ "approved": true }');
  await page.locator('.task h2').focus();
  await page.keyboard.press('r');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('To').fill('max');
  await page.keyboard.press('Enter');
  await page.getByText('max has this task').waitFor();
  await page.getByRole('button', { name: 'Change…' }).click();
  await dialog.getByLabel('Priority').fill('90');
  await dialog.getByLabel('Due').fill('2030-01-02T09:00');
  await dialog.getByLabel('Groups that may claim it').fill('sales');
  await page.keyboard.press('Enter');
  await dialog.getByRole('button', { name: 'Change the task' }).click();
  await dialog.waitFor({ state: 'hidden' });
  const changed = await task();
  assert.deepEqual([changed.priority, changed.candidateGroups], [90, ['sales']]);
  assert.ok(changed.dueDate.startsWith('2030-01-0'));
  await page.getByRole('button', { name: 'Take over' }).click();
  await page.getByRole('button', { name: 'Complete task' }).click();
  await page.getByText('Nothing waits for a person').waitFor();
}

export async function showsTheRuleThatMatched({ page, go, server }) {
  const first = await server.deployDecision(table('discount', 'Discount'));
  await server.deploy(line('order', 'Order', [['decide', 'discount', 'Choose the discount'], ['user', 'check', 'Check']]));
  const key = await server.begin('order', { amount: 120 });
  await go(`/operate/instances/${key}?tab=decisions`);
  const match = page.locator('tr.is-match');
  await match.getByText('>= 100').waitFor();
  assert.equal(await match.count(), 1);
  await page.getByRole('link', { name: 'The evaluation, and what if' }).click();
  await page.getByLabel('Variables it reads').fill('{ "amount": 20 }');
  await page.getByRole('button', { name: 'Ask what if' }).click();
  await page.getByText('Something else').waitFor();
  await go(`/operate/decisions/${first}`);
  await page.getByRole('button', { name: 'Evaluate…' }).click();
  await page.getByRole('dialog').getByLabel('Variables').fill('{ "amount": 5 }');
  await page.getByRole('dialog').getByRole('button', { name: 'Evaluate', exact: true }).click();
  await page.waitForURL(/evaluations/);
  await page.locator('tr.is-match').getByText('2').first().waitFor();
  await go('/operate/decisions');
  await page.getByText('2 found').waitFor();
}

export async function broadcastsASignal({ page, go, server }) {
  await server.deploy(line('alarm', 'Alarm', [['signal', 'flood', 'Flood'], ['user', 'check', 'Check']]));
  await server.begin('alarm');
  await server.begin('alarm');
  await go('/operate/messages');
  await page.getByRole('button', { name: 'Broadcast signal' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name of the signal').fill('flood');
  await dialog.getByLabel('Variables').fill('{ "level": 3 }');
  await dialog.getByRole('button', { name: 'Broadcast' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await go('/work');
  await page.locator('.task-card').nth(1).waitFor();
}
