// How does an application in the browser sign people in with Amplify? On Poolhouse's pages, or on pages of its own: this
// one can do both. The page that holds it tells it where its pool is.

import { Amplify } from "aws-amplify";
import {
  autoSignIn,
  confirmSignUp,
  fetchAuthSession,
  getCurrentUser,
  signIn,
  signInWithRedirect,
  signOut,
  signUp,
} from "aws-amplify/auth";
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
          redirectSignIn: [`${location.origin}/`],
          redirectSignOut: [`${location.origin}/`],
          responseType: "code",
        },
      },
    },
  },
});

const status = document.querySelector("#status");
const tell = (error) => (status.textContent = `failed: ${error}`);
const on = (name, event, does) =>
  document.querySelector(`#${name}`).addEventListener(event, (happened) => {
    happened.preventDefault();
    does(event === "submit" ? Object.fromEntries(new FormData(happened.target)) : undefined).catch(tell);
  });

async function show(forceRefresh = false) {
  const { tokens } = await fetchAuthSession({ forceRefresh });
  if (!tokens) return void (status.textContent = "signed out");
  const { username } = await getCurrentUser();
  status.dataset.token = tokens.accessToken.toString();
  status.dataset.username = username;
  status.textContent = `signed in as ${tokens.idToken.payload.email}${forceRefresh ? ", refreshed" : ""}`;
}

// On the pages of Poolhouse.
on("sign-in", "click", () => signInWithRedirect());
Hub.listen("auth", ({ payload }) => {
  if (payload.event === "signInWithRedirect") show().catch(tell);
  if (payload.event === "signInWithRedirect_failure") tell(payload.data.error);
});

// On pages of one's own.
on("own-sign-up", "submit", async ({ email, password, name }) => {
  const userAttributes = { email, given_name: name };
  await signUp({ username: email, password, options: { userAttributes, autoSignIn: true } });
  status.textContent = `a code was sent to ${email}`;
});
on("own-confirm", "submit", async ({ email, code }) => {
  const { nextStep } = await confirmSignUp({ username: email, confirmationCode: code });
  if (nextStep.signUpStep === "COMPLETE_AUTO_SIGN_IN") await autoSignIn();
  await show();
});
on("own-sign-in", "submit", async ({ email, password }) => {
  const { isSignedIn, nextStep } = await signIn({ username: email, password });
  if (isSignedIn) return show();
  status.textContent = `what comes next: ${nextStep.signInStep}`;
});

on("refresh", "click", () => show(true));
on("sign-out", "click", async () => {
  await signOut();
  // With a sign-out on the pages the browser is on its way to them by now.
  await show();
});
// Back from the pages, the listener has something to do first, and tells when it has done it.
if (!new URLSearchParams(location.search).has("code")) show().catch(tell);
