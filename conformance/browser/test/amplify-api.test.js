// Does an application with Amplify's own forms sign people up and in, by every factor that needs no browser?

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";

import { Amplify } from "aws-amplify";
import {
  confirmResetPassword,
  confirmSignIn,
  confirmSignUp,
  confirmUserAttribute,
  fetchAuthSession,
  fetchDevices,
  fetchUserAttributes,
  forgetDevice,
  getCurrentUser,
  rememberDevice,
  resendSignUpCode,
  resetPassword,
  setUpTOTP,
  signIn,
  signOut,
  signUp,
  updateMFAPreference,
  updatePassword,
  updateUserAttribute,
  verifyTOTPSetup,
} from "aws-amplify/auth";

import { fixedCode, start } from "../house.js";

// Amplify names a device by its browser, and makes none where there is nothing to name it by.
globalThis.navigator ??= { userAgent: "Node.js", platform: "any" };

const password = "Correct-Horse-7!";
let house;

before(async () => {
  house = await start({ prefix: "forms" });
});
after(() => house?.stop());

/** An application of its own pool. */
async function application(settings = {}, more = {}) {
  const { UserPool: pool } = await house.call("CreateUserPool", {
    PoolName: "forms",
    UsernameAttributes: ["email"],
    AutoVerifiedAttributes: ["email"],
    UsernameConfiguration: { CaseSensitive: false },
    ...settings,
  });
  const { UserPoolClient: client } = await house.call("CreateUserPoolClient", {
    UserPoolId: pool.Id,
    ClientName: "forms",
    ExplicitAuthFlows: [
      "ALLOW_USER_SRP_AUTH",
      "ALLOW_USER_PASSWORD_AUTH",
      "ALLOW_CUSTOM_AUTH",
      "ALLOW_USER_AUTH",
      "ALLOW_REFRESH_TOKEN_AUTH",
    ],
    ...more,
  });
  use(pool.Id, client.ClientId);
  return { UserPoolId: pool.Id, ClientId: client.ClientId };
}

function use(userPoolId, userPoolClientId) {
  const Cognito = { userPoolId, userPoolClientId, userPoolEndpoint: house.plain };
  Amplify.configure({ Auth: { Cognito } });
}

let people = 0;

/** Somebody who signed up and confirmed with the code of the mail. */
async function person() {
  const username = `ann-${(people += 1)}@example.com`;
  await signUp({ username, password });
  await confirmSignUp({ username, confirmationCode: fixedCode });
  return username;
}

const next = ({ nextStep }) => nextStep.signInStep;

