//! What do an application and a machine send to the token endpoint?

use super::house::{AT_ONCE, House};
use crate::harness::{
    PASSWORD,
    connection::Connection,
    drive::{Limit, drive},
    requests,
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};
use std::cell::RefCell;

/// Where codes are handed to.
const CALLBACK: &str = "https://app.example.com/callback";
/// What only the application knows until it exchanges its code.
const VERIFIER: &str = "a-verifier-of-the-figures-that-is-long-enough-for-PKCE";
const SCOPE: &str = "figures/read";

/// As many browsers are signed in.
const BROWSERS: usize = 16;

impl House {
    /// A machine's request for a token of its own, as it is sent each time.
    pub async fn machine(&self) -> Vec<u8> {
        let scopes = json!([{ "ScopeName": "read", "ScopeDescription": "Read" }]);
        let server = json!({ "Identifier": "figures", "Name": "Figures", "Scopes": scopes });
        self.ask_all(&[self.admin("CreateResourceServer", server)]).await;
        let client = self.client(json!({
            "ClientName": "machine", "GenerateSecret": true, "AllowedOAuthFlowsUserPoolClient": true,
            "AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthScopes": [SCOPE],
        }));
        let client = client.await;
        let text = |name: &str| client[name].as_str().unwrap();
        let basic = STANDARD.encode(format!("{}:{}", text("ClientId"), text("ClientSecret")));
        let who = format!("authorization: Basic {basic}\r\n");
        let pairs = [("grant_type", "client_credentials"), ("scope", SCOPE)];
        requests::form(self.server.identity, "/oauth2/token", &who, &pairs)
    }

    /// Exchanges of so many codes, each of which is good once. They are made here, in browsers that are signed
    /// in.
    pub async fn exchanges(&self, count: usize) -> Vec<Vec<u8>> {
        let client = self.client(json!({
            "ClientName": "application", "SupportedIdentityProviders": ["COGNITO"],
            "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"],
            "AllowedOAuthScopes": ["openid", "email"], "CallbackURLs": [CALLBACK],
        }));
        let client = client.await;
        let client = client["ClientId"].as_str().unwrap();
        let challenge = URL_SAFE_NO_PAD.encode(crypto::sha256(VERIFIER.as_bytes()));
        let query = format!(
            "client_id={client}&redirect_uri={CALLBACK}&response_type=code&scope=openid+email\
             &code_challenge={challenge}&code_challenge_method=S256&state=figures"
        );
        let mut browsers = Vec::new();
        for number in 0..BROWSERS {
            browsers.push(self.browser(number, &query).await);
        }

        let codes = RefCell::new(Vec::new());
        let mut connections = self.connections(AT_ONCE).await;
        let limit = Limit::jobs(count);
        let ask = async |connection: &mut Connection, number: usize| {
            let path = format!("/oauth2/authorize?{query}");
            let cookies = &browsers[number % BROWSERS];
            let request = requests::visit(self.server.identity, &path, cookies);
            let answer = connection.send(&request).await;
            let location = answer.header("location").next().unwrap();
            let (_, rest) = location.split_once("code=").unwrap();
            codes.borrow_mut().push(rest.split('&').next().unwrap().to_owned());
        };
        drive(&mut connections, limit, || self.server.cpu(), ask).await;

        let exchange = |code: &String| {
            let pairs = [
                ("grant_type", "authorization_code"),
                ("client_id", client),
                ("code", code.as_str()),
                ("redirect_uri", CALLBACK),
                ("code_verifier", VERIFIER),
            ];
            requests::form(self.server.identity, "/oauth2/token", "", &pairs)
        };
        codes.into_inner().iter().map(exchange).collect()
    }

    async fn client(&self, settings: Value) -> Value {
        let request = self.admin("CreateUserPoolClient", settings);
        self.ask_all(&[request]).await.remove(0)["UserPoolClient"].take()
    }

    /// The cookies of a browser at which a user has signed in on the pages.
    async fn browser(&self, number: usize, query: &str) -> String {
        let mut connection = self.connections(1).await.remove(0);
        let path = format!("/login?{query}");
        let page = requests::get(self.server.identity, &path, None);
        let page = connection.send(&page).await;
        let pair = |cookie: &str| cookie.split(';').next().unwrap().to_owned();
        let kept: Vec<String> = page.header("set-cookie").map(pair).collect();
        let csrf = kept.iter().find_map(|pair| pair.strip_prefix("XSRF-TOKEN=")).unwrap();
        let who = format!("cookie: {}\r\n", kept.join("; "));
        let email = Self::email(number);
        let pairs = [("_csrf", csrf), ("username", &email), ("password", PASSWORD)];
        let form = requests::form(self.server.identity, &path, &who, &pairs);
        let done = connection.send(&form).await;
        assert_eq!(done.status, 303, "{}", String::from_utf8_lossy(done.body));
        done.header("set-cookie").map(pair).collect::<Vec<_>>().join("; ")
    }
}
