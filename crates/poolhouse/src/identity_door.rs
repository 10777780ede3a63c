//! What answers at the identity address?
//!
//! The operations of user pools by their `X-Amz-Target`, what verifiers of tokens look for under
//! `/{pool}/.well-known/`, and calls of functions as Lambda's own API takes them.

use crate::{
    api_key_door::{self, ApiKeyDoor},
    barrier,
    house::House,
    invoke_door::{self, InvokeDoor},
    listen::{Unread, Way},
    outbox::DevOutbox,
    page, uploads, why,
};
use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode, header, request::Parts};
use names::{Token, UserPoolId};
use pool::{Error, Refusal};
use serde_json::{Value, json};
use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};
use wire::{Fault, Peer};

/// The door at the identity address.
pub struct IdentityDoor {
    pub house: Arc<House>,
    /// In `dev` only: the messages, the page for people, and no other host than this machine.
    pub dev: Option<DevOutbox>,
    /// How many proxies of ours stand before this server.
    pub proxies: usize,
    /// Whether browsers are told to come over TLS only, from now on.
    pub is_secure: bool,
}

impl IdentityDoor {
    /// The most bytes of a body that are worth reading.
    pub fn body_limit(&self, head: &Parts) -> usize {
        match head.uri.path() {
            path if InvokeDoor::is_for(path) => InvokeDoor::BODY_LIMIT,
            path if ApiKeyDoor::is_for(path) => ApiKeyDoor::BODY_LIMIT,
            _ => self.house.door.body_limit(),
        }
    }

    /// The answer to a request whose body was not read, as an operation's fault.
    pub fn refuse(&self, head: &Parts, unread: Unread) -> Response<Bytes> {
        let (name, message) = match unread {
            Unread::TooLarge => {
                ("RequestEntityTooLargeException", "The body of the request is too large.")
            }
            Unread::Broken => ("SerializationException", "The body of the request ended early."),
            Unread::TooSlow => {
                ("RequestTimeoutException", "The body of the request came too slowly.")
            }
        };
        if InvokeDoor::is_for(head.uri.path()) {
            let name = match unread {
                Unread::TooLarge => "RequestTooLargeException",
                Unread::Broken => "InvalidRequestContentException",
                Unread::TooSlow => name,
            };
            return invoke_door::refusal(unread.status(), name, message);
        }
        if ApiKeyDoor::is_for(head.uri.path()) {
            let kind = match unread {
                Unread::TooLarge => users::Kind::TooLarge,
                Unread::Broken | Unread::TooSlow => users::Kind::MalformedBody,
            };
            return api_key_door::problem(kind, message);
        }
        let fault = Fault::refusal(name, message).with_status(unread.status().as_u16());
        self.house.door.refuse(&fault)
    }

    /// How the body of a request is taken, asked before any of it is read.
    pub async fn way(&self, head: &Parts) -> Way {
        // Only this machine's requests are answered in `dev`, here as below.
        let is_barred = self.refused_in_dev(&head.headers).is_some();
        if is_barred {
            return Way::Whole;
        }
        uploads::way(&self.house.idp.pools, head).await.unwrap_or(Way::Whole)
    }

    /// Answers a request.
    pub async fn answer(&self, mut request: Request<Bytes>) -> Response<Bytes> {
        // The pages have a check of hosts of their own: domains of pools are theirs, and no other.
        match self.house.oauth.is_for(request.uri().path(), request.headers()).await {
            Ok(true) => {
                if self.is_barred(&request) {
                    return barrier::refusal(request.method(), request.headers());
                }
                if let Some(Peer(address)) = request.extensions().get().copied() {
                    request.extensions_mut().insert(oauth::Peer(address));
                }
                return self.house.oauth.answer(request).await;
            }
            Ok(false) => {}
            Err(error) => return broken(&error),
        }
        if let Some(refused) = self.refused_in_dev(request.headers()) {
            return refused;
        }
        if ApiKeyDoor::is_for(request.uri().path()) {
            return self.house.api_keys.answer(request).await;
        }
        if request.method() == Method::GET || request.method() == Method::HEAD {
            return self.get(&request).await;
        }
        if InvokeDoor::is_for(request.uri().path()) {
            return self.house.invoke.answer(request).await;
        }
        let is_flush = request.uri().path() == "/_poolhouse/authorizer-cache";
        if self.dev.is_some() && request.method() == Method::DELETE && is_flush {
            return self.flush(request.uri().query().unwrap_or_default());
        }
        self.house.door.answer(&self.house.idp, request).await
    }

