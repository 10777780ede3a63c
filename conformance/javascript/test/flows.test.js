// Does the AWS SDK for JavaScript finish each flow and challenge?

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";

import {
  AdminCreateUserCommand,
  AdminInitiateAuthCommand,
  AdminSetUserPasswordCommand,
  AssociateSoftwareTokenCommand,
  AuthFlowType,
  ChallengeNameType,
  CompleteWebAuthnRegistrationCommand,
  ConfirmDeviceCommand,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  DeleteUserPoolCommand,
  DeleteWebAuthnCredentialCommand,
  GetTokensFromRefreshTokenCommand,
  GetUserAuthFactorsCommand,
  InitiateAuthCommand,
  ListWebAuthnCredentialsCommand,
  NotAuthorizedException,
  RespondToAuthChallengeCommand,
  SetUserMFAPreferenceCommand,
  SetUserPoolMfaConfigCommand,
  StartWebAuthnRegistrationCommand,
  UpdateDeviceStatusCommand,
  VerifySoftwareTokenCommand,
} from "@aws-sdk/client-cognito-identity-provider";

import { Authenticator } from "../authenticator.js";
import { address, code, cognito, newest, outputs, password } from "../house.js";

// The SDK leaves the proof to its callers, and this is AWS's own.
const require = createRequire(import.meta.url);
const { default: AuthenticationHelper } = require(
  "amazon-cognito-identity-js/lib/AuthenticationHelper",
);
const { default: BigInteger } = require("amazon-cognito-identity-js/lib/BigInteger");
const { default: DateHelper } = require("amazon-cognito-identity-js/lib/DateHelper");

const pools = [];
let people = 0;

async function pool(settings = {}, mfa, more = {}) {
  const made = await cognito.send(new CreateUserPoolCommand({ PoolName: "flows", ...settings }));
  const UserPoolId = made.UserPool.Id;
  pools.push(UserPoolId);
  if (mfa) await cognito.send(new SetUserPoolMfaConfigCommand({ UserPoolId, ...mfa }));
  const client = await cognito.send(
    new CreateUserPoolClientCommand({
      UserPoolId,
      ClientName: "flows",
      ExplicitAuthFlows: [
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_ADMIN_USER_PASSWORD_AUTH",
        "ALLOW_USER_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
      ],
      ...more,
    }),
  );
  return { UserPoolId, ClientId: client.UserPoolClient.ClientId };
}

after(() =>
  Promise.all(pools.map((UserPoolId) => cognito.send(new DeleteUserPoolCommand({ UserPoolId })))),
);

/** Somebody with a proven address and number, and a password of their own unless it is temporary. */
async function person({ UserPoolId }, isTemporary = false) {
  people += 1;
  const ann = {
    name: `ann${people}-${Date.now()}`,
    password: password(),
    email: address(),
    number: `+1557${String(Date.now() + people).slice(-7)}`,
  };
  const named = { UserPoolId, Username: ann.name };
  const attributes = {
    email: ann.email,
    email_verified: "true",
    phone_number: ann.number,
    phone_number_verified: "true",
  };
  await cognito.send(
    new AdminCreateUserCommand({
      ...named,
      TemporaryPassword: ann.password,
      MessageAction: "SUPPRESS",
      UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
    }),
  );
  if (!isTemporary) {
    await cognito.send(
      new AdminSetUserPasswordCommand({ ...named, Password: ann.password, Permanent: true }),
    );
  }
  return ann;
}

// Flows that were begun and challenges that were answered or chosen.
const seen = new Set();

const initiate = ({ ClientId }, AuthFlow, AuthParameters) => {
  seen.add(AuthFlow);
  return cognito.send(new InitiateAuthCommand({ ClientId, AuthFlow, AuthParameters }));
};

/** Answers what was asked. */
const respond = ({ ClientId }, asked, ann, answers) => {
  seen.add(asked.ChallengeName).add(answers.ANSWER);
  return cognito.send(
    new RespondToAuthChallengeCommand({
      ClientId,
      ChallengeName: asked.ChallengeName,
      Session: asked.Session,
      ChallengeResponses: { USERNAME: ann.name, ...answers },
    }),
  );
};