/** What an authenticator shows `ahead` steps from now: RFC 6238. */
function shown(secret, ahead = 0) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0"));
  const bytes = bits.join("").match(/.{8}/g).map((byte) => Number.parseInt(byte, 2));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const tag = createHmac("sha1", Buffer.from(bytes)).update(step).digest();
  const number = tag.readUInt32BE(tag[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

test("signUp, confirmSignUp, signIn over SRP, a refresh, updatePassword and signOut", async () => {
  await application();
  const username = "first@example.com";
  const signedUp = await signUp({
    username,
    password,
    options: { userAttributes: { given_name: "Ann" } },
  });
  assert.equal(signedUp.nextStep.signUpStep, "CONFIRM_SIGN_UP");
  assert.equal(signedUp.nextStep.codeDeliveryDetails.deliveryMedium, "EMAIL");
  assert.equal(next(await signIn({ username, password })), "CONFIRM_SIGN_UP");
  await resendSignUpCode({ username });
  const confirmed = await confirmSignUp({ username, confirmationCode: fixedCode });
  assert.equal(confirmed.isSignUpComplete, true);

  assert.equal((await signIn({ username, password })).isSignedIn, true);
  const { tokens } = await fetchAuthSession();
  assert.equal(tokens.idToken.payload.given_name, "Ann");
  assert.equal((await getCurrentUser()).userId, tokens.idToken.payload.sub);
  const later = await fetchAuthSession({ forceRefresh: true });
  assert.notEqual(later.tokens.accessToken.payload.jti, tokens.accessToken.payload.jti);
  await updatePassword({ oldPassword: password, newPassword: `${password}2` });
  await signOut({ global: true });
  await assert.rejects(signIn({ username, password }), { name: "NotAuthorizedException" });
  assert.equal((await signIn({ username, password: `${password}2` })).isSignedIn, true);
  await signOut();
});

test("resetPassword", async () => {
  await application();
  const username = await person();
  const asked = await resetPassword({ username });
  assert.equal(asked.nextStep.resetPasswordStep, "CONFIRM_RESET_PASSWORD_WITH_CODE");
  const newPassword = `${password}3`;
  await confirmResetPassword({ username, confirmationCode: fixedCode, newPassword });
  assert.equal((await signIn({ username, password: newPassword })).isSignedIn, true);
  await signOut();
});

test("updateUserAttribute, and the code for a new address", async () => {
  await application();
  const username = await person();
  await signIn({ username, password });
  const name = await updateUserAttribute({
    userAttribute: { attributeKey: "given_name", value: "Anna" },
  });
  assert.equal(name.nextStep.updateAttributeStep, "DONE");
  const address = `new-${username}`;
  const changed = await updateUserAttribute({
    userAttribute: { attributeKey: "email", value: address },
  });
  assert.equal(changed.nextStep.updateAttributeStep, "CONFIRM_ATTRIBUTE_WITH_CODE");
  await confirmUserAttribute({ userAttributeKey: "email", confirmationCode: fixedCode });
  const attributes = await fetchUserAttributes();
  assert.deepEqual(
    [attributes.given_name, attributes.email, attributes.email_verified],
    ["Anna", address, "true"],
  );
  await signOut();
});

test("setUpTOTP, and the authenticator at the next sign-in", async () => {
  const pool = await application();
  await house.call("SetUserPoolMfaConfig", {
    UserPoolId: pool.UserPoolId,
    MfaConfiguration: "OPTIONAL",
    SoftwareTokenMfaConfiguration: { Enabled: true },
  });
  const username = await person();
  await signIn({ username, password });
  const { sharedSecret } = await setUpTOTP();
  await verifyTOTPSetup({ code: shown(sharedSecret) });
  await updateMFAPreference({ totp: "PREFERRED" });
  await signOut();

  assert.equal(next(await signIn({ username, password })), "CONFIRM_SIGN_IN_WITH_TOTP_CODE");
  const done = await confirmSignIn({ challengeResponse: shown(sharedSecret, 1) });
  assert.equal(done.isSignedIn, true);
  await signOut();
});

test("a sign-in that needs a second factor sets up an authenticator", async () => {
  const pool = await application();
  await house.call("SetUserPoolMfaConfig", {
    UserPoolId: pool.UserPoolId,
    MfaConfiguration: "ON",
    SoftwareTokenMfaConfiguration: { Enabled: true },
  });
  const username = await person();
  const begun = await signIn({ username, password });
  assert.equal(next(begun), "CONTINUE_SIGN_IN_WITH_TOTP_SETUP");
  const { sharedSecret } = begun.nextStep.totpSetupDetails;
  const done = await confirmSignIn({ challengeResponse: shown(sharedSecret) });
  assert.equal(done.isSignedIn, true);
  await signOut();
});

test("a code by mail as the second factor, and as the only one", async () => {
  const pool = await application({
    Policies: { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "EMAIL_OTP"] } },
  });
  const username = await person();
  const options = { authFlowType: "USER_AUTH", preferredChallenge: "EMAIL_OTP" };
  assert.equal(next(await signIn({ username, options })), "CONFIRM_SIGN_IN_WITH_EMAIL_CODE");
  assert.equal((await confirmSignIn({ challengeResponse: fixedCode })).isSignedIn, true);
  await signOut();

  const chosen = await signIn({ username, options: { authFlowType: "USER_AUTH" } });
  assert.equal(next(chosen), "CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION");
  assert.deepEqual([...chosen.nextStep.availableChallenges].sort(), [
    "EMAIL_OTP",
    "PASSWORD",
    "PASSWORD_SRP",
  ]);
  const asked = await confirmSignIn({ challengeResponse: "PASSWORD_SRP" });
  assert.equal(next(asked), "CONFIRM_SIGN_IN_WITH_PASSWORD");
  assert.equal((await confirmSignIn({ challengeResponse: password })).isSignedIn, true);
  await signOut();

  await house.call("SetUserPoolMfaConfig", {
    UserPoolId: pool.UserPoolId,
    MfaConfiguration: "OPTIONAL",
    EmailMfaConfiguration: {},
  });
  await signIn({ username, password });
  await updateMFAPreference({ email: "PREFERRED" });
  await signOut();
  assert.equal(next(await signIn({ username, password })), "CONFIRM_SIGN_IN_WITH_EMAIL_CODE");
  assert.equal((await confirmSignIn({ challengeResponse: fixedCode })).isSignedIn, true);
  await signOut();
});

