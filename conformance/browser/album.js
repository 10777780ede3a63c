// What did people see on the walks of the tests? A picture of each page that a test stops at, by day and by night.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the pictures are. `PAGES_SEEN` names another folder. */
export const album = process.env.PAGES_SEEN ?? fileURLToPath(new URL("../../target/test-results/pages", import.meta.url));

/** Takes a picture of a page in both colour schemes. */
export async function keep(page, name) {
  mkdirSync(album, { recursive: true });
  for (const colorScheme of ["dark", "light"]) {
    await page.emulateMedia({ colorScheme });
    const path = join(album, `${name}-${colorScheme}.png`);
    await page.screenshot({ path, fullPage: true, caret: "hide", animations: "disabled" });
  }
}
