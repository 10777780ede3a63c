// Does amazon-cognito-identity-js confirm a device, have it remembered, and sign in on it?

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";

import {
  AdminCreateUserCommand,
  AdminListDevicesCommand,
  AdminSetUserPasswordCommand,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  DeleteUserPoolCommand,
  UpdateUserPoolCommand,
} from "@aws-sdk/client-cognito-identity-provider";

import { claims, cognito, endpoint, password } from "../house.js";

const { AuthenticationDetails, CognitoUser, CognitoUserPool } = createRequire(import.meta.url)(
  "amazon-cognito-identity-js",
);

const ids = {};

const devices = (prompts) => ({
  ChallengeRequiredOnNewDevice: true,
  DeviceOnlyRememberedOnUserPrompt: prompts,
});

before(async () => {
  const made = await cognito.send(
    new CreateUserPoolCommand({ PoolName: "devices", DeviceConfiguration: devices(true) }),
  );
  ids.UserPoolId = made.UserPool.Id;
  const client = await cognito.send(
    new CreateUserPoolClientCommand({
      UserPoolId: ids.UserPoolId,
      ClientName: "web",
      ExplicitAuthFlows: [
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
      ],
    }),
  );
  ids.ClientId = client.UserPoolClient.ClientId;
});

after(() => cognito.send(new DeleteUserPoolCommand({ UserPoolId: ids.UserPoolId })));

/** A browser of somebody: what it keeps outlives a sign-in. */
function browser() {
  const kept = new Map();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
    clear: () => kept.clear(),
  };
}

let people = 0;

async function person() {
  people += 1;
  const ann = { name: `ann${people}-${Date.now()}`, password: password() };
  const user = { UserPoolId: ids.UserPoolId, Username: ann.name };
  await cognito.send(new AdminCreateUserCommand({ ...user, MessageAction: "SUPPRESS" }));
  await cognito.send(
    new AdminSetUserPasswordCommand({ ...user, Password: ann.password, Permanent: true }),
  );
  return ann;
}

function signIn(ann, Storage, how = "srp") {
  const Pool = new CognitoUserPool({ ...ids, endpoint, Storage });
  const user = new CognitoUser({ Username: ann.name, Pool, Storage });
  if (how === "password") user.setAuthenticationFlowType("USER_PASSWORD_AUTH");
  const details = new AuthenticationDetails({ Username: ann.name, Password: ann.password });
  return new Promise((onResolve, onFailure) => {
    user.authenticateUser(details, {
      onSuccess: (session, asks) => onResolve({ user, session, asks }),
      onFailure,
    });
  });
}

const done = (call) =>
  new Promise((onSuccess, onFailure) => {
    call({ onSuccess, onFailure });
  });

const listed = async (ann) => {
  const input = { UserPoolId: ids.UserPoolId, Username: ann.name };
  return (await cognito.send(new AdminListDevicesCommand(input))).Devices;
};

const deviceOf = (session) => claims(session.getAccessToken().getJwtToken()).device_key;

test("a device is confirmed, remembered, and proves itself from then on", async () => {
  // Salts and verifiers that begin with a zero or a high bit are where libraries differ.
  for (let turn = 0; turn < 8; turn += 1) {
    const ann = await person();
    const storage = browser();
    const first = await signIn(ann, storage);
    assert.equal(first.asks, true, "the user is to be asked");
    const key = deviceOf(first.session);
    assert.deepEqual(
      (await listed(ann)).map((device) => device.DeviceKey),
      [key],
    );
    assert.equal(
      await done((callback) => first.user.setDeviceStatusRemembered(callback)),
      "SUCCESS",
    );

    const second = await signIn(ann, storage);
    assert.equal(deviceOf(second.session), key);
    assert.equal(second.asks, undefined);
    assert.equal((await listed(ann)).length, 1, "no second device came of it");
    const third = await signIn(ann, storage, "password");
    assert.equal(deviceOf(third.session), key);

    const fresh = await new Promise((resolve, reject) => {
      third.user.refreshSession(third.session.getRefreshToken(), (error, session) =>
        error ? reject(error) : resolve(session),
      );
    });
    assert.equal(deviceOf(fresh), key);
  }
});

test("another browser is another device", async () => {
  const ann = await person();
  const first = await signIn(ann, browser());
  const second = await signIn(ann, browser());
  assert.notEqual(deviceOf(first.session), deviceOf(second.session));
  const listing = await new Promise((onSuccess, onFailure) => {
    second.user.listDevices(10, null, { onSuccess, onFailure });
  });
  assert.equal(listing.Devices.length, 2);
});

test("a device that was forgotten elsewhere is a new one, without an error", async () => {
  const ann = await person();
  const storage = browser();
  const first = await signIn(ann, storage);
  await done((callback) => first.user.setDeviceStatusRemembered(callback));
  const elsewhere = await signIn(ann, browser());
  await done((callback) =>
    elsewhere.user.forgetSpecificDevice(deviceOf(first.session), callback),
  );
  const second = await signIn(ann, storage);
  assert.notEqual(deviceOf(second.session), deviceOf(first.session));
});

test("where nobody is asked a device is remembered at once", async () => {
  const UserPoolId = ids.UserPoolId;
  const update = (prompts) =>
    cognito.send(new UpdateUserPoolCommand({ UserPoolId, DeviceConfiguration: devices(prompts) }));
  await update(false);
  try {
    const ann = await person();
    const storage = browser();
    const first = await signIn(ann, storage);
    assert.equal(first.asks, undefined);
    const device = await done((callback) => first.user.getDevice(callback));
    const named = Object.fromEntries(
      device.Device.DeviceAttributes.map(({ Name, Value }) => [Name, Value]),
    );
    assert.equal(named["dev:device_remembered_status"], "remembered");
    const second = await signIn(ann, storage);
    assert.equal(deviceOf(second.session), deviceOf(first.session));
    assert.equal(
      await done((callback) => second.user.setDeviceStatusNotRemembered(callback)),
      "SUCCESS",
    );
    assert.equal(await done((callback) => second.user.forgetDevice(callback)), "SUCCESS");
    assert.equal((await listed(ann)).length, 0);
  } finally {
    await update(true);
  }
});