const byPassword = (where, ann) =>
  initiate(where, "USER_PASSWORD_AUTH", { USERNAME: ann.name, PASSWORD: ann.password });

const isSignedIn = ({ AuthenticationResult: result }) => assert.ok(result?.AccessToken);

const promised = (call) =>
  new Promise((resolve, reject) => {
    call((error, result) => (error ? reject(error) : resolve(result)));
  });

/** The answers to a verifier, of a user in a pool or of a device in its group. */
async function proof(helper, scope, name, secret, asked) {
  const { SRP_B, SALT, SECRET_BLOCK } = asked.ChallengeParameters;
  const key = await promised((next) =>
    helper.getPasswordAuthenticationKey(
      name,
      secret,
      new BigInteger(SRP_B, 16),
      new BigInteger(SALT, 16),
      next,
    ),
  );
  const TIMESTAMP = new DateHelper().getNowString();
  const signed = createHmac("sha256", Buffer.from(key))
    .update(scope)
    .update(name)
    .update(Buffer.from(SECRET_BLOCK, "base64"))
    .update(TIMESTAMP);
  return {
    PASSWORD_CLAIM_SECRET_BLOCK: SECRET_BLOCK,
    PASSWORD_CLAIM_SIGNATURE: signed.digest("base64"),
    TIMESTAMP,
  };
}

async function bySrp(where, ann, more = {}) {
  const helper = new AuthenticationHelper(where.UserPoolId.split("_")[1]);
  const SRP_A = (await promised((next) => helper.getLargeAValue(next))).toString(16);
  const asked = await initiate(where, "USER_SRP_AUTH", { USERNAME: ann.name, SRP_A, ...more });
  assert.equal(asked.ChallengeName, "PASSWORD_VERIFIER");
  const name = asked.ChallengeParameters.USER_ID_FOR_SRP;
  const answers = await proof(helper, where.UserPoolId.split("_")[1], name, ann.password, asked);
  return respond(where, asked, { name }, { ...answers, ...more });
}

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

const SMS = { SnsCallerArn: "arn:aws:iam::000000000000:role/sms" };

let plain;
before(async () => {
  plain = await pool();
});

test("USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH, USER_SRP_AUTH and REFRESH_TOKEN", async () => {
  const ann = await person(plain);
  const signedIn = await byPassword(plain, ann);
  isSignedIn(signedIn);
  isSignedIn(await bySrp(plain, ann));
  for (const AuthFlow of ["ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"]) {
    seen.add(AuthFlow);
    const AuthParameters = { USERNAME: ann.name, PASSWORD: ann.password };
    const command = new AdminInitiateAuthCommand({ ...plain, AuthFlow, AuthParameters });
    isSignedIn(await cognito.send(command));
  }
  const REFRESH_TOKEN = signedIn.AuthenticationResult.RefreshToken;
  isSignedIn(await initiate(plain, "REFRESH_TOKEN_AUTH", { REFRESH_TOKEN }));
  isSignedIn(await initiate(plain, "REFRESH_TOKEN", { REFRESH_TOKEN }));
});

test("GetTokensFromRefreshToken", async () => {
  const where = await pool({}, undefined, {
    ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH"],
    RefreshTokenRotation: { Feature: "ENABLED", RetryGracePeriodSeconds: 0 },
  });
  const signedIn = await byPassword(where, await person(where));
  const { RefreshToken } = signedIn.AuthenticationResult;
  const input = { ClientId: where.ClientId, RefreshToken };
  const renewed = await cognito.send(new GetTokensFromRefreshTokenCommand(input));
  assert.notEqual(renewed.AuthenticationResult.RefreshToken, RefreshToken);
});

