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
  const tabs = [
    'timeline', 'elements', 'variables', 'incidents', 'decisions', 'jobs', 'messages', 'audit', 'raw',
  ];
  return [
    '/',
    '/work',
    `/work/${task}`,
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
    '/govern/retention',
    '/govern/health',
    `/find?q=${encodeURIComponent(text)}`,
    '/nowhere',
  ];
}

/** Waits until a page shows what it has to show. */
export async function settled(page) {
  await page.locator('h1, .failure').first().waitFor();
  await page.waitForFunction(() => !document.querySelector('.skeleton, [data-drawn=no]'));
}
