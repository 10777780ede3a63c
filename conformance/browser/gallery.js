// Where are all pages, without a server that makes them? The gallery's files, served with the policy of real pages.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const types = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** The folder of the gallery: the one that `GALLERY` names, or a new one. */
function folder() {
  if (process.env.GALLERY) return process.env.GALLERY;
  const made = mkdtempSync(join(tmpdir(), "gallery-"));
  const run = ["run", "--quiet", "--package", "oauth", "--example", "gallery", "--", made];
  execFileSync("cargo", run, { cwd: root, stdio: "inherit" });
  return made;
}

/** Serves the gallery on a free port of loopback. */
export async function open() {
  const files = folder();
  const policy = readFileSync(join(files, "policy.txt"), "utf8");
  const server = createServer((request, response) => {
    const path = join(files, normalize(new URL(request.url, "http://localhost").pathname));
    if (!path.startsWith(files) || !statSync(path, { throwIfNoEntry: false })?.isFile()) {
      return response.writeHead(404).end();
    }
    const headers = { "content-type": types[extname(path)] ?? "text/plain", "x-content-type-options": "nosniff" };
    if (extname(path) === ".html") headers["content-security-policy"] = policy;
    return response.writeHead(200, headers).end(readFileSync(path));
  });
  await new Promise((resolve) => server.listen(0, "localhost", resolve));
  const names = readdirSync(join(files, "en")).map((file) => file.replace(".html", ""));
  return { url: `http://localhost:${server.address().port}`, names, close: () => server.close() };
}
