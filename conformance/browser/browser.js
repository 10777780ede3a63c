// In which browser, and at which window, are the pages looked at?

import { existsSync } from "node:fs";

import axe from "axe-core";
import { chromium } from "playwright-core";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Starts a headless Chromium: the one that `CHROMIUM` names, or that of the system. */
export function start() {
  const executablePath = process.env.CHROMIUM ?? places.find((place) => existsSync(place));
  if (!executablePath) throw new Error("there is no Chromium: install one, or name it in CHROMIUM");
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--force-color-profile=srgb"] });
}

export const windows = {
  desktop: { viewport: { width: 1100, height: 820 } },
  phone: { viewport: { width: 375, height: 740 }, isMobile: true, hasTouch: true },
};

/** What axe-core finds on a page that is serious, in lines. */
export async function findings(page) {
  // Through the debugger: the policy of the page lets no script in.
  const client = await page.context().newCDPSession(page);
  await client.send("Runtime.evaluate", { expression: axe.source });
  const { result, exceptionDetails } = await client.send("Runtime.evaluate", {
    expression: `axe.run(document, { resultTypes: ["violations"] }).then((found) => JSON.stringify(found.violations))`,
    awaitPromise: true,
    returnByValue: true,
  });
  await client.detach();
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return JSON.parse(result.value)
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} (${node.failureSummary})`));
}

/** What no page may do at any size: reach over the edge of the window, or have a small target. */
export function shape(page) {
  return page.evaluate(() => {
    const troubles = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) troubles.push(`wider than the window: ${root.scrollWidth}`);
    for (const one of document.querySelectorAll("button, input:not([type=hidden]), textarea, .button, .links a")) {
      const { width, height } = one.getBoundingClientRect();
      const isSeen = width > 1 && height > 1;
      const target = one.type === "checkbox" ? one.closest(".field").getBoundingClientRect().height : height;
      if (isSeen && target < 44) troubles.push(`${one.outerHTML} is ${target} high`);
    }
    return troubles;
  });
}
