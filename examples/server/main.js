// How does an application on a server sign people in? With openid-client, which finds everything by discovery. ISSUER,
// CLIENT_ID, CLIENT_SECRET and PORT say with whom and where. Tokens stay on the server; the browser gets a cookie.

import { randomBytes } from "node:crypto";
import { createServer } from "node:http";

import * as openid from "openid-client";

const { ISSUER: issuer, CLIENT_ID: client, CLIENT_SECRET: secret, PORT: port = "8080" } = process.env;
const home = `http://localhost:${port}/`;
const callback = `${home}callback`;

// Only a server on this machine is spoken to without TLS.
const { protocol, hostname } = new URL(issuer);
const isLocal = protocol === "http:" && ["localhost", "127.0.0.1"].includes(hostname);
const config = await openid.discovery(new URL(issuer), client, undefined, openid.ClientSecretBasic(secret), {
  execute: isLocal ? [openid.allowInsecureRequests] : [],
});

/** What is remembered of a browser: on its way to sign in, and signed in. A real application keeps this in a store. */
const sessions = new Map();

function sessionOf(request) {
  const [, id] = /(?:^|; )session=([\w-]+)/.exec(request.headers.cookie ?? "") ?? [];
  return { id, session: sessions.get(id) };
}

/** Begins a session under an id of its own. */
function begin(response, session, before) {
  sessions.delete(before);
  const id = randomBytes(32).toString("base64url");
  sessions.set(id, session);
  response.setHeader("set-cookie", `session=${id}; Path=/; HttpOnly; SameSite=Lax`);
}

const routes = {
  async "/"(_, response, { session }) {
    const who = session?.email;
    const text = who
      ? `<p>Signed in as ${escaped(who)}. <a href="/sign-out">Sign out</a>`
      : `<p>Signed out. <a href="/sign-in">Sign in</a>`;
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    response.end(`<!doctype html><html lang="en"><meta charset="utf-8"><title>Orchard Market</title>${text}`);
  },

  async "/sign-in"(_, response, { id }) {
    const [verifier, state, nonce] = [openid.randomPKCECodeVerifier(), openid.randomState(), openid.randomNonce()];
    begin(response, { verifier, state, nonce }, id);
    const url = openid.buildAuthorizationUrl(config, {
      redirect_uri: callback,
      scope: "openid email",
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state,
      nonce,
    });
    response.writeHead(302, { location: url.href }).end();
  },

  async "/callback"(request, response, { id, session }) {
    if (!session?.verifier) return response.writeHead(302, { location: "/" }).end();
    const tokens = await openid.authorizationCodeGrant(config, new URL(request.url, home), {
      pkceCodeVerifier: session.verifier,
      expectedState: session.state,
      expectedNonce: session.nonce,
      idTokenExpected: true,
    });
    const { sub } = tokens.claims();
    const { email } = await openid.fetchUserInfo(config, tokens.access_token, sub);
    begin(response, { email, refresh: tokens.refresh_token, hint: tokens.id_token }, id);
    response.writeHead(302, { location: "/" }).end();
  },

  async "/sign-out"(_, response, { id, session }) {
    sessions.delete(id);
    if (!session?.hint) return response.writeHead(302, { location: "/" }).end();
    await openid.tokenRevocation(config, session.refresh);
    const url = openid.buildEndSessionUrl(config, { id_token_hint: session.hint, post_logout_redirect_uri: home });
    response.writeHead(302, { location: url.href }).end();
  },
};

/** A text of somebody else's in a page of ours. */
function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

const server = createServer((request, response) => {
  const route = routes[new URL(request.url, home).pathname];
  if (!route) return response.writeHead(404).end();
  route(request, response, sessionOf(request)).catch((error) => {
    // What exactly went wrong is for the log.
    console.error(error.name, error.error ?? error.message);
    if (!response.headersSent) response.writeHead(400, { "content-type": "text/plain" });
    response.end("This sign-in did not work. Begin again.\n");
  });
});
server.listen(Number(port), "localhost", () => console.log(home));
