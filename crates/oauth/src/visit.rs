//! What does a browser bring, and what is it shown?

use crate::{
    OAuth, answer,
    asked::{Asked, Stop, form_target},
    carried::STEP,
    cookies::{Cookies, SetCookies},
    looks::Dress,
    pages::{self, ErrorPage, Form, Language, Look, Onward, PageFault, Render},
    parameters::{LONGEST, Parameters, Unreadable},
    place::Place,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use names::UserPoolId;

/// One request of a browser.
pub(crate) struct Visit<'a> {
    oauth: &'a OAuth,
    dress: Dress,
    pub place: Place,
    pub path: String,
    pub is_get: bool,
    pub is_post: bool,
    pub query: Parameters,
    pub form: Parameters,
    cookies: Cookies,
    accept_language: Option<String>,
    is_foreign: bool,
    /// A browser says that it goes from page to page.
    navigates: bool,
    csrf: Option<String>,
    set: SetCookies,
}

impl<'a> Visit<'a> {
    /// Reads a request. One that cannot be read is answered all the same.
    pub fn read(
        oauth: &'a OAuth,
        place: Place,
        request: &Request<Bytes>,
    ) -> (Self, Result<(), Unreadable>) {
        let headers = request.headers();
        let cookies = Cookies::of(headers);
        let csrf = oauth.jar.csrf(&cookies).map(str::to_owned);
        let mut visit = Self {
            is_foreign: is_foreign(headers, &place),
            navigates: headers.get("sec-fetch-mode").is_some_and(|mode| mode == "navigate"),
            path: request.uri().path().to_owned(),
            is_get: matches!(*request.method(), Method::GET | Method::HEAD),
            is_post: request.method() == Method::POST,
            query: Parameters::default(),
            form: Parameters::default(),
            accept_language: text(headers, header::ACCEPT_LANGUAGE),
            set: SetCookies::default(),
            dress: oauth.looks.everybodys(),
            oauth,
            place,
            cookies,
            csrf,
        };
        match Parameters::parse(request.uri().query().unwrap_or_default()) {
            Ok(query) => visit.query = query,
            Err(unreadable) => return (visit, Err(unreadable)),
        }
        if visit.is_post {
            match form(headers, request.body()) {
                Ok(form) => visit.form = form,
                Err(unreadable) => return (visit, Err(unreadable)),
            }
        }
        (visit, Ok(()))
    }

    /// Shows pages as they look for the client that asks.
    pub fn dress(&mut self, dress: Dress) {
        self.dress = dress;
    }

    /// Refuses a form that is not one of ours, shown to this very browser.
    pub fn check_form(&self) -> Result<(), Stop> {
        let repeated = self.form.get("_csrf").zip(self.csrf.as_deref());
        let is_ours =
            repeated.is_some_and(|(sent, kept)| crypto::equal(sent.as_bytes(), kept.as_bytes()));
        if is_ours && !self.is_foreign {
            return Ok(());
        }
        Err(Stop::Page(PageFault::NotAllowed, None))
    }

    /// What only this browser knows; forms repeat it.
    pub fn csrf(&mut self) -> String {
        match &self.csrf {
            Some(value) => value.clone(),
            None => {
                let value = self.oauth.jar.set_csrf(&mut self.set, self.oauth.pools.random());
                self.csrf = Some(value.clone());
                value
            }
        }
    }

    /// What only this browser knows, if it was given something.
    pub fn known_csrf(&self) -> Option<&str> {
        self.csrf.as_deref()
    }

    /// A form of ours.
    pub fn form_to(&mut self, action: String) -> Form {
        Form::new(action, self.csrf())
    }

    /// A form of ours that carries something along.
    pub fn form_with_step(&mut self, action: String, step: String) -> Form {
        self.form_to(action).with(STEP, step)
    }

    /// What the application asked for stands in the query, or in a form of the application's own.
    pub fn request_of_application(&self) -> &Parameters {
        if self.is_post && self.path == "/oauth2/authorize" && !self.form.is_empty() {
            &self.form
        } else {
            &self.query
        }
    }

    /// The id of the session that the browser has in a pool.
    pub fn session(&self, pool: &UserPoolId) -> Option<&str> {
        self.oauth.jar.session(&self.cookies, &self.place, pool)
    }

    /// The pool that is meant where no client is named: that of the domain, or else the only one that the browser has a
    /// session in.
    pub fn only_pool(&self) -> Option<UserPoolId> {
        if let Some(pool) = &self.place.pool {
            return Some(pool.clone());
        }
        match <[UserPoolId; 1]>::try_from(self.oauth.jar.pools(&self.cookies)) {
            Ok([pool]) => Some(pool),
            Err(_) => None,
        }
    }

    /// Gives the browser a session.
    pub fn set_session(&mut self, pool: &UserPoolId, id: &str) {
        self.oauth.jar.set_session(&mut self.set, &self.place, pool, id);
    }

    /// Takes the session from the browser.
    pub fn clear_session(&mut self, pool: &UserPoolId) {
        self.oauth.jar.clear_session(&mut self.set, &self.place, pool);
    }

