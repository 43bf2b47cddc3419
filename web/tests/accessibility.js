// axe on every route in both colours: nothing serious.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { everyRoute, settled } from './routes.js';

const axe = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

/** The canvas of the editors is bpmn.io's own; what we put around it is checked. */
const OTHERS = ['.designer', '.drawn-form', '.bjs-powered-by'];

/** In the page: until no colour is on its way from one to the other. */
async function fadedOver() {
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  const fading = document.getAnimations().filter((it) => it instanceof CSSTransition);
  await Promise.all(fading.map((it) => it.finished.catch(() => undefined)));
}

export async function accessibility({ server, page, go }) {
  const found = [];
  const routes = await everyRoute(server);
  for (const route of routes) {
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await go(route);
    await settled(page);
    await page.evaluate(axe);
    // The page follows the system; what it shows stays, only its colours change.
    for (const colours of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme: colours, reducedMotion: 'reduce' });
      await page.locator(`html[data-mantine-color-scheme=${colours}]`).waitFor();
      await page.evaluate(fadedOver);
      const violations = await page.evaluate(async (others) => {
        const { violations: all } = await window.axe.run(
          { exclude: others.map((it) => [it]) },
          { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'] },
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
