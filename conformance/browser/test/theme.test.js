// Do the pages look as the server's folder, the pool and the client say, under the policy of real pages?

import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { keep } from "../album.js";
import { start as startBrowser } from "../browser.js";
import { request, start } from "../house.js";

const png =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

let browser;
let house;

before(async () => {
  const theme = mkdtempSync(join(tmpdir(), "theme-"));
  writeFileSync(join(theme, "theme.css"), ":root { --accent: rgb(1, 2, 3); --radius: 7px; }");
  writeFileSync(join(theme, "en.ftl"), "brand = Plum");
  [browser, house] = await Promise.all([startBrowser(), start({ options: ["--theme", theme] })]);
});
after(async () => {
  await browser?.close();
  await house?.stop();
});

test("a folder, a customization and a style, each over the one before", async () => {
  const page = await browser.newPage();
  const troubles = [];
  page.on("console", (message) => message.type() === "error" && troubles.push(message.text()));
  const look = async () => {
    await page.goto(request(house).url);
    return page.getByRole("button", { name: "Sign in", exact: true }).evaluate((button) => {
      const { backgroundColor, borderRadius } = getComputedStyle(button);
      return { backgroundColor, borderRadius };
    });
  };
  const pool = { UserPoolId: house.pool };

  assert.deepEqual(await look(), { backgroundColor: "rgb(1, 2, 3)", borderRadius: "7px" });
  assert.match(await page.title(), /Plum/);
  await keep(page, "en-sign-in-themed-desktop");

  const css = ".submitButton-customizable { background-color: rgb(4, 5, 6); }";
  await house.call("SetUICustomization", { ...pool, ClientId: house.client, CSS: css, ImageFile: png });
  assert.deepEqual(await look(), { backgroundColor: "rgb(4, 5, 6)", borderRadius: "7px" });
  const { UICustomization: told } = await house.call("GetUICustomization", { ...pool, ClientId: house.client });
  const seen = await page.evaluate(() => [...document.images].map((image) => [image.src, image.naturalWidth]));
  const [address, width] = seen.find(([src]) => new URL(src).pathname === new URL(told.ImageUrl).pathname) ?? [];
  assert.ok(address && width === 1, `${told.ImageUrl} in ${JSON.stringify(seen)}`);

  await house.call("UpdateUserPoolDomain", { ...pool, Domain: "people", ManagedLoginVersion: 2 });
  const defaults = { backgroundColor: "070809ff" };
  const Settings = { components: { primaryButton: { lightMode: { defaults } } } };
  await house.call("CreateManagedLoginBranding", { ...pool, ClientId: house.client, Settings });
  assert.deepEqual(await look(), { backgroundColor: "rgb(7, 8, 9)", borderRadius: "7px" });
  assert.deepEqual(troubles, []);
  await page.close();
});