test("a custom challenge is answered", async () => {
  const arn = house.passwordless;
  await application({
    LambdaConfig: {
      DefineAuthChallenge: arn,
      CreateAuthChallenge: arn,
      VerifyAuthChallengeResponse: arn,
    },
  });
  const username = await person();
  const options = { authFlowType: "CUSTOM_WITHOUT_SRP" };
  const begun = await signIn({ username, options });
  assert.equal(next(begun), "CONFIRM_SIGN_IN_WITH_CUSTOM_CHALLENGE");
  assert.equal(begun.nextStep.additionalInfo.challenge, "EMAIL_CODE");
  const again = await confirmSignIn({ challengeResponse: "00000000" });
  assert.equal(next(again), "CONFIRM_SIGN_IN_WITH_CUSTOM_CHALLENGE");
  const [code] = (await house.mail(username)).body.match(/\b\d{8}\b/);
  assert.equal((await confirmSignIn({ challengeResponse: code })).isSignedIn, true);
  await signOut();
});

test("a new password is demanded and chosen", async () => {
  const pool = await application();
  const username = `invited-${(people += 1)}@example.com`;
  await house.call("AdminCreateUser", {
    UserPoolId: pool.UserPoolId,
    Username: username,
    TemporaryPassword: password,
    MessageAction: "SUPPRESS",
  });
  const begun = await signIn({ username, password });
  assert.equal(next(begun), "CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED");
  const done = await confirmSignIn({ challengeResponse: `${password}4` });
  assert.equal(done.isSignedIn, true);
  await signOut();
});

test("rememberDevice, a sign-in on it, and forgetDevice", async () => {
  const pool = await application({
    DeviceConfiguration: {
      ChallengeRequiredOnNewDevice: true,
      DeviceOnlyRememberedOnUserPrompt: true,
    },
  });
  await house.call("SetUserPoolMfaConfig", {
    UserPoolId: pool.UserPoolId,
    MfaConfiguration: "OPTIONAL",
    SoftwareTokenMfaConfiguration: { Enabled: true },
  });
  const username = await person();
  await signIn({ username, password });
  const { sharedSecret } = await setUpTOTP();
  await verifyTOTPSetup({ code: shown(sharedSecret) });
  await updateMFAPreference({ totp: "PREFERRED" });
  await rememberDevice();
  const [device] = await fetchDevices();
  assert.ok(device.id);
  await signOut();

  // The device stands for the authenticator.
  assert.equal((await signIn({ username, password })).isSignedIn, true);
  await forgetDevice();
  await signOut();
  assert.equal(next(await signIn({ username, password })), "CONFIRM_SIGN_IN_WITH_TOTP_CODE");
});
