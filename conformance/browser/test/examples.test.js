// Do the applications in examples/ sign people in and out?

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { start as startBrowser } from "../browser.js";
import { claims, fixedCode, freePorts, person, start } from "../house.js";

const password = "Correct-Horse-7!";
const email = "ann@example.com";
const examples = fileURLToPath(new URL("../../../examples/", import.meta.url));

let browser;
let house;
const running = [];

before(async () => {
  [browser, house] = await Promise.all([startBrowser(), start({ prefix: "shop", tls: true })]);
  await person(house, email, password);
});
after(async () => {
  for (const one of running) one.kill();
  await browser?.close();
  await house?.stop();
});

/** A client of the pool, for an application at this address. */
async function client(address, settings) {
  const made = await house.call("CreateUserPoolClient", {
    UserPoolId: house.pool,
    ClientName: "Orchard Market",
    SupportedIdentityProviders: ["COGNITO"],
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: ["code"],
    AllowedOAuthScopes: ["openid", "email", "aws.cognito.signin.user.admin"],
    LogoutURLs: [address],
    ...settings,
  });
  return made.UserPoolClient;
}

/** Starts an example, and waits until it says where it is. */
async function application(file, environment) {
  const one = spawn(process.execPath, [`${examples}${file}`], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: house.authority, ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  running.push(one);
  await new Promise((resolve, reject) => one.stdout.once("data", resolve) && one.once("exit", reject));
}

async function newPage() {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  return page;
}

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

async function signInOnPages(page) {
  await page.locator("[name=username]").fill(email);
  await page.locator("[name=password]").fill(password);
  await press(page, "Sign in");
}

test("in the browser, on the pages and on pages of its own", async () => {
  const [port] = await freePorts(1);
  const url = `http://localhost:${port}/`;
  const settings = await client(url, {
    CallbackURLs: [url],
    ExplicitAuthFlows: ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
  });
  await application("spa/serve.js", {
    USER_POOL_ID: house.pool,
    CLIENT_ID: settings.ClientId,
    DOMAIN: new URL(house.base).host,
    IDENTITY_URL: house.plain,
    PORT: String(port),
  });
  const page = await newPage();
  const status = page.locator("#status");
  const says = (text) => page.getByText(text, { exact: true }).waitFor();
  const token = async () => claims(await status.getAttribute("data-token"));

  await page.goto(url);
  await says("signed out");
  await press(page, "Sign in on the pages");
  await signInOnPages(page);
  await says(`signed in as ${email}`);
  const first = await token();
  assert.equal(first.client_id, settings.ClientId);
  assert.equal(await status.getAttribute("data-username"), first.username);

  await press(page, "Refresh");
  await says(`signed in as ${email}, refreshed`);
  const second = await token();
  assert.notEqual(second.jti, first.jti);
  assert.equal(second.sub, first.sub);

  await press(page, "Sign out");
  await page.waitForURL((to) => to.href.startsWith(url));
  await says("signed out");
  // The session of the pages is over, too.
  await press(page, "Sign in on the pages");
  await page.locator("[name=username]").waitFor();

  // Somebody who is not there yet, without ever leaving the application.
  const bob = "bob@example.com";
  await page.goto(url);
  await says("signed out");
  const fill = async (form, fields, button) => {
    for (const [name, value] of Object.entries(fields)) await page.locator(`#${form} [name=${name}]`).fill(value);
    await page.locator(`#${form}`).getByRole("button", { name: button }).click();
  };
  await fill("own-sign-up", { email: bob, name: "Bob", password }, "Sign up here");
  await says(`a code was sent to ${bob}`);
  await fill("own-confirm", { email: bob, code: fixedCode }, "Confirm");
  await says(`signed in as ${bob}`);
  await press(page, "Sign out");
  await page.waitForURL((to) => to.href.startsWith(url));
  await says("signed out");
  await fill("own-sign-in", { email: bob, password }, "Sign in here");
  await says(`signed in as ${bob}`);
  await page.context().close();
});

test("on a server, with openid-client", async () => {
  const [port] = await freePorts(1);
  const url = `http://localhost:${port}/`;
  const settings = await client(url, { CallbackURLs: [`${url}callback`], GenerateSecret: true });
  await application("server/main.js", {
    ISSUER: `${house.issuing}/${house.pool}`,
    CLIENT_ID: settings.ClientId,
    CLIENT_SECRET: settings.ClientSecret,
    PORT: String(port),
  });
  const page = await newPage();
  await page.goto(url);
  await page.getByRole("link", { name: "Sign in" }).click();
  await signInOnPages(page);
  await page.getByText(`Signed in as ${email}.`).waitFor();
  await page.getByRole("link", { name: "Sign out" }).click();
  await page.getByText("Signed out.").waitFor();
  assert.equal(page.url(), url);
  // At both ends.
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.locator("[name=username]").waitFor();
  // An answer that nobody here asked for is refused.
  const forged = await page.context().request.get(`${url}callback?code=x&state=y`, { maxRedirects: 0 });
  assert.ok([302, 400].includes(forged.status()));
  await page.context().close();
});

test("without a user, with client credentials", async () => {
  await house.call("CreateResourceServer", {
    UserPoolId: house.pool,
    Identifier: "orders",
    Name: "Orders",
    Scopes: [{ ScopeName: "read", ScopeDescription: "See orders" }],
  });
  const settings = await client("https://example.com/", {
    GenerateSecret: true,
    AllowedOAuthFlows: ["client_credentials"],
    AllowedOAuthScopes: ["orders/read"],
    LogoutURLs: [],
  });
  // The API that is called says whom it sees.
  const api = createServer((request, response) => response.end(request.headers.authorization));
  await new Promise((resolve) => api.listen(0, "localhost", resolve));
  const { stdout } = await promisify(execFile)(
    `${examples}machine/call.sh`,
    [`http://localhost:${api.address().port}/orders`],
    {
      env: {
        ...process.env,
        CURL_CA_BUNDLE: house.authority,
        ISSUER: `${house.issuing}/${house.pool}`,
        CLIENT_ID: settings.ClientId,
        CLIENT_SECRET: settings.ClientSecret,
        SCOPE: "orders/read",
      },
    },
  );
  api.close();
  const [scheme, token] = stdout.split(" ");
  assert.equal(scheme, "Bearer");
  assert.equal(claims(token).scope, "orders/read");
  assert.equal(claims(token).sub, settings.ClientId);
});
