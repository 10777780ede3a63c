// Does an application with Amplify sign people in and out on the pages, and refresh?

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { secured, serve } from "../application.js";
import { start as startBrowser } from "../browser.js";
import { claims, person, start } from "../house.js";

const password = "Correct-Horse-7!";
const email = "ann@example.com";

let app;
let browser;
let house;
let tls;
let settings = {};

before(async () => {
  [browser, house, app] = await Promise.all([startBrowser(), start(), serve(() => settings)]);
  tls = await secured(house.port);
  const { UserPoolClient: client } = await house.call("CreateUserPoolClient", {
    UserPoolId: house.pool,
    ClientName: "Orchard Market",
    SupportedIdentityProviders: ["COGNITO"],
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: ["code"],
    AllowedOAuthScopes: ["openid", "email", "aws.cognito.signin.user.admin"],
    CallbackURLs: [app.url],
    LogoutURLs: [app.url],
  });
  await person(house, email, password);
  settings = {
    pool: house.pool,
    client: client.ClientId,
    domain: `people.auth.localhost:${tls.port}`,
    endpoint: house.plain,
  };
});
after(async () => {
  await browser?.close();
  tls?.close();
  app?.close();
  await house?.stop();
});

test("signInWithRedirect, a refresh and signOut", async () => {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const status = page.locator("#status");
  const says = (text) => page.getByText(text, { exact: true }).waitFor();
  const token = async () => claims(await status.getAttribute("data-token"));

  await page.goto(app.url);
  await says("signed out");
  await page.locator("#sign-in").click();
  await page.locator("[name=username]").fill(email);
  await page.locator("[name=password]").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await says(`signed in as ${email}`);
  const first = await token();
  assert.equal(first.client_id, settings.client);
  assert.equal(await status.getAttribute("data-username"), first.username);

  await page.locator("#refresh").click();
  await says(`signed in as ${email}, refreshed`);
  const second = await token();
  assert.notEqual(second.jti, first.jti);
  assert.equal(second.sub, first.sub);

  await page.locator("#sign-out").click();
  await page.waitForURL((url) => url.href.startsWith(app.url));
  await says("signed out");
  // The session of the pages is over, too.
  await page.locator("#sign-in").click();
  await page.locator("[name=username]").waitFor();
  await context.close();
});
