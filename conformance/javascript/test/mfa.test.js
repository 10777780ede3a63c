// Does amazon-cognito-identity-js set up second factors and sign in with them?

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { promisify } from "node:util";

import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  DeleteUserPoolCommand,
  SetUserPoolMfaConfigCommand,
} from "@aws-sdk/client-cognito-identity-provider";

import { address, code, cognito, endpoint, password } from "../house.js";

const { AuthenticationDetails, CognitoUser, CognitoUserPool } = createRequire(import.meta.url)(
  "amazon-cognito-identity-js",
);

const ids = {};

const configure = (MfaConfiguration) =>
  cognito.send(
    new SetUserPoolMfaConfigCommand({
      UserPoolId: ids.UserPoolId,
      MfaConfiguration,
      SoftwareTokenMfaConfiguration: { Enabled: true },
      SmsMfaConfiguration: {
        SmsAuthenticationMessage: "Text {####}",
        SmsConfiguration: { SnsCallerArn: "arn:aws:iam::000000000000:role/sms" },
      },
    }),
  );

before(async () => {
  const made = await cognito.send(new CreateUserPoolCommand({ PoolName: "second factors" }));
  ids.UserPoolId = made.UserPool.Id;
  const client = await cognito.send(
    new CreateUserPoolClientCommand({
      UserPoolId: ids.UserPoolId,
      ClientName: "web",
      ExplicitAuthFlows: ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    }),
  );
  ids.ClientId = client.UserPoolClient.ClientId;
  await configure("OPTIONAL");
});

after(() => cognito.send(new DeleteUserPoolCommand({ UserPoolId: ids.UserPoolId })));

/** A user with a password of their own and these attributes. */
async function person(attributes = {}) {
  const ann = { name: address(), password: password() };
  const UserAttributes = Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));
  const named = { UserPoolId: ids.UserPoolId, Username: ann.name };
  await cognito.send(
    new AdminCreateUserCommand({ ...named, UserAttributes, MessageAction: "SUPPRESS" }),
  );
  await cognito.send(
    new AdminSetUserPasswordCommand({ ...named, Password: ann.password, Permanent: true }),
  );
  return ann;
}

/** Each sign-in has a storage of its own. */
function userOf({ name }) {
  const kept = new Map();
  const Storage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
    clear: () => kept.clear(),
  };
  const Pool = new CognitoUserPool({ ...ids, endpoint, Storage });
  return new CognitoUser({ Username: name, Pool, Storage });
}

/** What a step leads to: a session, or what the library asks next. */
const leading = (step) =>
  new Promise((resolve, reject) => {
    step({
      onSuccess: (session) => resolve({ session }),
      onFailure: reject,
      mfaRequired: (asked, parameters) => resolve({ asked, parameters }),
      totpRequired: (asked, parameters) => resolve({ asked, parameters }),
      mfaSetup: (asked, parameters) => resolve({ asked, parameters }),
      selectMFAType: (asked, parameters) => resolve({ asked, parameters }),
    });
  });

const begin = (user, { name, password: Password }) =>
  leading((next) =>
    user.authenticateUser(new AuthenticationDetails({ Username: name, Password }), next),
  );

const associate = (user) =>
  new Promise((resolve, reject) => {
    user.associateSoftwareToken({ associateSecretCode: resolve, onFailure: reject });
  });

const verify = (user, shown) =>
  new Promise((resolve, reject) => {
    user.verifySoftwareToken(shown, "phone", { onSuccess: resolve, onFailure: reject });
  });

/** What an authenticator shows `ahead` steps from now: RFC 6238. */
function shown(secret, ahead = 0) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0"));
  const bytes = bits
    .join("")
    .match(/.{8}/g)
    .map((byte) => Number.parseInt(byte, 2));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const tag = createHmac("sha1", Buffer.from(bytes)).update(step).digest();
  const number = tag.readUInt32BE(tag[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

test("an authenticator is set up, preferred and asked", async () => {
  const ann = await person();
  const user = userOf(ann);
  assert((await begin(user, ann)).session);
  const secret = await associate(user);
  assert.equal(secret.length, 52);
  await verify(user, shown(secret));
  const on = { Enabled: true, PreferredMfa: true };
  await promisify(user.setUserMfaPreference.bind(user))(null, on);

  const later = userOf(ann);
  const asked = await begin(later, ann);
  assert.equal(asked.asked, "SOFTWARE_TOKEN_MFA");
  assert.equal(asked.parameters.FRIENDLY_DEVICE_NAME, "phone");
  const answer = (told) =>
    leading((next) => later.sendMFACode(told, next, "SOFTWARE_TOKEN_MFA"));
  await assert.rejects(answer("none"), { code: "CodeMismatchException" });
  // The code of this step was used up when the authenticator was set up.
  assert((await answer(shown(secret, 1))).session.isValid());
});

test("a code by text message signs in", async () => {
  const phone_number = `+1555${String(Date.now()).slice(-7)}`;
  const ann = await person({ phone_number, phone_number_verified: "true" });
  const first = userOf(ann);
  await begin(first, ann);
  const on = { Enabled: true, PreferredMfa: true };
  await promisify(first.setUserMfaPreference.bind(first))(on, null);

  const user = userOf(ann);
  const asked = await begin(user, ann);
  assert.equal(asked.asked, "SMS_MFA");
  assert.equal(asked.parameters.CODE_DELIVERY_DELIVERY_MEDIUM, "SMS");
  const told = await code(phone_number);
  const done = await leading((next) => user.sendMFACode(told, next, "SMS_MFA"));
  assert(done.session.isValid());
});

test("whoever prefers none of several chooses", async () => {
  const phone_number = `+1556${String(Date.now()).slice(-7)}`;
  const ann = await person({ phone_number, phone_number_verified: "true" });
  const first = userOf(ann);
  await begin(first, ann);
  const secret = await associate(first);
  await verify(first, shown(secret));
  const on = { Enabled: true, PreferredMfa: false };
  await promisify(first.setUserMfaPreference.bind(first))(on, on);

  const user = userOf(ann);
  const asked = await begin(user, ann);
  assert.equal(asked.asked, "SELECT_MFA_TYPE");
  assert.deepEqual(JSON.parse(asked.parameters.MFAS_CAN_CHOOSE), ["SMS_MFA", "SOFTWARE_TOKEN_MFA"]);
  const chosen = await leading((next) => user.sendMFASelectionAnswer("SOFTWARE_TOKEN_MFA", next));
  assert.equal(chosen.asked, "SOFTWARE_TOKEN_MFA");
  const done = await leading((next) =>
    user.sendMFACode(shown(secret, 1), next, "SOFTWARE_TOKEN_MFA"),
  );
  assert(done.session.isValid());
});

test("a sign-in that needs a factor sets one up", async () => {
  await configure("ON");
  try {
    const ann = await person();
    const user = userOf(ann);
    const asked = await begin(user, ann);
    assert.equal(asked.asked, "MFA_SETUP");
    const secret = await associate(user);
    // The library answers MFA_SETUP by itself once the code was right.
    const session = await verify(user, shown(secret));
    assert(session.isValid());
    const later = await begin(userOf(ann), ann);
    assert.equal(later.asked, "SOFTWARE_TOKEN_MFA");
  } finally {
    await configure("OPTIONAL");
  }
});
