// Does somebody add a passkey on the pages, and sign in with it alone?

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { keep } from "../album.js";
import { findings, start as startBrowser } from "../browser.js";
import { person, request, start } from "../house.js";

const password = "Correct-Horse-7!";
const email = "ann@example.com";

let browser;
let house;

before(async () => {
  [browser, house] = await Promise.all([startBrowser(), start({ prefix: "keys" })]);
  const named = { UserPoolId: house.pool };
  const factors = { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "WEB_AUTHN"] } };
  await house.call("UpdateUserPool", { ...named, Policies: factors });
  await house.call("SetUserPoolMfaConfig", {
    ...named,
    MfaConfiguration: "OFF",
    WebAuthnConfiguration: { RelyingPartyId: "keys.auth.localhost", UserVerification: "required" },
  });
  await house.call("UpdateUserPoolClient", {
    ...named,
    ClientId: house.client,
    ExplicitAuthFlows: ["ALLOW_USER_AUTH"],
    SupportedIdentityProviders: ["COGNITO"],
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: ["code"],
    AllowedOAuthScopes: ["openid", "email"],
    CallbackURLs: [`${house.application}/callback`],
  });
  await person(house, email, password);
});
after(async () => {
  await browser?.close();
  await house?.stop();
});

/** Gives the page that is shown a device with these passkeys that asks nobody, and collects those that are made. Chromium
 * takes it away again with the next page. */
async function plug(page, passkeys = []) {
  const client = await page.context().newCDPSession(page);
  await client.send("WebAuthn.enable");
  const options = {
    protocol: "ctap2",
    transport: "internal",
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  };
  const { authenticatorId } = await client.send("WebAuthn.addVirtualAuthenticator", { options });
  for (const credential of passkeys) await client.send("WebAuthn.addCredential", { authenticatorId, credential });
  const made = [];
  client.on("WebAuthn.credentialAdded", ({ credential }) => made.push(credential));
  return made;
}

/** A browser that offers passkeys in the field of the name when `offerPasskeys` of its page is called, and not before: a
 * device that asks nobody would take the offer while the test reaches for the button. */
async function newPage() {
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(15_000);
  await page.addInitScript(() => {
    PublicKeyCredential.isConditionalMediationAvailable = () =>
      new Promise((answer) => {
        globalThis.offerPasskeys = () => answer(true);
      });
  });
  return page;
}

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

async function signIn(page) {
  await page.locator("[name=username]").fill(email);
  await page.locator("[name=password]").fill(password);
  await press(page, "Sign in");
}

test("a passkey is added after a sign-in, and is enough for the next, by the button or from the field", async () => {
  let page = await newPage();
  const first = request(house);
  await page.goto(first.url.replace("/oauth2/authorize?", "/passkeys/add?"));
  assert.deepEqual(await findings(page), []);
  await keep(page, "en-sign-in-passkey-desktop");
  await signIn(page);
  await page.getByRole("heading", { name: "Sign in faster with a passkey" }).waitFor();
  await keep(page, "en-passkey-desktop");
  assert.deepEqual(await findings(page), []);
  const passkeys = await plug(page);
  await press(page, "Create a passkey");
  await page.getByText("Your passkey is ready").waitFor();
  assert.equal(passkeys.length, 1);
  await keep(page, "en-passkey-ready-desktop");
  await page.getByRole("link", { name: "Continue" }).click();
  await page.waitForURL(`${house.application}/callback?**`);
  assert.equal((await first.redeem(page.url())).status, 200);
  await page.context().close();

  page = await newPage();
  const second = request(house);
  await page.goto(second.url);
  await plug(page, passkeys);
  await press(page, "Sign in with a passkey");
  await page.waitForURL(`${house.application}/callback?**`);
  const tokens = await second.redeem(page.url());
  assert.equal(tokens.status, 200, JSON.stringify(tokens));
  const claims = JSON.parse(Buffer.from(tokens.id_token.split(".")[1], "base64url"));
  assert.equal(claims.email, email);
  await page.context().close();

  page = await newPage();
  const third = request(house);
  await page.goto(third.url);
  // A device counts what it signs, and one that counts backwards is a copy.
  await plug(page, passkeys.map((one) => ({ ...one, signCount: one.signCount + 10 })));
  await page.evaluate(() => globalThis.offerPasskeys());
  await page.waitForURL(`${house.application}/callback?**`);
  assert.equal((await third.redeem(page.url())).status, 200);
  await page.context().close();
});

test("a device without a passkey of this pool says so, and the password still works", async () => {
  const page = await newPage();
  const asked = request(house);
  await page.goto(asked.url);
  await plug(page);
  await press(page, "Sign in with a passkey");
  await page.getByText("The passkey could not be used.").waitFor();
  await keep(page, "en-passkey-wrong-desktop");
  assert.deepEqual(await findings(page), []);
  await signIn(page);
  await page.waitForURL(`${house.application}/callback?**`);
  assert.equal((await asked.redeem(page.url())).status, 200);
  await page.context().close();
});
