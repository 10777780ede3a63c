// Does a person get through, from the sign-up to the application and out again, with and without JavaScript, in more
// than one language?

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { keep } from "../album.js";
import { findings, start as startBrowser, windows } from "../browser.js";
import { fixedCode, request, start } from "../house.js";

const password = "Correct-Horse-7!";
const another = "Battery-Staple-8?";

let house;
let browser;

before(async () => {
  house = await start();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await house?.stop();
});

const words = {
  en: { create: "Create an account", name: "First name", submit: "Create account", confirm: "Confirm", signIn: "Sign in", forgot: "Forgot your password?", send: "Send code", save: "Save password", allow: "Allow", direction: "ltr" },
  de: { create: "Konto erstellen", name: "Vorname", submit: "Konto erstellen", confirm: "Bestätigen", signIn: "Anmelden", forgot: "Passwort vergessen?", send: "Code senden", save: "Passwort speichern", allow: "Erlauben", direction: "ltr" },
  ar: { create: "إنشاء حساب", name: "الاسم الأول", submit: "إنشاء الحساب", confirm: "تأكيد", signIn: "تسجيل الدخول", forgot: "هل نسيت كلمة المرور؟", send: "إرسال الرمز", save: "حفظ كلمة المرور", allow: "سماح", direction: "rtl" },
};

async function isGood(page, direction) {
  assert.equal(await page.locator("html").getAttribute("dir"), direction);
  assert.deepEqual(await findings(page), [], page.url());
}

for (const [language, window, javaScriptEnabled] of [
  ["en", "desktop", true],
  ["en", "phone", false],
  ["de", "desktop", true],
  ["de", "phone", true],
  ["ar", "desktop", true],
  ["ar", "phone", true],
]) {
  const name = `sign-up, sign-out, sign-in and a forgotten password: ${language}, ${window}, JavaScript ${javaScriptEnabled ? "on" : "off"}`;
  test(name, async () => {
    const { application } = house;
    const say = words[language];
    const email = `ann.${language}.${window}@example.com`;
    const context = await browser.newContext({ ...windows[window], javaScriptEnabled });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    const look = async (seen) => {
      await keep(page, `${language}-${seen}-${window}`);
      if (javaScriptEnabled) await isGood(page, say.direction);
    };
    const press = (button) => page.getByRole("button", { name: button, exact: true }).click();
    const arrive = () => page.waitForURL(`${application}/callback?**`);

    const first = request(house, { lang: language });
    await page.goto(first.url);
    await look("sign-in");
    await page.getByRole("link", { name: say.create, exact: true }).click();
    await look("sign-up");
    await page.locator("[name='attribute.email']").fill(email);
    await page.getByLabel(say.name).fill("Ann");
    await page.locator("[name=password]").fill(password);
    await page.locator("[name=repeated_password]").fill(password);
    await press(say.submit);
    await page.locator("[name=code]").fill(fixedCode);
    await look("code");
    await press(say.confirm);
    // Whoever confirms is signed in, or signs in now.
    await page.waitForURL((url) => url.href.startsWith(application) || url.pathname === "/login");
    if (!page.url().startsWith(application)) {
      await page.locator("[name=username]").fill(email);
      await page.locator("[name=password]").fill(password);
      await press(say.signIn);
      await arrive();
    }
    const tokens = await first.redeem(page.url());
    assert.equal(tokens.status, 200, JSON.stringify(tokens));
    assert.ok(tokens.id_token && tokens.access_token);

    // Who is signed in does not sign in twice, until they sign out. An application may ask for their consent.
    await page.goto(request(house).url);
    await arrive();
    await page.goto(request(house, { prompt: "consent" }).url);
    await look("consent");
    await press(say.allow);
    await arrive();
    const out = new URLSearchParams({ client_id: house.client, logout_uri: `${application}/` });
    await page.goto(`${house.base}/logout?${out}`);
    await page.waitForURL(`${application}/`);
    await page.goto(request(house).url);
    // The language is remembered, and a wrong password is told.
    await look("sign-in-again");
    await page.locator("[name=username]").fill(email);
    await page.locator("[name=password]").fill(another);
    await press(say.signIn);
    await page.getByRole("alert").waitFor();
    await look("wrong");

    await page.getByRole("link", { name: say.forgot, exact: true }).click();
    await page.locator("[name=username]").fill(email);
    await press(say.send);
    await page.locator("[name=code]").fill(fixedCode);
    await look("forgotten");
    await page.locator("[name=new_password]").fill(another);
    await page.locator("[name=repeated_password]").fill(another);
    await press(say.save);
    await page.waitForURL((url) => url.pathname === "/login");
    await page.locator("[name=username]").fill(email);
    await page.locator("[name=password]").fill(another);
    await press(say.signIn);
    await arrive();
    await context.close();
  });
}
