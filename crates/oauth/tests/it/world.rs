//! A house with pages, an application, and a browser that keeps cookies.

use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use crypto::{MasterKey, SystemRandom};
use http::{Request, Response, StatusCode};
use oauth::{Federation, Http, OAuth, Setup, Unreached, pages::Theme};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    sync::Arc,
};
use testkit::{House, PASSWORD};

/// The verifier and challenge of RFC 7636, appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub const CALLBACK: &str = "http://localhost:3000/cb";
/// The domain of the pool of a [`World`].
pub const DOMAIN: &str = "people.auth.localhost:9229";

/// Nobody else's server is there.
struct Nowhere;

#[async_trait]
impl Http for Nowhere {
    async fn send(&self, _: Request<Bytes>) -> Result<Response<Bytes>, Unreached> {
        Err(Unreached::NotAllowed)
    }
}

/// A house with the domain `people`, the public client `web` of all houses, and its pages.
pub struct World {
    pub house: House,
    pub oauth: OAuth,
    pub host: String,
}

/// What came back.
pub struct Shown {
    pub status: StatusCode,
    pub headers: http::HeaderMap,
    pub body: String,
}

/// A browser: keeps cookies, follows nothing by itself.
pub struct Browser<'a> {
    world: &'a World,
    pub cookies: BTreeMap<String, String>,
    /// Headers of every request.
    pub headers: Vec<(&'static str, String)>,
    /// Where it is.
    pub address: Option<IpAddr>,
}

/// The settings of a client that signs people in on the pages.
pub fn application() -> Value {
    json!({
        "SupportedIdentityProviders": ["COGNITO"],
        "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "email", "profile", "aws.cognito.signin.user.admin"],
        "CallbackURLs": [CALLBACK, "https://app.example.com/cb?a=b"],
        "LogoutURLs": ["https://app.example.com/bye"],
        "PreventUserExistenceErrors": "ENABLED",
    })
}

fn pages(house: &House, public_url: &str, shape: impl FnOnce(&mut Setup)) -> OAuth {
    let mut setup = Setup {
        federation: Federation::new(
            house.idp.pools.clone(),
            Arc::new(Nowhere),
            MasterKey::generate(&SystemRandom).sealing("federation states"),
        ),
        pools: house.idp.pools.clone(),
        public_url: public_url.to_owned(),
        master: MasterKey::generate(&SystemRandom),
        theme: Arc::new(Theme::poolhouse()),
        without_pkce: BTreeSet::new(),
        third_parties: BTreeSet::new(),
        is_strict: false,
    };
    shape(&mut setup);
    OAuth::new(setup).unwrap()
}

impl World {
    pub async fn new() -> Self {
        Self::with(json!({}), "http://127.0.0.1:9229").await
    }

    /// A world at this public URL, with these settings of the pool.
    pub async fn with(pool: Value, public_url: &str) -> Self {
        let house = House::with(pool, application()).await;
        let domain = json!({ "UserPoolId": house.pool, "Domain": "people" });
        house.call("CreateUserPoolDomain", domain).await.ok();
        let host = match public_url {
            "http://127.0.0.1:9229" => DOMAIN.to_owned(),
            other => format!("people.auth.{}", other.split_once("://").unwrap().1),
        };
        let oauth = pages(&house, public_url, |_| ());
        Self { house, oauth, host }
    }

    /// The pages of this world on a developer's machine, with something else about them.
    pub fn pages(&self, shape: impl FnOnce(&mut Setup)) -> OAuth {
        pages(&self.house, "http://127.0.0.1:9229", shape)
    }

