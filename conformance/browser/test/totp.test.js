// Does somebody set up an authenticator app on the pages, and sign in with it afterwards?

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";

import { keep } from "../album.js";
import { findings, start as startBrowser, windows } from "../browser.js";
import { person, request, start } from "../house.js";

const password = "Correct-Horse-7!";
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

let browser;
let house;

before(async () => {
  [browser, house] = await Promise.all([startBrowser(), start()]);
  await house.call("SetUserPoolMfaConfig", {
    UserPoolId: house.pool,
    MfaConfiguration: "ON",
    SoftwareTokenMfaConfiguration: { Enabled: true },
  });
});
after(async () => {
  await browser?.close();
  await house?.stop();
});

/** The code of RFC 6238 for a step of thirty seconds, as an app shows it. */
function code(secret, step) {
  const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac("sha1", key).update(counter).digest();
  const number = digest.readUInt32BE(digest.at(-1) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

const now = () => Math.floor(Date.now() / 30_000);

for (const [language, window, signIn] of [
  ["en", "desktop", "Sign in"],
  ["de", "desktop", "Anmelden"],
  ["ar", "phone", "تسجيل الدخول"],
]) test(`an authenticator app is set up, and asked for at the next sign-in: ${language}, ${window}`, async () => {
  const email = `ann.${language}@example.com`;
  await person(house, email, password);
  let secret;
  for (const step of [0, 1]) {
    const context = await browser.newContext(windows[window]);
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    const asked = request(house, { lang: language });
    await page.goto(asked.url);
    await page.locator("[name=username]").fill(email);
    await page.locator("[name=password]").fill(password);
    await page.getByRole("button", { name: signIn, exact: true }).click();
    await page.locator("[name=code]").waitFor();
    await keep(page, `${language}-${step ? "authenticator-code" : "authenticator"}-${window}`);
    assert.deepEqual(await findings(page), []);
    if (!secret) secret = (await page.locator(".secret").textContent()).replaceAll(/[^A-Z2-7]/g, "");
    else assert.equal(await page.locator(".secret").count(), 0);
    // A code is good once, and that of the next half minute is good already.
    await page.locator("[name=code]").fill(code(secret, now() + step));
    await page.locator("[name=code]").press("Enter");
    await page.waitForURL(`${house.application}/callback?**`);
    const tokens = await asked.redeem(page.url());
    assert.equal(tokens.status, 200, JSON.stringify(tokens));
    await context.close();
  }
});
