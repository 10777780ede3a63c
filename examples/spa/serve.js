// Serves the application, bundled as one would ship it: USER_POOL_ID, CLIENT_ID, DOMAIN (of the pool, without a scheme),
// IDENTITY_URL (of Poolhouse) and PORT say for which pool and where.

import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const { USER_POOL_ID: pool, CLIENT_ID: client, DOMAIN: domain, IDENTITY_URL: endpoint, PORT = "8080" } = process.env;
const entry = fileURLToPath(new URL("main.js", import.meta.url));
const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: "esm", write: false });

const escape = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
const data = Object.entries({ pool, client, domain, endpoint }).map(([name, value]) => `data-${name}="${escape(value ?? "")}"`);
const field = (name, type = "text") => `<label>${name} <input name="${name}" type="${type}" required></label>`;
const form = (id, label, ...fields) => `<form id="${id}"><h2>${label}</h2>${fields.join(" ")} <button>${label}</button></form>`;
const page = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Orchard Market</title>
<body ${data.join(" ")}>
<h1>Orchard Market</h1>
<p id="status" role="status"></p>
<button id="sign-in">Sign in on the pages</button>
<button id="refresh">Refresh</button>
<button id="sign-out">Sign out</button>
${form("own-sign-up", "Sign up here", field("email", "email"), field("name"), field("password", "password"))}
${form("own-confirm", "Confirm", field("email", "email"), field("code"))}
${form("own-sign-in", "Sign in here", field("email", "email"), field("password", "password"))}
<script type="module" src="/main.js"></script>
`;

const server = createServer((request, response) => {
  const isScript = request.url === "/main.js";
  response.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html; charset=utf-8" });
  response.end(isScript ? outputFiles[0].contents : page);
});
server.listen(Number(PORT), "localhost", () => console.log(`http://localhost:${server.address().port}/`));
