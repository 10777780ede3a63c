// Which server does a test talk to, and how does it read its mails? The environment says so.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";

import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";

const file = process.env.POOLHOUSE_OUTPUTS;
assert(file, "POOLHOUSE_OUTPUTS names the outputs of a running server");

export const outputs = JSON.parse(await readFile(file, "utf8"));
export const endpoint = outputs.IdentityUrl.replace(/\/$/, "");
export const region = outputs.UserPoolId.split("_")[0];
export const issuer = `${endpoint}/${outputs.UserPoolId}`;

export const cognito = new CognitoIdentityProviderClient({
  endpoint,
  region,
  // One attempt only: a retry would hide a fault.
  maxAttempts: 1,
  credentials: {
    accessKeyId: process.env.POOLHOUSE_ACCESS_KEY_ID ?? "any",
    secretAccessKey: process.env.POOLHOUSE_SECRET_ACCESS_KEY ?? "credentials",
  },
});

/** A mail address that nobody has. */
export const address = () => `ann-${randomBytes(6).toString("hex")}@example.com`;

/** A password nobody used before. */
export const password = () => `Correct-Horse-7${randomBytes(5).toString("hex")}!`;

/** The messages to an address, newest first. */
async function messages(to) {
  const outbox = process.env.POOLHOUSE_OUTBOX;
  if (!outbox) {
    const answer = await fetch(`${endpoint}/_poolhouse/messages?to=${encodeURIComponent(to)}`);
    assert.equal(answer.status, 200);
    return answer.json();
  }
  // The last line may still be being written.
  const lines = (await readFile(outbox, "utf8").catch(() => "")).split("\n").slice(0, -1);
  return lines
    .map((line) => JSON.parse(line))
    .filter((message) => message.to === to)
    .reverse();
}

/** The newest message to an address, once there are `count` of them. */
export async function newest(to, count = 1) {
  for (let tries = 0; tries < 250; tries += 1) {
    const found = await messages(to);
    if (found.length >= count) return found[0];
    await wait(20);
  }
  return assert.fail(`${to} has fewer than ${count} messages`);
}

/** The code in that message. */
export const code = async (to, count = 1) => (await newest(to, count)).code;

/** The claims of a token, unverified. */
export const claims = (token) =>
  JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString("utf8"));
