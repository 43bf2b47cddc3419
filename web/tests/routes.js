// Every route with something on it. Not here: what is done there.

import { line, table } from './models.js';

/** Fills a server so that no screen is empty, and lists every route. */
export async function everyRoute(server, text = 'Order') {
  const definition = await server.deploy(
    line('order', text, [['job', 'charge', text], ['user', 'decide', text], ['receive', 'paid', text]]),
  );
  const waiting = await server.begin('order', { order: text, note: text, big: 'x'.repeat(200) }, text);
  const stuck = await server.begin('order', { order: `${text}2` });
  await server.failJobs('charge', 1, () => text);
  const { jobs } = await server.post('/v2/jobs/activation', {
    type: 'charge', worker: text, timeout: 60_000, maxJobsToActivate: 5, requestTimeout: 1_000,
  });
  for (const { jobKey } of jobs) await server.post(`/v2/jobs/${jobKey}/completion`, {});
  await server.post('/v2/messages/publication', {
    name: text, correlationKey: text, timeToLive: 600_000, variables: {},
  });
  const { items } = await server.post('/v2/user-tasks/search', {});
  const task = items[0].userTaskKey;
  const decision = await server.deployDecision(table('discount', text, text));
  const evaluation = await server.post('/v2/decision-definitions/evaluation', {
    decisionDefinitionId: 'discount', variables: { amount: 120, note: text },
  });
  const next = await server.deploy(line('order', `${text} `, [['job', 'charge', text], ['receive', 'paid', text]]));
  const { alert, signal, case: open, rule, type } = await work(server, text);
  const user = await people(server, text);
  const tabs = [
    'timeline', 'elements', 'variables', 'incidents', 'decisions', 'jobs', 'messages', 'audit', 'raw',
  ];
  return [
    '/',
    '/work',
    `/work/${task}`,
    '/signals/alerts',
    `/signals/alerts/${alert}`,
    '/signals/received',
    `/signals/received/${signal}`,
    '/signals/rules',
    `/signals/rules/${rule}`,
    '/signals/rules/new?example=absence',
    '/cases/all',
    `/cases/all/${open}?density=full`,
    '/cases/types',
    `/cases/types/${type}`,
    '/cases/types/new',
    '/operate/processes',
    `/operate/processes/${definition}`,
    `/operate/processes/${definition}?show=heat`,
    `/operate/processes/${definition}?show=table`,
    `/operate/processes/${definition}?show=time&period=all&compare=${next}`,
    `/operate/processes/${definition}?show=stuck&period=all`,
    '/operate/instances',
    ...tabs.map((tab) => `/operate/instances/${waiting}?tab=${tab}`),
    `/operate/instances/${stuck}?tab=incidents`,
    `/operate/instances/${waiting}?density=bars`,
    `/operate/instances/${waiting}?density=full`,
    `/operate/instances/${waiting}?mode=modify&element=Task_decide`,
    `/operate/instances/${waiting}?mode=migrate&target=${next}`,
    '/operate/incidents',
    '/operate/decisions',
    `/operate/decisions/${decision}`,
    `/operate/evaluations/${evaluation.decisionEvaluationKey}`,
    '/operate/messages',
    '/operate/workers',
    '/design',
    `/design/of-${definition}`,
    '/govern/audit',
    '/govern/access/users',
    `/govern/access/users/${user}`,
    '/govern/access/clients',
    '/govern/access/groups',
    '/govern/access/groups/sales',
    '/govern/access/roles',
    '/govern/authorizations',
    '/govern/notes',
    '/account',
    '/govern/retention',
    '/govern/health',
    `/find?q=${encodeURIComponent(text)}`,
    '/nowhere',
  ];
}

/** A user in a group, and a grant. */
async function people(server, text) {
  await server.post('/v2/users', { username: 'ada', name: text, password: 'correct horse' });
  await server.post('/v2/groups', { groupId: 'sales', name: text, description: text });
  await server.ask('PUT', '/v2/groups/sales/users/ada');
  await server.post('/v2/authorizations', {
    ownerType: 'GROUP', ownerId: 'sales', resourceType: 'PROCESS_DEFINITION', resourceId: text,
    permissionTypes: ['READ_USER_TASK'],
  });
  return 'ada';
}

/** A rule, a case type, a signal that raises an alert and opens a case. */
async function work(server, text) {
  const rule = {
    kind: 'detection-rule', id: 'warm', name: text, on: { type: 'reading' }, subject: 'data.of',
    detect: { threshold: { when: 'data.celsius > 8' } },
    alert: { title: text, severity: 'high', case: 'cold' },
  };
  const type = {
    kind: 'case-type', id: 'cold', name: text, stages: [{ id: 'rescue', name: text }, { id: 'verify', name: text }],
    process: 'order', sla: { goal: 'PT2H', deadline: 'PT4H' },
    outcome: [{ id: 'seen', name: text, attest: 'anyone', within: 'P1D' }],
  };
  const deployed = await server.deployFiles({
    'warm.rule.json': JSON.stringify(rule), 'cold.case.json': JSON.stringify(type),
  });
  const keyOf = (id) => deployed.find((it) => it.resource?.resourceId === id).resource.resourceKey;
  const signal = await server.signal('reading', { of: text, celsius: 9 });
  const opened = await server.first('/api/v1/cases');
  await server.post(`/api/v1/cases/${opened.caseKey}/evidence`, { text });
  await server.post(`/api/v1/cases/${opened.caseKey}/assignment`, { driver: 'ada' });
  return {
    alert: opened.alertKey, signal, case: opened.caseKey, rule: keyOf('warm'), type: keyOf('cold'),
  };
}

/** Waits until a page shows what it has to show. */
export async function settled(page) {
  await page.locator('h1, .failure').first().waitFor();
  await page.waitForFunction(() => !document.querySelector('.skeleton, [data-drawn=no]'));
}