test("NEW_PASSWORD_REQUIRED", async () => {
  const ann = await person(plain, true);
  const asked = await byPassword(plain, ann);
  assert.equal(asked.ChallengeName, "NEW_PASSWORD_REQUIRED");
  isSignedIn(await respond(plain, asked, ann, { NEW_PASSWORD: password() }));
});

test("SELECT_CHALLENGE, PASSWORD, PASSWORD_SRP, EMAIL_OTP and SMS_OTP", async () => {
  const where = await pool({
    Policies: {
      SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "EMAIL_OTP", "SMS_OTP"] },
    },
    SmsConfiguration: SMS,
  });
  const ann = await person(where);
  const choose = async (ANSWER, more = {}) => {
    const asked = await initiate(where, "USER_AUTH", { USERNAME: ann.name });
    assert.equal(asked.ChallengeName, "SELECT_CHALLENGE");
    assert.ok(asked.AvailableChallenges.includes(ANSWER), ANSWER);
    return respond(where, asked, ann, { ANSWER, ...more });
  };
  isSignedIn(await choose("PASSWORD", { PASSWORD: ann.password }));

  const helper = new AuthenticationHelper(where.UserPoolId.split("_")[1]);
  const SRP_A = (await promised((next) => helper.getLargeAValue(next))).toString(16);
  const verifier = await choose("PASSWORD_SRP", { SRP_A });
  assert.equal(verifier.ChallengeName, "PASSWORD_VERIFIER");
  const name = verifier.ChallengeParameters.USER_ID_FOR_SRP;
  const scope = where.UserPoolId.split("_")[1];
  const answers = await proof(helper, scope, name, ann.password, verifier);
  isSignedIn(await respond(where, verifier, { name }, answers));

  const mailed = await choose("EMAIL_OTP");
  assert.equal(mailed.ChallengeName, "EMAIL_OTP");
  isSignedIn(await respond(where, mailed, ann, { EMAIL_OTP_CODE: await code(ann.email) }));
  const texted = await choose("SMS_OTP");
  assert.equal(texted.ChallengeName, "SMS_OTP");
  isSignedIn(await respond(where, texted, ann, { SMS_OTP_CODE: await code(ann.number) }));

  const preferred = { USERNAME: ann.name, PREFERRED_CHALLENGE: "PASSWORD" };
  isSignedIn(await initiate(where, "USER_AUTH", { ...preferred, PASSWORD: ann.password }));
});

test("WEB_AUTHN", async () => {
  const where = await pool(
    { Policies: { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "WEB_AUTHN"] } } },
    { WebAuthnConfiguration: { RelyingPartyId: "example.com", UserVerification: "required" } },
  );
  const ann = await person(where);
  const { AccessToken } = (await byPassword(where, ann)).AuthenticationResult;
  const authenticator = new Authenticator("https://login.example.com");
  const started = await cognito.send(new StartWebAuthnRegistrationCommand({ AccessToken }));
  const Credential = authenticator.create(started.CredentialCreationOptions);
  await cognito.send(new CompleteWebAuthnRegistrationCommand({ AccessToken, Credential }));
  const { Credentials } = await cognito.send(new ListWebAuthnCredentialsCommand({ AccessToken }));
  assert.deepEqual(
    Credentials.map((one) => one.RelyingPartyId),
    ["example.com"],
  );
  const factors = await cognito.send(new GetUserAuthFactorsCommand({ AccessToken }));
  assert.ok(factors.ConfiguredUserAuthFactors.includes("WEB_AUTHN"));

  const answer = (asked, who = authenticator) => {
    const options = JSON.parse(asked.ChallengeParameters.CREDENTIAL_REQUEST_OPTIONS);
    assert.deepEqual(
      options.allowCredentials.map((one) => one.id),
      [authenticator.id.toString("base64url")],
    );
    return { CREDENTIAL: JSON.stringify(who.get(options)) };
  };
  const preferred = { USERNAME: ann.name, PREFERRED_CHALLENGE: "WEB_AUTHN" };
  const asked = await initiate(where, "USER_AUTH", preferred);
  assert.equal(asked.ChallengeName, "WEB_AUTHN");
  isSignedIn(await respond(where, asked, ann, answer(asked)));

  // The choice leads to a challenge, or is answered with the passkey at once.
  const offered = await initiate(where, "USER_AUTH", { USERNAME: ann.name });
  assert.equal(offered.ChallengeName, "SELECT_CHALLENGE");
  const chosen = await respond(where, offered, ann, { ANSWER: "WEB_AUTHN" });
  assert.equal(chosen.ChallengeName, "WEB_AUTHN");
  isSignedIn(await respond(where, chosen, ann, answer(chosen)));
  const both = await initiate(where, "USER_AUTH", { USERNAME: ann.name });
  isSignedIn(await respond(where, both, ann, { ANSWER: "WEB_AUTHN", ...answer(both) }));

  const another = Object.assign(new Authenticator(authenticator.origin), {
    id: authenticator.id,
    user: authenticator.user,
    counter: authenticator.counter,
  });
  const again = await initiate(where, "USER_AUTH", preferred);
  await assert.rejects(
    respond(where, again, ann, answer(again, another)),
    NotAuthorizedException,
  );

  const [{ CredentialId }] = Credentials;
  await cognito.send(new DeleteWebAuthnCredentialCommand({ AccessToken, CredentialId }));
  const { AvailableChallenges } = await initiate(where, "USER_AUTH", preferred);
  assert.ok(!AvailableChallenges.includes("WEB_AUTHN"));
});

