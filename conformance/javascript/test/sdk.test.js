// Does the AWS SDK for JavaScript walk from sign-up to sign-out?

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  AdminGetUserCommand,
  AdminInitiateAuthCommand,
  ChangePasswordCommand,
  CodeMismatchException,
  ConfirmForgotPasswordCommand,
  ConfirmSignUpCommand,
  DescribeUserPoolClientCommand,
  ForgotPasswordCommand,
  GetUserCommand,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  NotAuthorizedException,
  RevokeTokenCommand,
  SignUpCommand,
  UserNotConfirmedException,
  UsernameExistsException,
  paginateListUsers,
} from "@aws-sdk/client-cognito-identity-provider";
import { createHmac } from "node:crypto";

import { address, claims, code, cognito, outputs, password } from "../house.js";

const ClientId = outputs.WebClientId;
const UserPoolId = outputs.UserPoolId;

const signIn = (name, secret) =>
  cognito.send(
    new InitiateAuthCommand({
      ClientId,
      AuthFlow: "USER_PASSWORD_AUTH",
      AuthParameters: { USERNAME: name, PASSWORD: secret },
    }),
  );

async function person() {
  const ann = { name: address(), password: password() };
  const made = await cognito.send(
    new SignUpCommand({ ClientId, Username: ann.name, Password: ann.password }),
  );
  ann.sub = made.UserSub;
  await cognito.send(
    new ConfirmSignUpCommand({
      ClientId,
      Username: ann.name,
      ConfirmationCode: await code(ann.name),
    }),
  );
  return ann;
}

test("from sign-up to sign-out", async () => {
  const ann = { name: address(), password: password() };
  const made = await cognito.send(
    new SignUpCommand({
      ClientId,
      Username: ann.name,
      Password: ann.password,
      UserAttributes: [{ Name: "given_name", Value: "Ann" }],
    }),
  );
  assert.equal(made.UserConfirmed, false);
  assert.equal(made.CodeDeliveryDetails.DeliveryMedium, "EMAIL");
  assert.ok(made.$metadata.requestId);

  await assert.rejects(signIn(ann.name, ann.password), UserNotConfirmedException);
  await assert.rejects(
    cognito.send(new ConfirmSignUpCommand({ ClientId, Username: ann.name, ConfirmationCode: "0" })),
    CodeMismatchException,
  );
  await cognito.send(
    new ConfirmSignUpCommand({
      ClientId,
      Username: ann.name,
      ConfirmationCode: await code(ann.name),
    }),
  );

  const { AuthenticationResult: result } = await signIn(ann.name, ann.password);
  assert.equal(result.TokenType, "Bearer");
  assert.equal(claims(result.IdToken).sub, made.UserSub);

  const user = await cognito.send(new GetUserCommand({ AccessToken: result.AccessToken }));
  assert.equal(user.Username, made.UserSub);

  const refreshed = await cognito.send(
    new InitiateAuthCommand({
      ClientId,
      AuthFlow: "REFRESH_TOKEN_AUTH",
      AuthParameters: { REFRESH_TOKEN: result.RefreshToken },
    }),
  );
  assert.equal(refreshed.AuthenticationResult.RefreshToken, undefined);
  assert.equal(
    claims(refreshed.AuthenticationResult.AccessToken).origin_jti,
    claims(result.AccessToken).origin_jti,
  );

  await cognito.send(new GlobalSignOutCommand({ AccessToken: result.AccessToken }));
  await assert.rejects(
    cognito.send(new GetUserCommand({ AccessToken: result.AccessToken })),
    NotAuthorizedException,
  );
});

test("an error carries its name and its text", async () => {
  const ann = await person();
  await assert.rejects(signIn(ann.name, `${ann.password}x`), (error) => {
    assert.ok(error instanceof NotAuthorizedException);
    assert.equal(error.message, "Incorrect username or password.");
    assert.equal(error.$metadata.httpStatusCode, 400);
    return true;
  });
  await assert.rejects(
    cognito.send(new SignUpCommand({ ClientId, Username: ann.name, Password: ann.password })),
    UsernameExistsException,
  );
});

test("passwords change and are forgotten", async () => {
  const ann = await person();
  const { AuthenticationResult: result } = await signIn(ann.name, ann.password);
  const chosen = password();
  await cognito.send(
    new ChangePasswordCommand({
      AccessToken: result.AccessToken,
      PreviousPassword: ann.password,
      ProposedPassword: chosen,
    }),
  );
  await signIn(ann.name, chosen);

  await cognito.send(new ForgotPasswordCommand({ ClientId, Username: ann.name }));
  const another = password();
  await cognito.send(
    new ConfirmForgotPasswordCommand({
      ClientId,
      Username: ann.name,
      ConfirmationCode: await code(ann.name, 2),
      Password: another,
    }),
  );
  await signIn(ann.name, another);
});

test("a revoked token is refused", async () => {
  const ann = await person();
  const { AuthenticationResult: result } = await signIn(ann.name, ann.password);
  await cognito.send(new RevokeTokenCommand({ ClientId, Token: result.RefreshToken }));
  await assert.rejects(
    cognito.send(
      new InitiateAuthCommand({
        ClientId,
        AuthFlow: "REFRESH_TOKEN_AUTH",
        AuthParameters: { REFRESH_TOKEN: result.RefreshToken },
      }),
    ),
    NotAuthorizedException,
  );
});

test("an administrator signs somebody in with a secret hash", async () => {
  const ann = await person();
  const { UserPoolClient: client } = await cognito.send(
    new DescribeUserPoolClientCommand({ UserPoolId, ClientId: outputs.ServerClientId }),
  );
  const SECRET_HASH = createHmac("sha256", client.ClientSecret)
    .update(ann.name + client.ClientId)
    .digest("base64");
  const answer = await cognito.send(
    new AdminInitiateAuthCommand({
      UserPoolId,
      ClientId: client.ClientId,
      AuthFlow: "ADMIN_USER_PASSWORD_AUTH",
      AuthParameters: { USERNAME: ann.name, PASSWORD: ann.password, SECRET_HASH },
    }),
  );
  assert.equal(claims(answer.AuthenticationResult.IdToken).aud, client.ClientId);
});

test("an administrator sees people, with times as dates, and in pages", async () => {
  const people = await Promise.all([person(), person(), person()]);
  const user = await cognito.send(
    new AdminGetUserCommand({ UserPoolId, Username: people[0].name }),
  );
  assert.ok(user.UserCreateDate instanceof Date);
  assert.ok(Math.abs(Date.now() - user.UserCreateDate.getTime()) < 120_000);

  const seen = new Set();
  for await (const page of paginateListUsers({ client: cognito }, { UserPoolId, Limit: 2 })) {
    assert.ok(page.Users.length <= 2);
    page.Users.forEach((found) => seen.add(found.Username));
  }
  people.forEach((ann) => assert.ok(seen.has(ann.sub)));
});
