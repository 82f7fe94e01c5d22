import axe from 'axe-core';
import type { AxeResults } from 'axe-core';
import type { FrameLocator } from 'playwright-core';

/** What axe-core finds in a webview that is serious or worse: a line for each element, empty when all is well. */
export async function seriousViolations(webview: FrameLocator): Promise<string[]> {
  const page = await webview.locator('html').elementHandle();
  const frame = await page.ownerFrame();
  if (!frame) throw new Error('The webview has no document.');
  await frame.evaluate(axe.source);
  const found = await frame.evaluate<AxeResults>('axe.run({ resultTypes: ["violations"] })');
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, impact, nodes }) =>
      nodes.map(({ html, failureSummary = '' }) => `${id} (${impact ?? ''}): ${html}\n  ${failureSummary}`),
    );
}
