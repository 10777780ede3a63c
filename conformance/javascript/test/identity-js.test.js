// Does amazon-cognito-identity-js, the library below many web applications, sign people in over SRP?

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { promisify } from "node:util";

import { AdminCreateUserCommand } from "@aws-sdk/client-cognito-identity-provider";

import { address, code, cognito, endpoint, newest, outputs, password } from "../house.js";

const { AuthenticationDetails, CognitoUser, CognitoUserAttribute, CognitoUserPool } = createRequire(
  import.meta.url,
)("amazon-cognito-identity-js");

/** Each user has a storage of their own, so that tests do not share a session. */
function userNamed(Username) {
  const kept = new Map();
  const Storage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
    clear: () => kept.clear(),
  };
  const Pool = new CognitoUserPool({
    UserPoolId: outputs.UserPoolId,
    ClientId: outputs.WebClientId,
    endpoint,
    Storage,
  });
  return new CognitoUser({ Username, Pool, Storage });
}

function authenticate(user, Username, Password) {
  return new Promise((resolve, reject) => {
    user.authenticateUser(new AuthenticationDetails({ Username, Password }), {
      onSuccess: (session) => resolve({ session }),
      onFailure: reject,
      newPasswordRequired: (attributes, required) => resolve({ attributes, required }),
    });
  });
}

/** What the callbacks of a custom sign-in are called with: a challenge, or the session. */
function custom(begin) {
  return new Promise((resolve, reject) => {
    begin({
      customChallenge: (asked) => resolve({ asked }),
      onSuccess: (session) => resolve({ session }),
      onFailure: reject,
    });
  });
}

const signInWithout = (user) =>
  custom((callbacks) =>
    user.initiateAuth(new AuthenticationDetails({ Username: user.getUsername() }), callbacks),
  );

const answer = (user, text) =>
  custom((callbacks) => user.sendCustomChallengeAnswer(text, callbacks));

async function person() {
  const ann = { name: address(), password: password() };
  const { pool } = userNamed(ann.name);
  const made = await new Promise((resolve, reject) => {
    pool.signUp(
      ann.name,
      ann.password,
      [new CognitoUserAttribute({ Name: "given_name", Value: "Ann" })],
      null,
      (error, result) => (error ? reject(error) : resolve(result)),
    );
  });
  ann.sub = made.userSub;
  const user = userNamed(ann.name);
  const confirmed = await promisify(user.confirmRegistration.bind(user))(
    await code(ann.name),
    false,
  );
  assert.equal(confirmed, "SUCCESS");
  return ann;
}

test("signs up, confirms and signs in over SRP", async () => {
  const ann = await person();
  const user = userNamed(ann.name);
  const { session } = await authenticate(user, ann.name, ann.password);
  assert.ok(session.isValid());
  assert.equal(session.getIdToken().payload.sub, ann.sub);
  assert.equal(session.getAccessToken().payload.client_id, outputs.WebClientId);

  const attributes = await promisify(user.getUserAttributes.bind(user))();
  assert.ok(attributes.some(({ Name, Value }) => Name === "given_name" && Value === "Ann"));
});

test("a wrong password is refused", async () => {
  const ann = await person();
  await assert.rejects(authenticate(userNamed(ann.name), ann.name, `${ann.password}x`), {
    code: "NotAuthorizedException",
    message: "Incorrect username or password.",
  });
});

test("an unconfirmed user is told so", async () => {
  const name = address();
  const secret = password();
  const { pool } = userNamed(name);
  await promisify(pool.signUp.bind(pool))(name, secret, [], null);
  await assert.rejects(authenticate(userNamed(name), name, secret), {
    code: "UserNotConfirmedException",
  });
});

test("refreshes a session", async () => {
  const ann = await person();
  const user = userNamed(ann.name);
  const { session } = await authenticate(user, ann.name, ann.password);
  const fresh = await promisify(user.refreshSession.bind(user))(session.getRefreshToken());
  assert.ok(fresh.isValid());
  assert.notEqual(fresh.getAccessToken().getJwtToken(), session.getAccessToken().getJwtToken());
  assert.equal(fresh.getRefreshToken().getToken(), session.getRefreshToken().getToken());
});

test("changes a password", async () => {
  const ann = await person();
  const user = userNamed(ann.name);
  await authenticate(user, ann.name, ann.password);
  const chosen = password();
  const changed = await promisify(user.changePassword.bind(user))(ann.password, chosen);
  assert.equal(changed, "SUCCESS");
  assert.ok((await authenticate(userNamed(ann.name), ann.name, chosen)).session);
});

test("a new password is demanded and chosen", async () => {
  const name = address();
  const temporary = password();
  await cognito.send(
    new AdminCreateUserCommand({
      UserPoolId: outputs.UserPoolId,
      Username: name,
      TemporaryPassword: temporary,
      MessageAction: "SUPPRESS",
    }),
  );
  const user = userNamed(name);
  const begun = await authenticate(user, name, temporary);
  assert.equal(begun.session, undefined);
  assert.deepEqual(begun.required, []);

  const chosen = password();
  const session = await new Promise((resolve, reject) => {
    user.completeNewPasswordChallenge(chosen, {}, { onSuccess: resolve, onFailure: reject });
  });
  assert.ok(session.isValid());
  assert.ok((await authenticate(userNamed(name), name, chosen)).session);
});

test("who reads the mail signs in without a password", async () => {
  const ann = await person();
  const user = userNamed(ann.name);
  const begun = await signInWithout(user);
  assert.equal(begun.asked.challenge, "EMAIL_CODE");
  const { body } = await newest(ann.name, 2);
  const sent = new Set(body.match(/\b\d{8}\b/g));
  assert.equal(sent.size, 1);

  const again = await answer(user, "00000000");
  assert.equal(again.asked.challenge, "EMAIL_CODE");
  const { session } = await answer(user, [...sent][0]);
  assert.ok(session.isValid());
  assert.equal(session.getIdToken().payload.sub, ann.sub);
});

test("a forgotten password is set anew", async () => {
  const ann = await person();
  const user = userNamed(ann.name);
  await new Promise((resolve, reject) => {
    user.forgotPassword({ onSuccess: resolve, onFailure: reject });
  });
  const chosen = password();
  const sent = await code(ann.name, 2);
  await new Promise((resolve, reject) => {
    user.confirmPassword(sent, chosen, { onSuccess: resolve, onFailure: reject });
  });
  assert.ok((await authenticate(userNamed(ann.name), ann.name, chosen)).session);
});

test("signs out everywhere, and deletes the account", async () => {
  const ann = await person();
  const user = userNamed(ann.name);
  await authenticate(user, ann.name, ann.password);
  await new Promise((resolve, reject) => {
    user.globalSignOut({ onSuccess: resolve, onFailure: reject });
  });
  const again = userNamed(ann.name);
  await authenticate(again, ann.name, ann.password);
  assert.equal(await promisify(again.deleteUser.bind(again))(), "SUCCESS");
  await assert.rejects(authenticate(userNamed(ann.name), ann.name, ann.password));
});
