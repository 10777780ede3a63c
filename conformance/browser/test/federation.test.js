// Do two Poolhouses sign somebody in together, when one is the provider of the other, and does signing out of one of
// them leave what it must?

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { keep } from "../album.js";
import { findings, start as startBrowser } from "../browser.js";
import { claims, person, request, start } from "../house.js";

const password = "Correct-Horse-7!";
const email = "ann@example.com";

let browser;
let provider;
let trusting;

before(async () => {
  [browser, provider, trusting] = await Promise.all([startBrowser(), start({ prefix: "guild" }), start()]);
  const oauth = {
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: ["code"],
    AllowedOAuthScopes: ["openid", "email", "profile"],
  };
  const { UserPoolClient: relying } = await provider.call("CreateUserPoolClient", {
    UserPoolId: provider.pool,
    ClientName: "Market Hall",
    GenerateSecret: true,
    SupportedIdentityProviders: ["COGNITO"],
    CallbackURLs: [`${trusting.base}/oauth2/idpresponse`],
    ...oauth,
  });
  await trusting.call("CreateIdentityProvider", {
    UserPoolId: trusting.pool,
    ProviderName: "Upstream",
    ProviderType: "OIDC",
    ProviderDetails: {
      client_id: relying.ClientId,
      client_secret: relying.ClientSecret,
      authorize_scopes: "openid email profile",
      attributes_request_method: "GET",
      oidc_issuer: `${provider.issuing}/${provider.pool}`,
    },
    AttributeMapping: { email: "email", email_verified: "email_verified", given_name: "given_name" },
  });
  const { UserPoolClient: app } = await trusting.call("CreateUserPoolClient", {
    UserPoolId: trusting.pool,
    ClientName: "Orchard Market",
    SupportedIdentityProviders: ["COGNITO", "Upstream"],
    CallbackURLs: [`${trusting.application}/callback`],
    LogoutURLs: [`${trusting.application}/`],
    ...oauth,
  });
  trusting.client = app.ClientId;
  await person(provider, email, password);
});
after(async () => {
  await browser?.close();
  await Promise.all([provider?.stop(), trusting?.stop()]);
});

test("sign-in goes through both, and sign-out ends the session of the one that was asked", async () => {
  const { application } = trusting;
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const arrive = () => page.waitForURL(`${application}/callback?**`);
  const chooseProvider = () => page.getByRole("link", { name: "Upstream" }).click();

  const first = request(trusting);
  await page.goto(first.url);
  assert.deepEqual(await findings(page), []);
  await keep(page, "en-sign-in-provider-desktop");
  await chooseProvider();
  await page.waitForURL((url) => url.port === String(provider.port) && url.pathname === "/login");
  assert.deepEqual(await findings(page), []);
  await page.locator("[name=username]").fill(email);
  await page.locator("[name=password]").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await arrive();
  const tokens = await first.redeem(page.url());
  assert.equal(tokens.status, 200, JSON.stringify(tokens));
  const person = claims(tokens.id_token);
  assert.match(person["cognito:username"], /^Upstream_/);
  assert.equal(person.email, email);
  assert.equal(person.identities[0].providerName, "Upstream");

  // Nobody is asked twice.
  await page.goto(request(trusting).url);
  await arrive();

  const out = new URLSearchParams({ client_id: trusting.client, logout_uri: `${application}/` });
  await page.goto(`${trusting.base}/logout?${out}`);
  await page.waitForURL(`${application}/`);
  const second = request(trusting);
  await page.goto(second.url);
  await page.waitForURL((url) => url.pathname === "/login");
  // The provider still knows who it is.
  await chooseProvider();
  await arrive();
  const again = claims((await second.redeem(page.url())).id_token);
  assert.equal(again.sub, person.sub);
  await context.close();
});

test("an application that has chosen the provider shows no page of ours", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(request(trusting, { identity_provider: "Upstream" }).url);
  await page.waitForURL((url) => url.port === String(provider.port) && url.pathname === "/login");
  await context.close();
});
