// Journeys of a server that asks who calls: signing in, being allowed and not, users and grants.

import assert from 'node:assert/strict';
import { line } from './models.js';

const REVIEW = line('review', 'Review', [['user', 'decide', 'Decide']]);
const PASSWORD = 'correct horse battery';

async function signIn(page, username, password) {
  const dialog = page.getByRole('dialog', { name: 'Sign in to Segue' });
  await dialog.getByLabel('User').fill(username);
  await dialog.getByRole('textbox', { name: 'Password' }).fill(password);
  await dialog.getByRole('button', { name: 'Sign in' }).click();
}

async function asAdministrator({ page, go, server }) {
  await go('/');
  await signIn(page, server.administrator.username, server.administrator.password);
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
}

/** Places that the rail offers. */
const offered = (page) => page.locator('.rail a:not(.brand) > span:nth-child(2)').allInnerTexts();

export async function signsInAndIsLimited({ page, go, server }) {
  await server.deploy(REVIEW);
  await server.begin('review', { amount: 10 });
  const key = await server.begin('review', { amount: 20 });
  await go('/govern/access/users');
  await signIn(page, server.administrator.username, 'wrong');
  await page.getByText('This user with this password is not known.').waitFor();
  await signIn(page, server.administrator.username, server.administrator.password);
  await page.getByRole('heading', { name: 'Users' }).waitFor();
  const dialog = page.getByRole('dialog');
  // A user, a role, and what the role may do: all by hand.
  await page.getByRole('button', { name: 'New user…' }).click();
  await dialog.getByLabel('User name').fill('mia');
  await dialog.getByLabel('Name', { exact: true }).fill('Mia');
  await dialog.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await dialog.getByText('REST call').click();
  assert.ok(!(await dialog.innerText()).includes(PASSWORD), 'the shown call has no password');
  await dialog.getByRole('button', { name: 'Make the user' }).click();
  await page.waitForURL(/access\/users\/mia/);
  await go('/govern/access/roles');
  await page.getByRole('button', { name: 'New role…' }).click();
  await dialog.getByLabel('Id').fill('clerks');
  await dialog.getByRole('button', { name: 'Make the role' }).click();
  await page.waitForURL(/access\/roles\/clerks/);
  await page.getByRole('combobox', { name: 'A user to add' }).click();
  await page.getByRole('option', { name: /mia/ }).click();
  await page.getByRole('button', { name: 'Add user' }).click();
  await page.getByRole('region', { name: 'Users' }).getByRole('link', { name: 'mia' }).waitFor();
  await page.getByRole('button', { name: 'Grant…' }).click();
  await dialog.getByLabel('Which of them').fill('review');
  await dialog.getByLabel('See tasks').check();
  await dialog.getByLabel('Claim, assign, change and complete tasks').check();
  await dialog.getByRole('button', { name: 'Grant it' }).click();
  await page.getByRole('cell', { name: 'review' }).waitFor();
  await page.getByRole('button', { name: 'Administrator' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  // Mia sees her work, and nothing that would be refused.
  await signIn(page, 'mia', PASSWORD);
  await page.getByText('2 tasks wait for a person').waitFor();
  assert.deepEqual(await offered(page), ['Home', 'Work']);
  await page.keyboard.press('g');
  await page.keyboard.press('w');
  await page.locator('.task-card').first().click();
  await page.getByLabel('Result').fill('{ "approved": true }');
  await page.getByRole('button', { name: 'Complete task' }).click();
  await page.locator('.task-card').nth(1).waitFor({ state: 'hidden' });
  // What she has no right to is refused in words that say which one.
  await go(`/operate/instances/${key}`);
  await page.getByText('READ_PROCESS_INSTANCE').first().waitFor();
  await go('/govern/access/users');
  await page.getByText('Expected permission READ on USER').waitFor();
  assert.equal(await page.getByRole('button', { name: 'New user…' }).count(), 0);
  // Her right goes while the task is open: the refusal says why, and what she typed stays.
  await go('/work');
  await page.locator('.task-card').first().click();
  await page.getByLabel('Result').fill('{ "approved": false }');
  const { items } = await server.post('/v2/authorizations/search', { filter: { ownerId: 'clerks' } });
  const { authorizationKey, ...rest } = items[0];
  delete rest.resourcePropertyName;
  await server.ask('PUT', `/v2/authorizations/${authorizationKey}`, { ...rest, permissionTypes: ['READ_USER_TASK'] });
  await page.getByRole('button', { name: 'Complete task' }).click();
  await page.getByText('UPDATE_USER_TASK').first().waitFor();
  assert.equal(await page.getByLabel('Result').inputValue(), '{ "approved": false }');
  await page.reload();
  await page.getByText('You may see this task and not work on it').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Claim' }).count(), 0);
  const notes = await server.ask('GET', '/api/v1/access-notes');
  assert.ok(notes.items.some((it) => it.refused && it.actor === 'mia'), 'the refusal was noted');
}

export async function givesOutSecretsOnce({ page, go, server }) {
  await asAdministrator({ page, go, server });
  const dialog = page.getByRole('dialog');
  const secret = () => page.locator('[data-secret]').innerText();
  await page.getByRole('button', { name: 'Administrator' }).click();
  await page.getByRole('menuitem', { name: 'Password and API tokens' }).click();
  await page.getByRole('button', { name: 'New token…' }).click();
  await dialog.getByLabel('What it is for').fill('reports');
  await dialog.getByRole('button', { name: 'Make the token' }).click();
  const token = await secret();
  const ask = () =>
    fetch(`${server.url}/v2/authentication/me`, { headers: { authorization: `Bearer ${token}` } }).then((it) => it.status);
  assert.equal(await ask(), 200);
  await dialog.getByRole('button', { name: 'I have it' }).click();
  await page.reload();
  await page.getByRole('cell', { name: 'reports' }).waitFor();
  assert.ok(!(await page.content()).includes(token), 'it is shown once');
  await page.getByRole('button', { name: 'Delete…' }).click();
  await dialog.getByRole('button', { name: 'Delete the token' }).click();
  await page.getByText('You have no token').waitFor();
  assert.equal(await ask(), 401);
  // A client: its secret once, then another one.
  await go('/govern/access/clients');
  await page.getByRole('button', { name: 'New client…' }).click();
  await dialog.getByLabel('Id').fill('worker');
  await dialog.getByRole('button', { name: 'Make the client' }).click();
  const first = await secret();
  const enter = (with_) => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'worker', client_secret: with_ });
    return fetch(`${server.url}/api/v1/oauth/token`, { method: 'POST', body }).then((it) => it.status);
  };
  assert.equal(await enter(first), 200);
  await dialog.getByRole('button', { name: 'I have it' }).click();
  await page.waitForURL(/access\/clients\/worker/);
  await page.getByRole('button', { name: 'New secret…' }).click();
  await dialog.getByRole('button', { name: 'Make a new secret' }).click();
  await page.locator('[data-secret]').waitFor();
  assert.equal(await enter(await secret()), 200);
  assert.equal(await enter(first), 401);
  await dialog.getByRole('button', { name: 'I have it' }).click();
  await page.getByRole('button', { name: 'Delete…' }).click();
  const gone = dialog.getByRole('button', { name: 'Delete the client' });
  assert.ok(await gone.isDisabled(), 'its name is typed first');
  await dialog.getByLabel('Type worker to confirm').fill('worker');
  await gone.click();
  await page.getByText('There is no client yet').waitFor();
  await go('/govern/notes');
  await page.getByRole('cell', { name: /worker/ }).first().waitFor();
  await go('/govern/audit');
  await page.getByRole('button', { name: 'Verify the chain' }).click();
  await page.getByRole('status', { name: 'Verification' }).getByText('The chain holds').waitFor();
}
