//! What does the browser keep for us?
//!
//! Over TLS every cookie has the `__Host-` prefix: it is this very host's, and only TLS sets or sends it.
//! Browsers take no such cookie over plain HTTP, which `dev` speaks on this machine alone; there the same
//! cookies go without prefix and `Secure`.

use crate::place::Place;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use crypto::Random;
use http::{HeaderMap, HeaderValue, Response, header};
use names::UserPoolId;

/// The cookies of one request.
#[derive(Clone, Default)]
pub(crate) struct Cookies(Vec<(String, String)>);

/// Cookies that are to be set with an answer.
#[derive(Default)]
pub(crate) struct SetCookies(Vec<String>);

/// How cookies are called and set here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Jar {
    pub is_secure: bool,
}

/// The cookie whose value a form must repeat.
const CSRF: &str = "XSRF-TOKEN";
/// The language that somebody chose.
const LANGUAGE: &str = "lang";
/// The longest value that is looked at.
const LONGEST: usize = 256;
const YEAR: u32 = 365 * 24 * 60 * 60;

impl Cookies {
    /// Those of a request.
    pub fn of(headers: &HeaderMap) -> Self {
        let texts = headers.get_all(header::COOKIE).iter().filter_map(|text| text.to_str().ok());
        let pairs = texts.flat_map(|text| text.split(';')).filter_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            (value.len() <= LONGEST).then(|| (name.to_owned(), value.to_owned()))
        });
        Self(pairs.take(64).collect())
    }

    /// A cookie that stands once. Of two of one name, one was set by somebody else.
    fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.0.iter().filter(|(known, _)| known == name);
        match (found.next(), found.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    }
}

impl Jar {
    fn name(self, name: &str) -> String {
        if self.is_secure { format!("__Host-{name}") } else { name.to_owned() }
    }

    /// At a domain there is one pool; at the server's own address each pool has a cookie of its own.
    fn session_name(self, place: &Place, pool: &UserPoolId) -> String {
        match &place.pool {
            Some(_) => self.name("cognito"),
            None => self.name(&format!("cognito.{pool}")),
        }
    }

    /// The id of the session that the browser has in a pool.
    pub fn session<'a>(
        self,
        cookies: &'a Cookies,
        place: &Place,
        pool: &UserPoolId,
    ) -> Option<&'a str> {
        cookies.get(&self.session_name(place, pool))
    }

    /// The pools that the browser has a session in at the server's own address.
    pub fn pools(self, cookies: &Cookies) -> Vec<UserPoolId> {
        let prefix = self.name("cognito.");
        let names = cookies.0.iter().filter_map(|(name, _)| name.strip_prefix(&prefix));
        names.filter_map(|pool| UserPoolId::parse(pool).ok()).collect()
    }

    /// The value that forms of this browser repeat.
    pub fn csrf(self, cookies: &Cookies) -> Option<&str> {
        cookies.get(&self.name(CSRF)).filter(|value| value.len() == 43)
    }

    /// The language that was chosen before.
    pub fn language(self, cookies: &Cookies) -> Option<&str> {
        cookies.get(&self.name(LANGUAGE))
    }

    /// A new value for forms to repeat.
    pub fn set_csrf(self, set: &mut SetCookies, random: &dyn Random) -> String {
        let value = URL_SAFE_NO_PAD.encode(random.bytes::<32>());
        set.0.push(self.cookie(&self.name(CSRF), &value, None));
        value
    }

    /// Gives the browser its session.
    pub fn set_session(self, set: &mut SetCookies, place: &Place, pool: &UserPoolId, id: &str) {
        set.0.push(self.cookie(&self.session_name(place, pool), id, None));
    }

    /// Takes the session from the browser.
    pub fn clear_session(self, set: &mut SetCookies, place: &Place, pool: &UserPoolId) {
        set.0.push(self.cookie(&self.session_name(place, pool), "", Some(0)));
    }

    /// Remembers a language.
    pub fn set_language(self, set: &mut SetCookies, tag: &str) {
        set.0.push(self.cookie(&self.name(LANGUAGE), tag, Some(YEAR)));
    }

    fn cookie(self, name: &str, value: &str, max_age: Option<u32>) -> String {
        let secure = if self.is_secure { "; Secure" } else { "" };
        let life = max_age.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{life}")
    }
}

impl SetCookies {
    /// Puts them into an answer.
    pub fn into(self, response: &mut Response<Bytes>) {
        for cookie in self.0 {
            if let Ok(value) = HeaderValue::from_str(&cookie) {
                response.headers_mut().append(header::SET_COOKIE, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_that_stands_twice_is_nobodys() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; b=2; a=3"));
        headers.append(header::COOKIE, HeaderValue::from_static("c=4"));
        let cookies = Cookies::of(&headers);
        assert_eq!(
            (cookies.get("a"), cookies.get("b"), cookies.get("c")),
            (None, Some("2"), Some("4"))
        );
    }

    #[test]
    fn over_tls_a_cookie_is_this_hosts_alone() {
        let jar = Jar { is_secure: true };
        let text = jar.cookie(&jar.name("cognito"), "x", None);
        assert_eq!(text, "__Host-cognito=x; Path=/; HttpOnly; SameSite=Lax; Secure");
        let jar = Jar { is_secure: false };
        assert_eq!(
            jar.cookie(&jar.name("lang"), "de", Some(1)),
            "lang=de; Path=/; HttpOnly; SameSite=Lax; Max-Age=1"
        );
    }
}
