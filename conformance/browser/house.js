// Which server do the tests of a whole walk talk to? One of their own, and an application that only remembers where it
// was called.

import { execFileSync, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { createServer, request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import { createServer as createSocket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const binary = process.env.POOLHOUSE_BIN ?? join(root, "target/debug/poolhouse");
const template = fileURLToPath(new URL("template.yaml", import.meta.url));
/** How long a server may take to open on a machine that has much else to do. */
const patience = 60_000;

export const fixedCode = "246810";

/** Listens on a free port of loopback, and gives the port. */
export async function listen(server) {
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "localhost", resolve));
  return server.address().port;
}

/** A certificate for this machine that signs itself, and its key, as files. */
function certificate() {
  const folder = mkdtempSync(join(tmpdir(), "tls-"));
  const [key, chain] = ["tls.key", "tls.crt"].map((name) => join(folder, name));
  const made = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj"];
  const names = ["-addext", "subjectAltName=DNS:localhost,DNS:*.auth.localhost,IP:127.0.0.1"];
  execFileSync("openssl", ["req", ...made, "/CN=localhost", ...names, "-keyout", key, "-out", chain], { stdio: "ignore" });
  return { key, chain };
}

/** Ports that nothing listens on. Somebody else may be quicker; then the server says so and another try is made. */
export async function freePorts(count) {
  const sockets = await Promise.all(
    Array.from({ length: count }, async () => {
      const socket = createSocket();
      await new Promise((resolve, reject) => socket.once("error", reject).listen(0, "127.0.0.1", resolve));
      return socket;
    }),
  );
  const ports = sockets.map((socket) => socket.address().port);
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.close(resolve))));
  return ports;
}

/** Starts a server, and gives what its template put out once it answers. */
async function startOnce(options) {
  const outputs = join(mkdtempSync(join(tmpdir(), "pages-")), "outputs.json");
  const [port, apiPort] = await freePorts(2);
  const fixed = ["--memory", "--port", port, "--api-port", apiPort, "--outputs", outputs, "--fixed-code", fixedCode];
  const server = spawn(binary, ["dev", template, ...fixed.map(String), ...options], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  server.stderr.on("data", (chunk) => (said += chunk));
  const ended = new Promise((resolve) => server.once("close", resolve).once("error", resolve));
  const stop = () => (server.kill(), ended);
  const isOver = () => server.exitCode !== null || server.signalCode !== null || server.pid === undefined;
  for (const until = Date.now() + patience; !existsSync(outputs); await wait(20)) {
    if (isOver()) return { said };
    if (Date.now() > until) {
      await stop();
      throw new Error(`Poolhouse did not open within ${patience} ms: ${said}`);
    }
  }
  return { port, outputs: JSON.parse(readFileSync(outputs, "utf8")), stop };
}

/** Starts Poolhouse with a pool, its domain and an application. Servers of one browser need prefixes of their own: cookies
 * do not tell ports apart. `options` go to `poolhouse dev`; with `tls` it answers over TLS, with a certificate of its own. */
export async function start({ prefix = "people", options = [], tls = false } = {}) {
  if (!existsSync(binary)) throw new Error(`${binary} is not there: cargo build -p poolhouse, or name it in POOLHOUSE_BIN`);
  const app = createServer((_, response) => response.end("<!doctype html><title>Orchard Market</title><p>Here you are."));
  const application = `http://localhost:${await listen(app)}`;
  const parameters = ["--parameter", `Application=${application}`, "--parameter", `Prefix=${prefix}`];
  const pair = tls && certificate();
  const secured = tls ? ["--tls-certificate", pair.chain, "--tls-key", pair.key] : [];
  let server;
  for (let tries = 0; !server?.stop; tries += 1) {
    if (tries === 3) throw new Error(`Poolhouse did not start: ${server.said}`);
    server = await startOnce([...parameters, ...secured, ...options]);
  }
  const scheme = tls ? "https" : "http";
  const { port, outputs } = server;
  const stop = async () => {
    app.closeAllConnections();
    app.close();
    await server.stop();
  };
  return {
    application,
    base: `${scheme}://${prefix}.auth.localhost:${port}`,
    // Node does not look up names below localhost; here the client says which pool is meant.
    plain: `${scheme}://localhost:${port}`,
    issuing: `${scheme}://127.0.0.1:${port}`,
    port,
    authority: tls ? pair.chain : undefined,
    pool: outputs.UserPoolId,
    client: outputs.WebClientId,
    passwordless: outputs.PasswordlessArn,
    /** The newest message to an address. */
    mail: async (to) => (await messages(port, to))[0],
    call: (operation, input) => call(`${scheme}://127.0.0.1:${port}/`, operation, input),
    stop,
  };
}

/** Calls an operation of the API, as an administrator of this machine. */
async function call(url, operation, input) {
  const signed = "Credential=dev/20260101/eu-west-1/cognito-idp/aws4_request, SignedHeaders=host, Signature=0";
  const headers = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": `AWSCognitoIdentityProviderService.${operation}`,
    authorization: `AWS4-HMAC-SHA256 ${signed}`,
  };
  // The certificate is nobody's but the test's.
  const request = url.startsWith("https:") ? tlsRequest : plainRequest;
  const options = { method: "POST", headers, rejectUnauthorized: false };
  const response = await new Promise((resolve, reject) =>
    request(url, options, resolve).once("error", reject).end(JSON.stringify(input)),
  );
  const parts = await response.toArray();
  const answer = JSON.parse(Buffer.concat(parts).toString());
  if (response.statusCode !== 200) throw new Error(`${operation}: ${JSON.stringify(answer)}`);
  return answer;
}

/** The messages to an address, newest first. */
async function messages(port, to) {
  const response = await fetch(`http://127.0.0.1:${port}/_poolhouse/messages?to=${encodeURIComponent(to)}`);
  return response.json();
}

/** Makes somebody who can sign in. */
export async function person(house, username, password) {
  const attributes = { email: username, email_verified: "true", given_name: "Ann" };
  const named = { UserPoolId: house.pool, Username: username };
  await house.call("AdminCreateUser", {
    ...named,
    MessageAction: "SUPPRESS",
    UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
  });
  await house.call("AdminSetUserPassword", { ...named, Password: password, Permanent: true });
}

/** A request to sign in: its address, and how its code becomes tokens. */
export function request(house, more = {}) {
  const verifier = randomBytes(32).toString("base64url");
  const state = randomBytes(8).toString("base64url");
  const asked = {
    client_id: house.client,
    response_type: "code",
    redirect_uri: `${house.application}/callback`,
    scope: "openid email",
    state,
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    ...more,
  };
  const redeem = async (address) => {
    const answer = new URL(address).searchParams;
    if (answer.get("state") !== state) throw new Error(`another state in ${address}`);
    const body = new URLSearchParams({
      grant_type: "authorization_code",
      client_id: asked.client_id,
      redirect_uri: asked.redirect_uri,
      code: answer.get("code"),
      code_verifier: verifier,
    });
    const response = await fetch(`${house.plain}/oauth2/token`, { method: "POST", body });
    return { status: response.status, ...(await response.json()) };
  };
  return { url: `${house.base}/oauth2/authorize?${new URLSearchParams(asked)}`, redeem };
}

/** The claims of a token that was just fetched from where it was made. */
export function claims(token) {
  return JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());
}
