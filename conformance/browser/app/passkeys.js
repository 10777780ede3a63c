// What does an application in the browser do to sign people in with passkeys? A test calls Amplify in it by name.

import { Amplify } from "aws-amplify";
import * as auth from "aws-amplify/auth";

const { pool, client, endpoint } = document.body.dataset;
const Cognito = { userPoolId: pool, userPoolClientId: client, userPoolEndpoint: endpoint };
Amplify.configure({ Auth: { Cognito } });

globalThis.call = (name, input) => auth[name](input);
document.querySelector("#status").textContent = "ready";
