// Does aws-jwt-verify believe both tokens, and nothing else?
//
// Its CognitoJwtVerifier writes AWS's own address of the issuer by itself, so a server with another
// public address is verified by the JwtVerifier for any issuer, with Cognito's own rules added.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import {
  ConfirmSignUpCommand,
  InitiateAuthCommand,
  SignUpCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { JwtVerifier } from "aws-jwt-verify";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";

import { address, code, cognito, issuer, outputs, password } from "../house.js";

const ClientId = outputs.WebClientId;
let result;
let fetched = 0;

/** The library's own fetcher speaks https only. */
const jwksCache = () =>
  new SimpleJwksCache({
    fetcher: {
      fetch: async (uri) => {
        fetched += 1;
        return (await fetch(uri)).arrayBuffer();
      },
    },
  });

const verifier = (tokenUse, audience = null) =>
  JwtVerifier.create(
    {
      issuer,
      audience,
      jwksUri: `${issuer}/.well-known/jwks.json`,
      customJwtCheck: ({ header, payload }) => {
        assert.equal(header.alg, "RS256");
        assert.equal(payload.token_use, tokenUse);
        if (tokenUse === "access") assert.equal(payload.client_id, ClientId);
      },
    },
    { jwksCache: jwksCache() },
  );

before(async () => {
  const name = address();
  const secret = password();
  await cognito.send(new SignUpCommand({ ClientId, Username: name, Password: secret }));
  await cognito.send(
    new ConfirmSignUpCommand({ ClientId, Username: name, ConfirmationCode: await code(name) }),
  );
  const answer = await cognito.send(
    new InitiateAuthCommand({
      ClientId,
      AuthFlow: "USER_PASSWORD_AUTH",
      AuthParameters: { USERNAME: name, PASSWORD: secret },
    }),
  );
  result = answer.AuthenticationResult;
});

test("the access token is verified", async () => {
  const payload = await verifier("access").verify(result.AccessToken);
  assert.equal(payload.iss, issuer);
  assert.match(payload.scope, /aws\.cognito\.signin\.user\.admin/);
});

test("the ID token is verified, its audience included", async () => {
  const payload = await verifier("id", ClientId).verify(result.IdToken);
  assert.equal(payload.aud, ClientId);
  await assert.rejects(verifier("id", "another").verify(result.IdToken));
});

test("one kind does not pass for the other", async () => {
  await assert.rejects(verifier("access").verify(result.IdToken));
  await assert.rejects(verifier("id", ClientId).verify(result.AccessToken));
});

test("a changed token is refused", async () => {
  const [head, body, signature] = result.AccessToken.split(".");
  const changed = Buffer.from(
    Buffer.from(body, "base64url").toString("utf8").replace('"access"', '"acCess"'),
  ).toString("base64url");
  await assert.rejects(verifier("access").verify(`${head}.${changed}.${signature}`));
});

test("the key set is fetched once", async () => {
  const one = verifier("access");
  const before = fetched;
  for (let times = 0; times < 5; times += 1) await one.verify(result.AccessToken);
  assert.equal(fetched, before + 1);
});