    pub fn browser(&self) -> Browser<'_> {
        Browser { world: self, cookies: BTreeMap::new(), headers: Vec::new(), address: None }
    }

    /// A client with a secret, and the secret.
    pub async fn confidential(&self, more: Value) -> (String, String) {
        let mut settings = application();
        settings["UserPoolId"] = json!(self.house.pool);
        settings["ClientName"] = json!("conf");
        settings["GenerateSecret"] = json!(true);
        settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = self.house.call("CreateUserPoolClient", settings).await.ok();
        let text = |name: &str| made["UserPoolClient"][name].as_str().unwrap().to_owned();
        (text("ClientId"), text("ClientSecret"))
    }

    /// A client for machines with two scopes, and its secret.
    pub async fn machine(&self) -> (String, String) {
        let server = json!({ "UserPoolId": self.house.pool, "Identifier": "api", "Name": "API",
            "Scopes": [{ "ScopeName": "read", "ScopeDescription": "Read" },
                       { "ScopeName": "write", "ScopeDescription": "Write" }] });
        self.house.call("CreateResourceServer", server).await.ok();
        self.confidential(json!({ "AllowedOAuthFlows": ["client_credentials"],
            "AllowedOAuthScopes": ["api/read", "api/write"], "CallbackURLs": [], "LogoutURLs": [] }))
            .await
    }

    /// The query of an authorization request, with these parameters instead of the usual ones; an empty
    /// one is left out.
    pub fn request(&self, instead: &[(&str, &str)]) -> String {
        let client = self.house.client.clone();
        let mut pairs: BTreeMap<&str, &str> = BTreeMap::from([
            ("client_id", client.as_str()),
            ("response_type", "code"),
            ("redirect_uri", CALLBACK),
            ("scope", "openid email"),
            ("state", "s t&ate"),
            ("nonce", "n1"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]);
        pairs.extend(instead.iter().copied());
        pairs.retain(|_, value| !value.is_empty());
        form(&pairs.into_iter().collect::<Vec<_>>())
    }

    /// Sends a request without a browser.
    pub async fn send(&self, request: http::request::Builder, body: String) -> Shown {
        let request = request.body(Bytes::from(body)).unwrap();
        Shown::of(self.oauth.answer(request).await)
    }

    /// Posts a form to an endpoint.
    pub async fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Shown {
        self.send(self.form_request(path), form(pairs)).await
    }

    /// Posts a form as a client that shows its secret in the header.
    pub async fn post_as(
        &self,
        client: &(String, String),
        path: &str,
        pairs: &[(&str, &str)],
    ) -> Shown {
        let basic =
            base64::engine::general_purpose::STANDARD.encode(format!("{}:{}", client.0, client.1));
        let request = self.form_request(path).header("authorization", format!("Basic {basic}"));
        self.send(request, form(pairs)).await
    }

    pub fn form_request(&self, path: &str) -> http::request::Builder {
        Request::post(path)
            .header("host", &self.host)
            .header("content-type", "application/x-www-form-urlencoded")
    }

    /// The answer of the token endpoint to a code.
    pub async fn redeem(&self, code: &str) -> Shown {
        let pairs = [
            ("grant_type", "authorization_code"),
            ("client_id", self.house.client.as_str()),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        self.post("/oauth2/token", &pairs).await
    }

    /// Asks for what an access token shows.
    pub async fn user_info(&self, token: &str) -> Shown {
        let request = Request::get("/oauth2/userInfo")
            .header("host", &self.host)
            .header("authorization", format!("Bearer {token}"));
        self.send(request, String::new()).await
    }
}

impl Shown {
    fn of(response: Response<Bytes>) -> Self {
        let (head, body) = response.into_parts();
        let body = String::from_utf8(body.to_vec()).unwrap();
        Self { status: head.status, headers: head.headers, body }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Where it leads.
    pub fn location(&self) -> &str {
        assert!(self.status.is_redirection(), "{} {}", self.status, self.body);
        self.header("location")
    }

    /// A parameter of where it leads.
    pub fn told(&self, name: &str) -> Option<String> {
        let location = self.location();
        let (_, query) = location.split_once(['?', '#'])?;
        let value =
            query.split(['&', '#']).find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
        Some(percent_encoding::percent_decode_str(value).decode_utf8().unwrap().into_owned())
    }

    pub fn code(&self) -> String {
        self.told("code").unwrap_or_else(|| panic!("no code in {}", self.location()))
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    /// `400 invalid_grant`
    pub fn line(&self) -> String {
        let error = self.json()["error"].as_str().unwrap_or_default().to_owned();
        format!("{} {error}", self.status.as_u16()).trim().to_owned()
    }

    /// The value of a hidden field.
    pub fn hidden(&self, name: &str) -> String {
        let at = self.body.find(&format!("name=\"{name}\""));
        let rest = &self.body[at.unwrap_or_else(|| panic!("no {name} in {}", self.body))..];
        let rest = &rest[rest.find("value=\"").unwrap() + 7..];
        rest[..rest.find('"').unwrap()].to_owned()
    }

    pub fn has_page(&self) -> bool {
        self.header("content-type").starts_with("text/html")
    }
}

impl Browser<'_> {
    pub async fn get(&mut self, path: &str) -> Shown {
        let request = Request::get(path);
        self.send(request, String::new()).await
    }

    pub async fn post(&mut self, path: &str, pairs: &[(&str, &str)]) -> Shown {
        let request =
            Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        self.send(request, form(pairs)).await
    }

    async fn send(&mut self, request: http::request::Builder, body: String) -> Shown {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = request.header("host", &self.world.host);
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some(address) = self.address {
            request = request.extension(oauth::Peer(address));
        }
        let shown = self.world.send(request, body).await;
        for cookie in shown.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let (pair, attributes) = cookie.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        shown
    }

    /// Fills the form of the page at this path.
    pub async fn fill(&mut self, path: &str, pairs: &[(&str, &str)]) -> Shown {
        let page = self.get(path).await;
        assert!(page.has_page(), "{} {}", page.status, page.body);
        let csrf = page.hidden("_csrf");
        let mut all = vec![("_csrf", csrf.as_str())];
        let step = page.body.contains("name=\"step\"").then(|| page.hidden("step"));
        if let Some(step) = &step {
            all.push(("step", step));
        }
        all.extend(pairs);
        self.post(path, &all).await
    }

    /// Fills the form of a page that was shown. A page of a factor is answered where its form leads.
    pub async fn answer(&mut self, page: &Shown, pairs: &[(&str, &str)]) -> Shown {
        assert!(page.has_page(), "{} {}", page.status, page.body);
        let action = &page.body[page.body.find("action=\"").unwrap() + 8..];
        let action =
            action[..action.find('"').unwrap()].replace("&#38;", "&").replace("&amp;", "&");
        let mut all = vec![("_csrf", page.hidden("_csrf"))];
        if page.body.contains("name=\"step\"") {
            all.push(("step", page.hidden("step")));
        }
        let mut all: Vec<_> = all.iter().map(|(name, value)| (*name, value.as_str())).collect();
        all.extend(pairs);
        self.post(&action, &all).await
    }

    /// Signs in for an authorization request.
    pub async fn sign_in(&mut self, name: &str, query: &str) -> Shown {
        self.fill(&format!("/login?{query}"), &[("username", name), ("password", PASSWORD)]).await
    }
}

/// Pairs as a form.
pub fn form(pairs: &[(&str, &str)]) -> String {
    let encode = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    let pairs = pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// The S256 digest of a text.
pub fn s256(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(crypto::sha256(text.as_bytes()))
}
