// Where does the application in the browser run? On a port of its own, bundled as one would ship it, beside the TLS in
// front of Poolhouse that Amplify insists on (github.com/aws-amplify/amplify-js/issues/14799).

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

/** Listens on a free port of loopback, and gives the port. */
export async function listen(server) {
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "localhost", resolve));
  return server.address().port;
}

/** TLS on a port of its own for a server on another: what any proxy in front of it does. */
export async function secured(port) {
  const folder = mkdtempSync(join(tmpdir(), "tls-"));
  const [keyFile, certificateFile] = ["key.pem", "certificate.pem"].map((name) => join(folder, name));
  const made = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj"];
  execFileSync("openssl", ["req", ...made, "/CN=localhost", "-keyout", keyFile, "-out", certificateFile], {
    stdio: "ignore",
  });
  const options = { key: readFileSync(keyFile), cert: readFileSync(certificateFile) };
  const server = createTlsServer(options, (incoming, outgoing) => {
    const { method, url: path, headers } = incoming;
    const onward = request({ host: "127.0.0.1", port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });
  return { port: await listen(server), close: () => (server.closeAllConnections(), server.close()) };
}

/** The application of this name below app/, whose page is told by `settings()` where its pool is. */
export async function serve(settings, name = "main") {
  const entry = fileURLToPath(new URL(`app/${name}.js`, import.meta.url));
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: "esm", write: false });
  const [{ contents: script }] = outputFiles;
  const button = (id) => `<button id="${id}">${id}</button>`;
  const server = createServer((incoming, outgoing) => {
    if (incoming.url === "/main.js") {
      return outgoing.writeHead(200, { "content-type": "text/javascript" }).end(script);
    }
    const data = Object.entries(settings()).map(([name, value]) => `data-${name}="${value}"`);
    outgoing.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    return outgoing.end(`<!doctype html><html lang="en"><title>Orchard Market</title><body ${data.join(" ")}>
      <p id="status"></p>${["sign-in", "refresh", "sign-out"].map(button).join("")}<script type="module" src="/main.js"></script>`);
  });
  const port = await listen(server);
  return { url: `http://localhost:${port}/app`, close: () => (server.closeAllConnections(), server.close()) };
}