    /// Whether a request comes from where pages and public operations are not for.
    fn is_barred(&self, request: &Request<Bytes>) -> bool {
        let peer = request.extensions().get::<Peer>();
        peer.is_some_and(|Peer(address)| self.house.barrier.bars(*address))
    }

    /// What somebody who is not at this machine is told in `dev`.
    fn refused_in_dev(&self, headers: &HeaderMap) -> Option<Response<Bytes>> {
        self.dev.as_ref()?;
        // A page on the internet may send a browser here under a name of its own (DNS rebinding); nobody
        // needs credentials in `dev`, so the name must be this machine's.
        if !is_local(headers) {
            return Some(text(StatusCode::FORBIDDEN, "This server answers to localhost only.\n"));
        }
        // For the same reason a page from elsewhere may not use the browser's way to this machine.
        is_from_elsewhere(headers).then(|| {
            text(StatusCode::FORBIDDEN, "This server answers to pages of localhost only.\n")
        })
    }

    async fn get(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let path = request.uri().path();
        if let (Some(outbox), Some(place)) = (&self.dev, path.strip_prefix("/_poolhouse/")) {
            return match place {
                "why" => {
                    let query = request.uri().query().unwrap_or_default();
                    let peer = request.extensions().get::<Peer>().map(|peer| peer.0);
                    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
                    why::answer(&self.house, query, request.headers(), peer).await
                }
                "" => page::overview(&self.house, outbox),
                "outputs" => json_answer(json!(self.house.outputs).to_string(), "no-store"),
                "user-events" => {
                    let events = serde_json::to_string(&outbox.user_events());
                    json_answer(events.unwrap_or_default(), "no-store")
                }
                "messages" => {
                    let to = page::parameter(request.uri().query().unwrap_or_default(), "to");
                    json_answer(Value::from(outbox.to(to.as_deref())).to_string(), "no-store")
                }
                _ => nothing(),
            };
        }
        if path.ends_with("/auth-event-feedback") && request.method() == Method::GET {
            if self.is_barred(request) {
                return barrier::refusal(request.method(), request.headers());
            }
            return self.feedback(request.uri().query().unwrap_or_default()).await;
        }
        if let Some(report) = uploads::report(&self.house.idp.pools, request.uri()).await {
            return report;
        }
        let Some((pool, document)) = path.trim_start_matches('/').split_once("/.well-known/")
        else {
            return nothing();
        };
        let Ok(pool) = UserPoolId::parse(pool) else { return nothing() };
        let answer = match document {
            "jwks.json" => self.jwks(&pool).await,
            "openid-configuration" => self.configuration(&pool).await,
            _ => return nothing(),
        };
        match answer {
            Ok(answer) => json_answer(answer, "public, max-age=300"),
            Err(Error::Refused(Refusal::NoUserPool(_))) => nothing(),
            Err(error) => broken(&error),
        }
    }

    /// Throws away the verdicts of authorizers, of all APIs or of one and its stage.
    fn flush(&self, query: &str) -> Response<Bytes> {
        let (api, stage) = (page::parameter(query, "api"), page::parameter(query, "stage"));
        self.house.gateway.flush_verdicts(api.as_deref(), stage.as_deref());
        text(StatusCode::ACCEPTED, "")
    }

    /// What a user says of a sign-in by a link in a mail.
    async fn feedback(&self, query: &str) -> Response<Bytes> {
        let token = page::parameter(query, "token").map(Token::parse);
        let is_valid = match page::parameter(query, "is").as_deref() {
            Some("valid") => true,
            Some("invalid") => false,
            _ => return nothing(),
        };
        let Some(Ok(token)) = token else { return nothing() };
        match self.house.idp.pools.judge_auth_event_by_link(&token, is_valid).await {
            Ok(()) => text(StatusCode::OK, "Thank you for telling us.\n"),
            Err(Error::Refused(_)) => {
                text(StatusCode::BAD_REQUEST, "This link is not good any more.\n")
            }
            Err(error) => {
                tracing::error!(?error, "feedback could not be kept");
                text(StatusCode::INTERNAL_SERVER_ERROR, "Something is broken on our side.\n")
            }
        }
    }

