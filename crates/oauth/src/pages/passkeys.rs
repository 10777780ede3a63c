//! How do people prove themselves by a passkey?
//!
//! These are the only pages with a script. It reads the options from the form, asks the browser, and posts what the
//! browser answers as `credential`. Without it the page says that a passkey needs JavaScript, and shows other ways.

use super::{Form, Look, Page, Problem, Render, sheet::Frame, write};
use askama::Template;
use std::fmt;

/// A form that the script fills in.
#[derive(Clone, PartialEq, Eq)]
pub struct PasskeyRequest {
    pub form: Form,
    /// `PublicKeyCredentialRequestOptions` as JSON.
    pub options: String,
}

/// Makes a passkey.
#[derive(Clone)]
pub struct EnrolPasskey {
    pub client: Option<String>,
    pub form: Form,
    /// `PublicKeyCredentialCreationOptions` as JSON.
    pub options: String,
    /// Where it goes on without one.
    pub skip: Option<String>,
    pub problems: Vec<Problem>,
}

#[derive(Template)]
#[template(path = "passkey.html")]
struct View<'a> {
    frame: Frame<'a>,
    form: &'a Form,
    options: &'a str,
    submit: String,
    links: Vec<(&'a str, String)>,
}

impl Render for EnrolPasskey {
    fn render(&self, look: &Look<'_>) -> Page {
        let say = |key| look.language.say(key);
        let frame = Frame::new(look, say("enrol-passkey-title"))
            .lead(say("enrol-passkey-lead"))
            .problems(&mut [], &self.problems)
            .scripted();
        let skip = self.skip.as_deref().map(|href| (href, say("link-not-now")));
        write(&View {
            frame,
            form: &self.form,
            options: &self.options,
            submit: say("enrol-passkey-submit"),
            links: skip.into_iter().collect(),
        })
    }
}

impl fmt::Debug for PasskeyRequest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("PasskeyRequest").field("form", &self.form).finish_non_exhaustive()
    }
}

impl fmt::Debug for EnrolPasskey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("EnrolPasskey").field("form", &self.form).finish_non_exhaustive()
    }
}
