// Where does an application in the browser run that a test drives by name? On a port of its own, bundled as one would ship it.

import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

import { listen } from "./house.js";

/** The application of this name below app/, whose page is told by `settings()` where its pool is. */
export async function serve(settings, name) {
  const entry = fileURLToPath(new URL(`app/${name}.js`, import.meta.url));
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: "esm", write: false });
  const [{ contents: script }] = outputFiles;
  const server = createServer((incoming, outgoing) => {
    if (incoming.url === "/main.js") {
      return outgoing.writeHead(200, { "content-type": "text/javascript" }).end(script);
    }
    const data = Object.entries(settings()).map(([name, value]) => `data-${name}="${value}"`);
    outgoing.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    return outgoing.end(`<!doctype html><html lang="en"><title>Orchard Market</title><body ${data.join(" ")}>
      <p id="status"></p><script type="module" src="/main.js"></script>`);
  });
  const port = await listen(server);
  return { url: `http://localhost:${port}/app`, close: () => (server.closeAllConnections(), server.close()) };
}
