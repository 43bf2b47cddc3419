// axe on every route in both colours: nothing serious.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { everyRoute, settled } from './routes.js';

const axe = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

/** The canvas of the editors is bpmn.io's own; what we put around it is checked. */
const OTHERS = ['.designer', '.drawn-form', '.bjs-powered-by'];

export async function accessibility({ server, page, go }) {
  const found = [];
  const routes = await everyRoute(server);
  for (const colours of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: colours, reducedMotion: 'reduce' });
    for (const route of routes) {
      await go(route);
      await settled(page);
      await page.evaluate(axe);
      const violations = await page.evaluate(async (others) => {
        const { violations: all } = await window.axe.run(
          { exclude: others.map((it) => [it]) },
          { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
        );
        return all
          .filter((it) => it.impact === 'serious' || it.impact === 'critical')
          .map((it) => `${it.id}: ${it.nodes.slice(0, 3).map((node) => `${node.target} ${node.failureSummary ?? ''}`).join(' | ')}`);
      }, OTHERS);
      found.push(...violations.map((it) => `${colours} ${route}: ${it}`));
    }
  }
  assert.deepEqual(found, []);
}
