// Do certified client libraries finish against the server, configured by discovery alone?

import assert from "node:assert/strict";
import { before, test } from "node:test";

import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CreateResourceServerCommand,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import * as oauth from "oauth4webapi";
import { InMemoryWebStorage, OidcClient, WebStorageStateStore } from "oidc-client-ts";
import * as openid from "openid-client";

import { Browser } from "../browser.js";
import { claims, cognito, endpoint, password } from "../house.js";

const callback = "http://localhost:3000/cb";
const bye = "http://localhost:3000/bye";
const person = { username: "ann", password: password() };
let issuer;
let web;
let server;
let machine;

const signIn = async (url) => {
  const browser = new Browser();
  const done = await browser.fill(await browser.open(url.toString()), person);
  assert.equal(done.status, 303, done.body);
  return { browser, to: done.to };
};

before(async () => {
  const made = await cognito.send(new CreateUserPoolCommand({ PoolName: "oauth" }));
  const UserPoolId = made.UserPool.Id;
  issuer = new URL(`${endpoint}/${UserPoolId}`);
  await cognito.send(
    new AdminCreateUserCommand({
      UserPoolId,
      Username: person.username,
      MessageAction: "SUPPRESS",
      UserAttributes: [
        { Name: "email", Value: "ann@example.com" },
        { Name: "email_verified", Value: "true" },
      ],
    }),
  );
  await cognito.send(
    new AdminSetUserPasswordCommand({
      UserPoolId,
      Username: person.username,
      Password: person.password,
      Permanent: true,
    }),
  );
  await cognito.send(
    new CreateResourceServerCommand({
      UserPoolId,
      Identifier: "api",
      Name: "API",
      Scopes: [{ ScopeName: "read", ScopeDescription: "Read" }],
    }),
  );
  const client = async (settings) => {
    const command = new CreateUserPoolClientCommand({ UserPoolId, ...settings });
    return (await cognito.send(command)).UserPoolClient;
  };
  const pages = {
    SupportedIdentityProviders: ["COGNITO"],
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: ["code"],
    AllowedOAuthScopes: ["openid", "email"],
    CallbackURLs: [callback],
    LogoutURLs: [bye],
  };
  web = await client({ ClientName: "web", ...pages });
  server = await client({ ClientName: "server", GenerateSecret: true, ...pages });
  machine = await client({
    ClientName: "machine",
    GenerateSecret: true,
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: ["client_credentials"],
    AllowedOAuthScopes: ["api/read"],
  });
});

for (const kind of ["basic", "post", "public"]) {
  test(`openid-client signs somebody in and out (${kind})`, async () => {
    const client = kind === "public" ? web : server;
    const authentication = {
      basic: () => openid.ClientSecretBasic(client.ClientSecret),
      post: () => openid.ClientSecretPost(client.ClientSecret),
      public: () => openid.None(),
    }[kind]();
    const config = await openid.discovery(issuer, client.ClientId, undefined, authentication, {
      execute: [openid.allowInsecureRequests],
    });
    const verifier = openid.randomPKCECodeVerifier();
    const [state, nonce] = [openid.randomState(), openid.randomNonce()];
    const url = openid.buildAuthorizationUrl(config, {
      redirect_uri: callback,
      scope: "openid email",
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state,
      nonce,
    });
    const { browser, to } = await signIn(url);
    const tokens = await openid.authorizationCodeGrant(config, to, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    });
    const sub = tokens.claims().sub;
    assert.equal(tokens.claims().email, "ann@example.com");
    const info = await openid.fetchUserInfo(config, tokens.access_token, sub);
    assert.equal(info.email, "ann@example.com");
    const next = await openid.refreshTokenGrant(config, tokens.refresh_token);
    assert.equal(claims(next.access_token).sub, sub);
    await openid.tokenRevocation(config, tokens.refresh_token);
    await assert.rejects(openid.refreshTokenGrant(config, tokens.refresh_token), {
      error: "invalid_grant",
    });
    const out = openid.buildEndSessionUrl(config, {
      post_logout_redirect_uri: bye,
      id_token_hint: tokens.id_token,
      state: "s1",
    });
    assert.equal((await browser.open(out.toString())).to.toString(), `${bye}?state=s1`);
  });
}

test("oauth4webapi gets a machine its token", async () => {
  const insecure = { [oauth.allowInsecureRequests]: true };
  const found = await oauth.discoveryRequest(issuer, insecure);
  const as = await oauth.processDiscoveryResponse(issuer, found);
  const client = { client_id: machine.ClientId };
  const authentication = oauth.ClientSecretBasic(machine.ClientSecret);
  const parameters = new URLSearchParams({ scope: "api/read" });
  const answer = await oauth.clientCredentialsGrantRequest(
    as,
    client,
    authentication,
    parameters,
    insecure,
  );
  const token = await oauth.processClientCredentialsResponse(as, client, answer);
  assert.equal(claims(token.access_token).scope, "api/read");
  const denied = await oauth.clientCredentialsGrantRequest(
    as,
    client,
    authentication,
    new URLSearchParams({ scope: "api/write" }),
    insecure,
  );
  await assert.rejects(oauth.processClientCredentialsResponse(as, client, denied), {
    error: "invalid_scope",
  });
});

test("oidc-client-ts signs somebody in", async () => {
  const client = new OidcClient({
    authority: issuer.toString(),
    client_id: web.ClientId,
    redirect_uri: callback,
    post_logout_redirect_uri: bye,
    scope: "openid email",
    loadUserInfo: true,
    stateStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
  });
  const request = await client.createSigninRequest({ nonce: "n1" });
  const { browser, to } = await signIn(request.url);
  const signed = await client.processSigninResponse(to.toString());
  assert.equal(signed.profile.email, "ann@example.com");
  const out = await client.createSignoutRequest({ id_token_hint: signed.id_token });
  assert.equal((await browser.open(out.url)).to.toString(), bye);
});