    fn language(&mut self) -> Language {
        let chosen = self.query.get("lang");
        // What the application would like, in the order in which it would (OpenID Connect Core, 3.1.2.1).
        let wished = self.query.get("ui_locales").and_then(|tags| tags.split(' ').next());
        let before = self.oauth.jar.language(&self.cookies);
        let theme = &self.dress.theme;
        let language = theme.negotiate(chosen.or(wished), before, self.accept_language.as_deref());
        let language = language.clone();
        if chosen.is_some() {
            self.oauth.jar.set_language(&mut self.set, &language.tag());
        }
        language
    }

    /// Shows a page whose forms may lead to this application.
    pub fn show(
        &mut self,
        status: StatusCode,
        asked: Option<&Asked>,
        page: &impl Render,
    ) -> Response<Bytes> {
        self.show_before(status, asked.map(|asked| asked.redirect_uri.as_str()), page)
    }

    /// Shows a page whose forms may lead to this URI.
    pub fn show_before(
        &mut self,
        status: StatusCode,
        onward: Option<&str>,
        page: &impl Render,
    ) -> Response<Bytes> {
        let language = self.language();
        let here = format!("{}?{}", self.path, self.query.without(&["lang"]).query());
        let look = Look {
            theme: &self.dress.theme,
            language: &language,
            here: self.is_get.then_some(here.as_str()),
            root: "",
            theme_root: &self.dress.root,
        };
        let html = page.render(&look).html;
        let target = onward.map(form_target).unwrap_or_default();
        answer::page(status, html, &pages::content_security_policy(&[&target]))
    }

    /// Sends the browser away, to an application. Chromium holds whatever follows a form to the policy of the form's
    /// page: the redirect, and wherever the application sends the browser then, which we cannot know. So after a form
    /// it is a page of ours that leads on, at once, and the policy stays narrow. A scheme of an application on
    /// the device is opened by the redirect alone, and whoever is no browser gets that too.
    pub fn leave(&mut self, to: &str) -> Response<Bytes> {
        let is_web = ["https://", "http://"].iter().any(|scheme| to.starts_with(scheme));
        if !(self.is_post && self.navigates && is_web) {
            return self.go(to);
        }
        let Ok(refresh) = HeaderValue::from_str(&format!("0; url={to}")) else {
            return self.go(to);
        };
        let mut response = self.show_before(StatusCode::OK, None, &Onward { to: to.to_owned() });
        response.headers_mut().insert(header::REFRESH, refresh);
        response
    }

    /// Sends the browser on: after a form in a way that does not send the form along.
    pub fn go(&self, to: &str) -> Response<Bytes> {
        let status = if self.is_post { StatusCode::SEE_OTHER } else { StatusCode::FOUND };
        answer::redirect(status, to)
    }

    /// Adds what the browser is to keep.
    pub fn finish(&mut self, mut response: Response<Bytes>) -> Response<Bytes> {
        std::mem::take(&mut self.set).into(&mut response);
        response
    }

    /// Ends with an error page.
    pub fn error(&mut self, fault: PageFault, detail: Option<String>) -> Response<Bytes> {
        let status = match fault {
            PageFault::NotAllowed => StatusCode::FORBIDDEN,
            PageFault::NotFound => StatusCode::NOT_FOUND,
            PageFault::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            PageFault::Unavailable => StatusCode::INTERNAL_SERVER_ERROR,
            PageFault::BadRequest
            | PageFault::UnknownClient
            | PageFault::RedirectMismatch
            | PageFault::SessionExpired
            | PageFault::ProviderFailed => StatusCode::BAD_REQUEST,
        };
        let page = ErrorPage { fault, detail, reference: None, onward: None };
        let response = self.show(status, None, &page);
        self.finish(response)
    }

    /// Ends a request that does not go on.
    pub fn stop(&mut self, stop: Stop) -> Response<Bytes> {
        match stop {
            Stop::Page(fault, detail) => self.error(fault, detail),
            Stop::Back(to) => {
                let response = self.leave(&to);
                self.finish(response)
            }
            Stop::Broken(broken) => {
                tracing::error!(error = ?broken, "a page is broken");
                self.error(PageFault::Unavailable, None)
            }
        }
    }
}

/// Reads the form in a body.
pub(crate) fn form(headers: &HeaderMap, body: &Bytes) -> Result<Parameters, Unreadable> {
    if body.is_empty() {
        return Ok(Parameters::default());
    }
    let kind = text(headers, header::CONTENT_TYPE).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind != "application/x-www-form-urlencoded" {
        return Err(Unreadable::Malformed);
    }
    if body.len() > LONGEST {
        return Err(Unreadable::TooLong);
    }
    Parameters::parse(std::str::from_utf8(body).map_err(|_| Unreadable::Malformed)?)
}

/// Whether a page of somebody else's sent this. Our own pages name no referrer, so browsers call their origin
/// `null`; that says nothing either way, and the value in the form decides.
fn is_foreign(headers: &HeaderMap, place: &Place) -> bool {
    let origin = text(headers, header::ORIGIN);
    let site = headers.get("sec-fetch-site").and_then(|site| site.to_str().ok());
    origin.is_some_and(|origin| origin != "null" && !origin.eq_ignore_ascii_case(&place.base))
        || site.is_some_and(|site| !matches!(site, "same-origin" | "none"))
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}
