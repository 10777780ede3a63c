// Does an application with Amplify make passkeys and sign in with them, in a browser that has an authenticator?

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { serve } from "../application.js";
import { start as startBrowser } from "../browser.js";
import { person, start } from "../house.js";

const password = "Correct-Horse-7!";
const username = "ann@example.com";

let app;
let browser;
let house;
let settings = {};

before(async () => {
  [browser, house, app] = await Promise.all([
    startBrowser(),
    start({ prefix: "passkeys" }),
    serve(() => settings, "passkeys"),
  ]);
  const { UserPool: pool } = await house.call("CreateUserPool", {
    PoolName: "passkeys",
    UsernameAttributes: ["email"],
    Policies: { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "WEB_AUTHN"] } },
  });
  await house.call("SetUserPoolMfaConfig", {
    UserPoolId: pool.Id,
    WebAuthnConfiguration: { RelyingPartyId: "localhost", UserVerification: "required" },
  });
  const { UserPoolClient: client } = await house.call("CreateUserPoolClient", {
    UserPoolId: pool.Id,
    ClientName: "passkeys",
    ExplicitAuthFlows: ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
  });
  await person({ ...house, pool: pool.Id }, username, password);
  settings = { pool: pool.Id, client: client.ClientId, endpoint: house.plain };
});
after(async () => {
  await browser?.close();
  app?.close();
  await house?.stop();
});

test("a passkey is made, listed, used and deleted", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await page.goto(app.url);
  await page.getByText("ready", { exact: true }).waitFor();
  const amplify = (name, input) =>
    page.evaluate(([name, input]) => globalThis.call(name, input), [name, input]);

  assert.equal((await amplify("signIn", { username, password })).isSignedIn, true);
  await amplify("associateWebAuthnCredential");
  const { credentials } = await amplify("listWebAuthnCredentials");
  assert.equal(credentials.length, 1);
  assert.equal(credentials[0].relyingPartyId, "localhost");
  await amplify("signOut");

  const options = { authFlowType: "USER_AUTH", preferredChallenge: "WEB_AUTHN" };
  assert.equal((await amplify("signIn", { username, options })).isSignedIn, true);
  assert.equal((await amplify("fetchUserAttributes")).email, username);
  await amplify("deleteWebAuthnCredential", { credentialId: credentials[0].credentialId });
  assert.equal((await amplify("listWebAuthnCredentials")).credentials.length, 0);
  await amplify("signOut");
  await context.close();
});
