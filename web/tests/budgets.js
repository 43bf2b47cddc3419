// What a browser loads before a place can be used, compressed as it goes over the wire.

import assert from 'node:assert/strict';
import { everyRoute, settled } from './routes.js';

/** 300 KiB. */
const BUDGET_BYTES = 300 * 1024;
/** The editors are loaded when a model is opened, not before. */
const LAZY = /^\/design\/of-/;

export async function budgets({ server, page, go }) {
  const told = [];
  for (const route of await everyRoute(server)) {
    if (LAZY.test(route) || route.includes('tab=') || route.includes('density=') || route.includes('mode=')) continue;
    const loaded = new Map();
    const count = async (response) => {
      const path = new URL(response.url()).pathname;
      if (!/^\/assets\/|\.(js|css|svg)$/.test(path)) return;
      const answer = await fetch(response.url(), { method: 'HEAD', headers: { 'accept-encoding': 'gzip' } });
      loaded.set(path, Number(answer.headers.get('content-length') ?? 0));
    };
    const counting = [];
    const listener = (response) => counting.push(count(response));
    page.on('response', listener);
    await go(route);
    await settled(page);
    await page.waitForLoadState('networkidle').catch(() => undefined);
    page.off('response', listener);
    await Promise.all(counting);
    const bytes = [...loaded.values()].reduce((sum, it) => sum + it, 0);
    told.push([route.split('?')[0].replace(/\d{6,}/, 'KEY'), bytes]);
    assert.ok(loaded.size > 0, `nothing was loaded for ${route}`);
    assert.ok(bytes < BUDGET_BYTES, `${route} loads ${bytes} bytes, more than ${BUDGET_BYTES}`);
  }
  const [route, most] = told.sort((a, b) => b[1] - a[1])[0];
  console.log(`         most is loaded for ${route}: ${(most / 1000).toFixed(0)} kB compressed`);
}
