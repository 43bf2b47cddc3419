// Texts that would run if anything took them for HTML, in every place a user can write.

import assert from 'node:assert/strict';
import { everyRoute, settled } from './routes.js';

const TEXTS = [
  '<img src=x onerror="window.hostile=1">',
  '"><svg onload="window.hostile=1"></svg>',
  `javascript:window.hostile=1//'"<script>window.hostile=1</script>`,
  '{{constructor.constructor("window.hostile=1")()}}${window.hostile=1}',
];

export async function hostileTexts({ server, page, go }) {
  await page.addInitScript(() => {
    window.hostile = 0;
    window.alert = () => (window.hostile = 1);
  });
  for (const route of await everyRoute(server, TEXTS.join(' '))) {
    await go(route);
    await settled(page);
    const isHurt = await page.evaluate(
      () => window.hostile !== 0 || document.querySelector('img[src=x], svg[onload]') !== null,
    );
    assert.ok(!isHurt, `a text became HTML at ${route}`);
  }
}
