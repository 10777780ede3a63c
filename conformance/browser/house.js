// Which server do the tests of a whole walk talk to? One of their own, and an application that only remembers where it
// was called.

import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const binary = process.env.POOLHOUSE ?? join(root, "target/debug/poolhouse");

export const isBuilt = existsSync(binary);
export const application = "http://localhost:9228";
export const fixedCode = "246810";

/** Starts Poolhouse with a pool and its domain, and the application. */
export async function start() {
  const outputs = join(mkdtempSync(join(tmpdir(), "pages-")), "outputs.json");
  const template = fileURLToPath(new URL("template.yaml", import.meta.url));
  const port = 20_000 + (process.pid % 20_000);
  const options = ["--memory", "--port", port, "--api-port", port + 1, "--outputs", outputs, "--fixed-code", fixedCode];
  const server = spawn(binary, ["dev", template, ...options.map(String)], { stdio: ["ignore", "ignore", "inherit"] });
  for (let tries = 0; !existsSync(outputs); tries += 1) {
    if (tries > 600 || server.exitCode !== null) throw new Error("Poolhouse did not start");
    await wait(50);
  }
  const app = createServer((_, response) => response.end("<!doctype html><title>Orchard Market</title><p>Here you are."));
  await new Promise((resolve) => app.listen(9228, "localhost", resolve));
  const { WebClientId: client } = JSON.parse(readFileSync(outputs, "utf8"));
  const stop = () => {
    server.kill();
    app.closeAllConnections();
    app.close();
  };
  return { base: `http://people.auth.localhost:${port}`, client, stop };
}

/** A request to sign in: its address, and how its code becomes tokens. */
export function request(house, more = {}) {
  const verifier = randomBytes(32).toString("base64url");
  const state = randomBytes(8).toString("base64url");
  const query = new URLSearchParams({
    client_id: house.client,
    response_type: "code",
    redirect_uri: `${application}/callback`,
    scope: "openid email",
    state,
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    ...more,
  });
  const redeem = async (address) => {
    const answer = new URL(address).searchParams;
    if (answer.get("state") !== state) throw new Error(`another state in ${address}`);
    const body = new URLSearchParams({
      grant_type: "authorization_code",
      client_id: house.client,
      redirect_uri: `${application}/callback`,
      code: answer.get("code"),
      code_verifier: verifier,
    });
    // Node does not look up names below localhost; the client says which pool is meant.
    const plain = house.base.replace("people.auth.", "");
    const response = await fetch(`${plain}/oauth2/token`, { method: "POST", body });
    return { status: response.status, ...(await response.json()) };
  };
  return { url: `${house.base}/oauth2/authorize?${query}`, redeem };
}
