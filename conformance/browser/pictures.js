// What do the pages look like? Takes the pictures of the documentation, as small as optipng makes them, or, given a
// folder, one of every page:
// `npm run pictures [-- FOLDER [LANGUAGE…]]`.

import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { start, windows } from "./browser.js";
import { open } from "./gallery.js";

const documented = [
  ["en/sign-in-all", "desktop", "light"],
  ["en/sign-in-all", "desktop", "dark"],
  ["en/sign-up-wrong", "phone", "light"],
  ["de/enrol-totp", "desktop", "light"],
  ["ar/sign-in-wrong", "phone", "light"],
  ["ar/choose-way", "phone", "dark"],
  ["de/consent", "desktop", "light"],
  ["themed/sign-in", "desktop", "light"],
];

const gallery = await open();
const browser = await start();

async function take(path, window, colorScheme, file) {
  const context = await browser.newContext({ ...windows[window], colorScheme });
  const page = await context.newPage();
  await page.goto(`${gallery.url}/${path}.html`);
  // The cursor blinks.
  await page.addStyleTag({ content: "* { caret-color: transparent !important }" }).catch(() => {});
  await page.screenshot({ path: file, fullPage: true });
  await context.close();
}

const [folder, ...languages] = process.argv.slice(2);
if (folder) {
  mkdirSync(folder, { recursive: true });
  for (const language of languages.length ? languages : ["en"]) {
    for (const name of gallery.names) {
      for (const [window, scheme] of [["desktop", "light"], ["phone", "dark"]]) {
        await take(`${language}/${name}`, window, scheme, join(folder, `${language}-${name}-${window}-${scheme}.png`));
      }
    }
  }
} else {
  const docs = fileURLToPath(new URL("../../docs/pages", import.meta.url));
  mkdirSync(docs, { recursive: true });
  for (const [path, window, scheme] of documented) {
    const file = join(docs, `${path.replace("/", "-")}-${window}-${scheme}.png`);
    await take(path, window, scheme, file);
    execFileSync("optipng", ["-quiet", "-strip", "all", file]);
  }
}

await browser.close();
gallery.close();