test("MFA_SETUP, SOFTWARE_TOKEN_MFA, SMS_MFA, EMAIL_OTP and SELECT_MFA_TYPE", async () => {
  const where = await pool({}, {
    MfaConfiguration: "ON",
    SoftwareTokenMfaConfiguration: { Enabled: true },
  });
  const ann = await person(where);
  const asked = await byPassword(where, ann);
  assert.equal(asked.ChallengeName, "MFA_SETUP");
  const { SecretCode, Session } = await cognito.send(
    new AssociateSoftwareTokenCommand({ Session: asked.Session }),
  );
  const verified = await cognito.send(
    new VerifySoftwareTokenCommand({ Session, UserCode: shown(SecretCode) }),
  );
  const setUp = { ...asked, Session: verified.Session };
  const signedIn = await respond(where, setUp, ann, {});
  isSignedIn(signedIn);

  const totp = await byPassword(where, ann);
  assert.equal(totp.ChallengeName, "SOFTWARE_TOKEN_MFA");
  const SOFTWARE_TOKEN_MFA_CODE = shown(SecretCode, 1);
  isSignedIn(await respond(where, totp, ann, { SOFTWARE_TOKEN_MFA_CODE }));

  await cognito.send(
    new SetUserPoolMfaConfigCommand({
      UserPoolId: where.UserPoolId,
      MfaConfiguration: "OPTIONAL",
      SoftwareTokenMfaConfiguration: { Enabled: true },
      SmsMfaConfiguration: { SmsConfiguration: SMS },
      EmailMfaConfiguration: { Subject: "Your code" },
    }),
  );
  const { AccessToken } = signedIn.AuthenticationResult;
  const prefer = (settings) =>
    cognito.send(new SetUserMFAPreferenceCommand({ AccessToken, ...settings }));
  const off = { Enabled: false, PreferredMfa: false };
  const on = { Enabled: true, PreferredMfa: true };
  await prefer({ SoftwareTokenMfaSettings: off, SMSMfaSettings: on });
  const sms = await byPassword(where, ann);
  assert.equal(sms.ChallengeName, "SMS_MFA");
  isSignedIn(await respond(where, sms, ann, { SMS_MFA_CODE: await code(ann.number) }));

  await prefer({ SMSMfaSettings: off, EmailMfaSettings: on });
  const mail = await byPassword(where, ann);
  assert.equal(mail.ChallengeName, "EMAIL_OTP");
  isSignedIn(await respond(where, mail, ann, { EMAIL_OTP_CODE: await code(ann.email) }));

  const either = { Enabled: true, PreferredMfa: false };
  await prefer({ SMSMfaSettings: either, EmailMfaSettings: either });
  const select = await byPassword(where, ann);
  assert.equal(select.ChallengeName, "SELECT_MFA_TYPE");
  const chosen = await respond(where, select, ann, { ANSWER: "SMS_MFA" });
  assert.equal(chosen.ChallengeName, "SMS_MFA");
  isSignedIn(await respond(where, chosen, ann, { SMS_MFA_CODE: await code(ann.number, 2) }));
});

