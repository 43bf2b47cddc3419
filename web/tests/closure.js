// Journeys from a signal to a closing that was checked: rules, alerts, cases, evidence.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const FOLDER = new URL('../../samples/cold-chain/', import.meta.url);
const sample = (...names) =>
  Object.fromEntries(names.map((name) => [name, readFileSync(new URL(name, FOLDER), 'utf8')]));

const ATTESTED = `kind: case-type
id: complaint
name: Complaint
stages: [answer, verify]
sla: { goal: PT2H, deadline: PT4H }
outcome:
  - id: content
    name: The customer is content
    attest: anyone
    within: P1D
`;

export async function writesARule({ page, go, server }) {
  await go('/signals/rules');
  await page.getByRole('link', { name: 'New rule' }).click();
  const text = page.getByLabel('New rule, as YAML');
  await text.waitFor();
  const good = await text.inputValue();
  const bad = good.replace('severity: high', 'severity: awful').replace('for: PT10M', 'for: soon');
  await text.fill(bad);
  // The server's own words and places lead to the line.
  const problems = page.locator('.problems li button');
  await problems.nth(1).waitFor();
  const form = new FormData();
  form.append('resources', new File([bad], 'new.rule.yaml'));
  const { resources } = await server.post('/api/v1/check', form);
  const said = resources[0].problems.find((it) => it.message.includes('awful'));
  await page.locator('.problems').getByText(said.message).click();
  const selected = await text.evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd));
  assert.ok(selected.startsWith('awful'), `the problem led to ${selected}`);
  assert.ok(await page.getByRole('button', { name: 'Deploy…' }).isDisabled());
  // What was typed survives a reload.
  await page.reload();
  assert.equal(await text.inputValue(), bad);
  const deploy = async () => {
    await page.getByRole('button', { name: 'Deploy…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Deploy', exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  };
  await text.fill(good);
  await page.locator('.problems').getByText('None').waitFor();
  await deploy();
  await page.waitForURL(/signals\/rules\/\d+/);
  await page.locator('.page-head').getByText('Shadow').waitFor();
  await page.getByLabel('Rule Shipment too warm, as YAML').fill(good.replace('state: shadow', 'state: enabled'));
  await deploy();
  await page.locator('.page-head').getByText('Enabled').waitFor();
  await page.getByRole('combobox', { name: 'Version' }).click();
  await page.getByRole('option', { name: 'Version 1' }).click();
  await page.locator('.page-head').getByText('Shadow').waitFor();
  await page.getByText('An older version').waitFor();
  const { items } = await server.post('/api/v1/detection-rules/search', { filter: { isLatestVersion: true } });
  assert.deepEqual(items.map((it) => [it.version, it.definition.state]), [[2, 'ENABLED']]);
}

export async function checksTheOutcome({ page, go, server }) {
  const names = ['cold-chain.case.yaml', 'no-reading.rule.yaml', 'rescue-shipment.bpmn', 'too-warm.rule.yaml'];
  await server.deployFiles(sample(...names));
  await go('/signals/received');
  const write = async (data) => {
    await page.getByRole('button', { name: 'Send a signal…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Type').fill('com.example.temperature');
    await dialog.getByText('Looked at by').waitFor();
    await dialog.getByLabel('Data').fill(data);
    await dialog.getByRole('button', { name: 'Send signal' }).click();
  };
  await write('{ "shipment": "S-1", "celsius": 9 }');
  await page.waitForURL(/signals\/received\/\d+/);
  await page.getByRole('cell', { name: 'too-warm' }).waitFor();
  await server.pass(11);
  await go('/signals/alerts');
  await page.getByRole('link', { name: 'Shipment S-1 is too warm' }).click();
  await page.getByRole('button', { name: 'Acknowledge' }).click();
  await page.locator('.page-head').getByText('Acknowledged').waitFor();
  await page.getByRole('link', { name: 'The case of this alert' }).click();
  await page.waitForURL(/cases\/all\/\d+/);
  // The goal is near: the chip says so without a reload.
  await page.locator('.page-head').getByText('on time').waitFor();
  await server.pass(100);
  await page.locator('.page-head').getByText('at risk').waitFor();
  await page.getByRole('button', { name: 'Assign…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Driver').fill('ana');
  await dialog.getByRole('button', { name: 'Assign the case' }).click();
  await page.locator('.facts').getByText('ana').waitFor();
  await page.getByRole('button', { name: 'Add evidence…' }).click();
  await dialog.getByLabel('What you know').fill('The driver called: the door was open.');
  await dialog.getByRole('button', { name: 'Keep it' }).click();
  await page.getByRole('cell', { name: 'The driver called' }).waitFor();
  await page.getByRole('region', { name: 'What runs for it' }).getByText('waits since').waitFor();
  const { jobs } = await server.post('/v2/jobs/activation', {
    type: 'cool', worker: 'w', timeout: 60_000, maxJobsToActivate: 1, requestTimeout: 5_000,
  });
  await server.post(`/v2/jobs/${jobs[0].jobKey}/completion`, {});
  // Cold again: nothing is left that could come again.
  await server.signal('com.example.temperature', { shipment: 'S-1', celsius: 5 });
  await page.locator('.page-head').getByText('Verifying').waitFor();
  await server.signal('com.example.delivered', { shipment: 'S-1', sound: true });
  await page.locator('.checks').getByText('Passed').first().waitFor();
  await server.pass(61);
  await page.locator('.page-head').getByText('Closed, verified').waitFor();
  await page.locator('.story').getByText('the outcome is verified').waitFor();
  const key = page.url().split('/').at(-1);
  assert.equal(await page.getByRole('button', { name: 'Resolve…' }).count(), 0, 'it is closed');
  const evidence = await server.post('/api/v1/evidence/search', { filter: { caseKey: key } });
  assert.deepEqual(evidence.items.map((it) => it.kind).sort(), ['EVENT', 'NOTE', 'QUIET']);
}

export async function reopensAndWaives({ page, go, server }) {
  await server.deployFiles({ 'complaint.case.yaml': ATTESTED });
  await go('/cases/all');
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: 'Open a case…' }).click();
  await dialog.getByRole('textbox', { name: /^What it is( \*)?$/ }).fill('The chair is broken');
  await dialog.getByLabel('What it is about').fill('C-7');
  await dialog.getByRole('button', { name: 'Open the case' }).click();
  await page.waitForURL(/cases\/all\/\d+/);
  const resolve = async (comment) => {
    await page.getByRole('button', { name: 'Resolve…' }).click();
    await dialog.getByLabel('Comment').fill(comment);
    await dialog.getByRole('button', { name: 'The work is done' }).click();
    await page.locator('.page-head').getByText('Verifying').waitFor();
  };
  await resolve('A new chair was sent');
  await page.getByRole('button', { name: 'Attest…' }).click();
  assert.ok(await dialog.getByRole('button', { name: 'It is solved' }).isDisabled(), 'nothing is said yet');
  await dialog.getByLabel('No: the case is opened again').check();
  await dialog.getByLabel('What was looked at').fill('It is the wrong colour');
  await dialog.getByRole('button', { name: 'It is not solved' }).click();
  await page.locator('.page-head').getByText(/Open$/).waitFor();
  await page.getByText('Opened again once').waitFor();
  await resolve('Sent another one');
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Close without the checks…' }).click();
  const waive = dialog.getByRole('button', { name: 'Close as waived' });
  assert.ok(await waive.isDisabled(), 'a reason is needed');
  await dialog.getByLabel('Reason').fill('The customer moved away');
  await waive.click();
  await page.locator('.page-head').getByText('Closed, waived').waitFor();
  const found = await server.first('/api/v1/cases');
  assert.deepEqual([found.state, found.reopenings], ['CLOSED_WAIVED', 1]);
  await page.locator('.search-button').click();
  await page.getByPlaceholder('A place, a process').fill('C-7');
  await page.getByText('Find “C-7”').click();
  await page.locator('.hits').getByRole('link', { name: 'The chair is broken' }).waitFor();
}
