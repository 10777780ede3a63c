// What do the pages look like? Takes the pictures of the documentation on the walks of the tests, as small as optipng makes
// them, or, given a folder, one of every page of the gallery:
// `npm run pictures [-- FOLDER [LANGUAGE…]]`.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { start, windows } from "./browser.js";
import { open } from "./gallery.js";

const walks = ["flow", "totp", "passkey", "federation", "theme"];
const documented = [
  "en-sign-in-provider-desktop-light",
  "en-sign-in-passkey-desktop-dark",
  "de-authenticator-desktop-light",
  "de-consent-desktop-dark",
  "ar-wrong-phone-light",
  "ar-forgotten-phone-dark",
  "de-sign-up-phone-light",
  "en-sign-in-themed-desktop-light",
];

/** Takes pictures of real pages, where somebody walks through them. */
function walk() {
  const here = (path) => fileURLToPath(new URL(path, import.meta.url));
  const seen = mkdtempSync(join(tmpdir(), "walk-"));
  const tests = walks.map((name) => here(`test/${name}.test.js`));
  const env = { ...process.env, PAGES_SEEN: seen };
  execFileSync(process.execPath, ["--test", "--test-concurrency=1", ...tests], { env, stdio: "inherit" });
  const docs = here("../../docs/pages");
  mkdirSync(docs, { recursive: true });
  for (const name of readdirSync(docs).filter((name) => name.endsWith(".png"))) rmSync(join(docs, name));
  for (const name of documented) {
    const file = join(docs, `${name}.png`);
    copyFileSync(join(seen, `${name}.png`), file);
    execFileSync("optipng", ["-quiet", "-strip", "all", file]);
  }
  rmSync(seen, { recursive: true });
}

/** Takes pictures of every page that there is, with people and applications that are made up. */
async function tour(folder, languages) {
  const gallery = await open();
  const browser = await start();
  mkdirSync(folder, { recursive: true });
  for (const language of languages) {
    for (const name of gallery.names) {
      for (const [window, colorScheme] of [["desktop", "light"], ["phone", "dark"]]) {
        const context = await browser.newContext({ ...windows[window], colorScheme });
        const page = await context.newPage();
        await page.goto(`${gallery.url}/${language}/${name}.html`);
        const path = join(folder, `${language}-${name}-${window}-${colorScheme}.png`);
        await page.screenshot({ path, fullPage: true, caret: "hide" });
        await context.close();
      }
    }
  }
  await browser.close();
  gallery.close();
}

const [folder, ...languages] = process.argv.slice(2);
if (folder) await tour(folder, languages.length ? languages : ["en"]);
else walk();