test("DEVICE_SRP_AUTH and DEVICE_PASSWORD_VERIFIER", async () => {
  const where = await pool({
    DeviceConfiguration: {
      ChallengeRequiredOnNewDevice: true,
      DeviceOnlyRememberedOnUserPrompt: true,
    },
  });
  const ann = await person(where);
  const { AuthenticationResult: first } = await bySrp(where, ann);
  const { DeviceKey, DeviceGroupKey } = first.NewDeviceMetadata;
  const { AccessToken } = first;
  const made = new AuthenticationHelper(where.UserPoolId.split("_")[1]);
  await promised((next) => made.generateHashDevice(DeviceGroupKey, DeviceKey, next));
  const secret = made.getRandomPassword();
  const base64 = (hex) => Buffer.from(hex, "hex").toString("base64");
  await cognito.send(
    new ConfirmDeviceCommand({
      AccessToken,
      DeviceKey,
      DeviceName: "sdk",
      DeviceSecretVerifierConfig: {
        Salt: base64(made.getSaltDevices()),
        PasswordVerifier: base64(made.getVerifierDevices()),
      },
    }),
  );
  const remembered = { AccessToken, DeviceKey, DeviceRememberedStatus: "remembered" };
  await cognito.send(new UpdateDeviceStatusCommand(remembered));

  const asked = await bySrp(where, ann, { DEVICE_KEY: DeviceKey });
  assert.equal(asked.ChallengeName, "DEVICE_SRP_AUTH");
  const helper = new AuthenticationHelper(DeviceGroupKey);
  const SRP_A = (await promised((next) => helper.getLargeAValue(next))).toString(16);
  const verifier = await respond(where, asked, ann, { SRP_A, DEVICE_KEY: DeviceKey });
  assert.equal(verifier.ChallengeName, "DEVICE_PASSWORD_VERIFIER");
  const answers = await proof(helper, DeviceGroupKey, DeviceKey, secret, verifier);
  isSignedIn(await respond(where, verifier, ann, { ...answers, DEVICE_KEY: DeviceKey }));
});

test("CUSTOM_AUTH and CUSTOM_CHALLENGE", async () => {
  const where = { UserPoolId: outputs.UserPoolId, ClientId: outputs.WebClientId };
  const name = address();
  const named = { UserPoolId: where.UserPoolId, Username: name };
  const UserAttributes = [
    { Name: "email", Value: name },
    { Name: "email_verified", Value: "true" },
  ];
  await cognito.send(
    new AdminCreateUserCommand({ ...named, UserAttributes, MessageAction: "SUPPRESS" }),
  );
  await cognito.send(
    new AdminSetUserPasswordCommand({ ...named, Password: password(), Permanent: true }),
  );
  const asked = await initiate(where, "CUSTOM_AUTH", { USERNAME: name });
  assert.equal(asked.ChallengeName, "CUSTOM_CHALLENGE");
  assert.equal(asked.ChallengeParameters.challenge, "EMAIL_CODE");
  const [ANSWER] = (await newest(name)).body.match(/\b\d{8}\b/);
  isSignedIn(await respond(where, asked, { name: asked.ChallengeParameters.USERNAME }, { ANSWER }));
});

test("nothing that the service's model names is missing here", () => {
  const named = [...Object.values(AuthFlowType), ...Object.values(ChallengeNameType)];
  assert.deepEqual(
    named.filter((name) => !seen.has(name)),
    [],
  );
});
