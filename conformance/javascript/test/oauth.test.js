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
let service;

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
  service = await client({
    ClientName: "service",
    GenerateSecret: true,
    ExplicitAuthFlows: ["ALLOW_TOKEN_EXCHANGE_DELEGATION", "ALLOW_TOKEN_EXCHANGE_IMPERSONATION"],
    ...pages,
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

test("openid-client exchanges a token for another service's", async () => {
  const insecure = { execute: [openid.allowInsecureRequests] };
  const discovered = (client) =>
    openid.discovery(issuer, client.ClientId, client.ClientSecret, undefined, insecure);
  const signedIn = await discovered(server);
  const verifier = openid.randomPKCECodeVerifier();
  const url = openid.buildAuthorizationUrl(signedIn, {
    redirect_uri: callback,
    scope: "openid email",
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
  const { to } = await signIn(url);
  const tokens = await openid.authorizationCodeGrant(signedIn, to, { pkceCodeVerifier: verifier });
  const actor = await openid.clientCredentialsGrant(await discovered(machine));

  const type = "urn:ietf:params:oauth:token-type:access_token";
  const config = await discovered(service);
  const exchange = (more) =>
    openid.genericGrantRequest(config, "urn:ietf:params:oauth:grant-type:token-exchange", {
      subject_token: tokens.access_token,
      subject_token_type: type,
      ...more,
    });
  const given = await exchange({
    actor_token: actor.access_token,
    actor_token_type: type,
    scope: "openid api/read",
    audience: "https://api.example.com",
  });
  assert.equal(given.issued_token_type, type);
  assert.equal(given.scope, "openid");
  const { act, aud, client_id: client, sub } = claims(given.access_token);
  assert.equal(sub, claims(tokens.access_token).sub);
  assert.deepEqual([aud, client], ["https://api.example.com", service.ClientId]);
  assert.equal(act.sub, machine.ClientId);
  await assert.rejects(exchange({ scope: "api/read" }), { error: "invalid_scope" });
  await openid.tokenRevocation(signedIn, tokens.refresh_token);
  await assert.rejects(exchange({}), { error: "invalid_request" });
});

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