    async fn jwks(&self, pool: &UserPoolId) -> pool::Result<Bytes> {
        let pools = &self.house.idp.pools;
        let keys = match pools.pool(pool).await {
            Ok(pool) => pools.keys(&pool.id).await?,
            // Whoever verifies tokens goes on while the store is away, if the keys are known here.
            Err(Error::Broken(broken)) => pools.loaded_keys(pool).ok_or(broken)?,
            Err(refused) => return Err(refused),
        };
        Ok(keys.jwks_document())
    }

    async fn configuration(&self, pool: &UserPoolId) -> pool::Result<Bytes> {
        Ok(self.house.oauth.configuration(pool).await?.to_string().into())
    }
}

/// The address of a client. Behind proxies of ours it is what the outermost of them saw; whatever stands
/// before that in the header is the client's own word.
pub fn client_address(headers: &HeaderMap, peer: IpAddr, proxies: usize) -> IpAddr {
    let Some(place) = proxies.checked_sub(1) else { return peer };
    let lines = headers.get_all("x-forwarded-for").iter();
    let told: Vec<&str> =
        lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(',')).collect();
    let seen = told.iter().rev().nth(place).and_then(|address| address.trim().parse().ok());
    seen.unwrap_or(peer)
}

/// Whether a request was sent to this machine by a name that only this machine has.
pub fn is_local(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    host.is_some_and(is_this_machine)
}

/// Whether a browser sent a request for a page that is not of this machine.
pub fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return false };
    let host = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    !host.is_some_and(|(_, host)| is_this_machine(host))
}

fn is_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.to_ascii_lowercase();
    matches!(name.as_str(), "localhost" | "127.0.0.1" | "[::1]") || name.ends_with(".localhost")
}

fn broken(error: &Error) -> Response<Bytes> {
    tracing::error!(?error, "a request could not be answered");
    text(StatusCode::INTERNAL_SERVER_ERROR, "Something is broken on our side.\n")
}

fn nothing() -> Response<Bytes> {
    text(StatusCode::NOT_FOUND, "There is nothing here.\n")
}

fn text(status: StatusCode, body: &'static str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(body.as_bytes()));
    *response.status_mut() = status;
    page::dress(response.headers_mut(), "text/plain; charset=utf-8", "no-store");
    response
}

fn json_answer(body: impl Into<Bytes>, caching: &'static str) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    page::dress(response.headers_mut(), "application/json", caching);
    // Verifiers in browsers read key sets too; there is nothing in them that is anybody's.
    response
        .headers_mut()
        .insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, http::HeaderValue::from_static("*"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_of_proxies_counts_from_its_end_and_for_ours_alone() {
        let peer: IpAddr = "10.0.0.1".parse().unwrap();
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "198.51.100.1, 203.0.113.9".parse().unwrap());
        headers.append("x-forwarded-for", "10.0.0.2".parse().unwrap());
        for (proxies, seen) in [
            (0, "10.0.0.1"),
            (1, "10.0.0.2"),
            (2, "203.0.113.9"),
            (3, "198.51.100.1"),
            (4, "10.0.0.1"),
        ] {
            assert_eq!(client_address(&headers, peer, proxies).to_string(), seen, "{proxies}");
        }
        headers.insert("x-forwarded-for", "unknown".parse().unwrap());
        assert_eq!(client_address(&headers, peer, 1), peer);
    }

    #[test]
    fn only_names_of_this_machine_are_local() {
        let is = |host: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            is_local(&headers)
        };
        for good in [
            "localhost:9229",
            "127.0.0.1:9229",
            "[::1]:9229",
            "demo.auth.localhost:9229",
            "LOCALHOST",
        ] {
            assert!(is(good), "{good}");
        }
        for bad in [
            "evil.example",
            "evil.example:9229",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
        ] {
            assert!(!is(bad), "{bad}");
        }
        assert!(!is_local(&HeaderMap::new()));
    }

    #[test]
    fn a_page_from_elsewhere_is_told_by_its_origin() {
        let is = |origin: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ORIGIN, origin.parse().unwrap());
            is_from_elsewhere(&headers)
        };
        for ours in ["http://localhost:5173", "http://127.0.0.1:8080", "https://app.localhost"] {
            assert!(!is(ours), "{ours}");
        }
        for theirs in ["https://evil.example", "http://localhost.evil.example", "null", "file://"] {
            assert!(is(theirs), "{theirs}");
        }
        assert!(!is_from_elsewhere(&HeaderMap::new()));
    }
}
