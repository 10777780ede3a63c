// What does an application in the browser do to sign people in with Amplify? This, and no more: it says who is signed
// in, and has a button for each of sign-in, refresh and sign-out. The page that holds it tells it where its pool is.

import { Amplify } from "aws-amplify";
import { fetchAuthSession, getCurrentUser, signInWithRedirect, signOut } from "aws-amplify/auth";
import "aws-amplify/auth/enable-oauth-listener";
import { Hub } from "aws-amplify/utils";

const { pool, client, domain, endpoint } = document.body.dataset;

Amplify.configure({
  Auth: {
    Cognito: {
      userPoolId: pool,
      userPoolClientId: client,
      userPoolEndpoint: endpoint,
      loginWith: {
        oauth: {
          // Amplify puts https:// before it, whatever it is.
          domain,
          scopes: ["openid", "email", "aws.cognito.signin.user.admin"],
          redirectSignIn: [`${location.origin}/app`],
          redirectSignOut: [`${location.origin}/app`],
          responseType: "code",
        },
      },
    },
  },
});

const status = document.querySelector("#status");
const on = (name, does) =>
  document.querySelector(`#${name}`).addEventListener("click", () => does().catch(tell));
const tell = (error) => (status.textContent = `failed: ${error}`);

async function show(forceRefresh = false) {
  const { tokens } = await fetchAuthSession({ forceRefresh });
  if (!tokens) return void (status.textContent = "signed out");
  const { username } = await getCurrentUser();
  status.dataset.token = tokens.accessToken.toString();
  status.dataset.username = username;
  status.textContent = `signed in as ${tokens.idToken.payload.email}${forceRefresh ? ", refreshed" : ""}`;
}

on("sign-in", () => signInWithRedirect());
on("refresh", () => show(true));
on("sign-out", () => signOut());
Hub.listen("auth", ({ payload }) => {
  if (payload.event === "signInWithRedirect") show().catch(tell);
  if (payload.event === "signInWithRedirect_failure") tell(payload.data.error);
});
// Back from the pages, the listener has something to do first, and tells when it has done it.
if (!new URLSearchParams(location.search).has("code")) show().catch(tell);
