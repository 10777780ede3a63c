// Is every page accessible, within its window, and within its policy, in light and dark, small and large, from left to
// right and from right to left?

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { findings, shape, start, windows } from "../browser.js";
import { open } from "../gallery.js";

let gallery;
let browser;

before(async () => {
  gallery = await open();
  browser = await start();
});
after(async () => {
  await browser?.close();
  gallery?.close();
});

for (const [language, window, colorScheme] of [
  ["en", "desktop", "light"],
  ["en", "phone", "dark"],
  ["de", "phone", "light"],
  ["ar", "phone", "light"],
  ["ar", "desktop", "dark"],
  ["themed", "phone", "dark"],
]) {
  test(`every page, ${language}, ${window}, ${colorScheme}`, async () => {
    const context = await browser.newContext({ ...windows[window], colorScheme, reducedMotion: "reduce" });
    const page = await context.newPage();
    const troubles = [];
    let name;
    page.on("console", (message) => {
      if (message.type() === "error") troubles.push(`${name}: ${message.text()}`);
    });
    page.on("pageerror", (error) => troubles.push(`${name}: ${error}`));
    for (name of gallery.names) {
      await page.goto(`${gallery.url}/${language}/${name}.html`);
      const found = [...(await shape(page)), ...(await findings(page))];
      troubles.push(...found.map((one) => `${name}: ${one}`));
    }
    await context.close();
    assert.deepEqual(troubles, []);
  });
}

test("without JavaScript only passkeys are missing", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${gallery.url}/en/sign-in-all.html`);
  await page.getByRole("textbox", { name: "Username, email address or phone number" }).fill("ann");
  assert.equal(await page.getByRole("button", { name: "Continue", exact: true }).isVisible(), true);
  assert.equal(await page.getByRole("button", { name: "Sign in with a passkey" }).count(), 0);
  await page.goto(`${gallery.url}/en/enrol-passkey.html`);
  assert.equal(await page.getByText("Passkeys need JavaScript").isVisible(), true);
  assert.equal(await page.getByRole("link", { name: "Not now" }).isVisible(), true);
  await context.close();
});

test("a keyboard reaches everything in order, and sees where it is", async () => {
  const page = await browser.newPage();
  await page.goto(`${gallery.url}/en/sign-in.html`);
  const seen = [];
  for (let step = 0; step < 6; step += 1) {
    const { name, outline } = await page.evaluate(() => {
      const one = document.activeElement;
      const name = one.name || one.textContent.trim();
      return { name, outline: getComputedStyle(one).outlineStyle };
    });
    seen.push(name);
    assert.equal(outline, "solid", name);
    await page.keyboard.press("Tab");
  }
  assert.deepEqual(seen.slice(0, 5), ["username", "password", "Forgot your password?", "Sign in", "Create an account"]);
  await page.close();
});
