//! What is there to say when there is nothing to ask, or only whether to go on?

use super::{Form, Look, Page, Render, sheet::Frame, write};
use askama::Template;

#[derive(Template)]
#[template(path = "message.html")]
struct View<'a> {
    frame: Frame<'a>,
    /// Which sign stands above: `done`, `away`, `question`, `trouble`.
    sign: &'static str,
    form: Option<(&'a Form, String)>,
    detail: Option<&'a str>,
    reference: Option<&'a str>,
    onward: Option<(&'a str, String)>,
}

/// Asks before a link from a message does anything: programs that look for bad links follow them all.
#[derive(Debug, Clone)]
pub struct ConfirmLink {
    pub client: Option<String>,
    pub form: Form,
    pub purpose: LinkPurpose,
}

/// What a link from a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkPurpose {
    ConfirmAccount,
    SignIn,
}

impl Render for ConfirmLink {
    fn render(&self, look: &Look<'_>) -> Page {
        let (title, lead, submit) = match self.purpose {
            LinkPurpose::ConfirmAccount => {
                ("confirm-link-title", "confirm-link-lead", "confirm-link-submit")
            }
            LinkPurpose::SignIn => ("sign-in-link-title", "sign-in-link-lead", "sign-in-submit"),
        };
        let say = |key| look.language.say(key);
        write(&View {
            frame: Frame::new(look, say(title)).lead(say(lead)),
            sign: "question",
            form: Some((&self.form, say(submit))),
            detail: None,
            reference: None,
            onward: None,
        })
    }
}

/// Asks whether somebody wants to be signed out, where an application cannot show that they do.
#[derive(Debug, Clone)]
pub struct AskSignOut {
    pub form: Form,
}

impl Render for AskSignOut {
    fn render(&self, look: &Look<'_>) -> Page {
        let say = |key| look.language.say(key);
        write(&View {
            frame: Frame::new(look, say("sign-out-title")).lead(say("sign-out-lead")),
            sign: "question",
            form: Some((&self.form, say("sign-out-submit"))),
            detail: None,
            reference: None,
            onward: None,
        })
    }
}

/// Nobody is signed in any more.
#[derive(Debug, Clone)]
pub struct SignedOut {
    pub client: Option<String>,
    pub sign_in: Option<String>,
}

impl Render for SignedOut {
    fn render(&self, look: &Look<'_>) -> Page {
        let say = |key| look.language.say(key);
        write(&View {
            frame: Frame::new(look, say("signed-out-title")).lead(say("signed-out-lead")),
            sign: "away",
            form: None,
            detail: None,
            reference: None,
            onward: self.sign_in.as_deref().map(|href| (href, say("link-sign-in-again"))),
        })
    }
}

/// Something was done.
#[derive(Debug, Clone)]
pub struct Done {
    pub client: Option<String>,
    pub what: Deed,
    /// Where to go on.
    pub onward: Option<String>,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    AccountConfirmed,
    PasswordChanged,
    PasskeyAdded,
    Cancelled,
}

impl Render for Done {
    fn render(&self, look: &Look<'_>) -> Page {
        let (title, lead, sign) = match self.what {
            Deed::AccountConfirmed => ("done-confirmed-title", "done-confirmed-lead", "done"),
            Deed::PasswordChanged => ("done-password-title", "done-password-lead", "done"),
            Deed::PasskeyAdded => ("done-passkey-title", "done-passkey-lead", "done"),
            Deed::Cancelled => ("done-cancelled-title", "done-cancelled-lead", "away"),
        };
        let say = |key| look.language.say(key);
        write(&View {
            frame: Frame::new(look, say(title)).lead(say(lead)),
            sign,
            form: None,
            detail: None,
            reference: None,
            onward: self.onward.as_deref().map(|href| (href, say("next"))),
        })
    }
}

/// The browser is being sent away, and does not wait for anybody to read this.
#[derive(Debug, Clone)]
pub struct Onward {
    pub to: String,
}

impl Render for Onward {
    fn render(&self, look: &Look<'_>) -> Page {
        let say = |key| look.language.say(key);
        write(&View {
            frame: Frame::new(look, say("onward-title")).lead(say("onward-lead")),
            sign: "done",
            form: None,
            detail: None,
            reference: None,
            onward: Some((&self.to, say("next"))),
        })
    }
}

/// It cannot go on.
#[derive(Debug, Clone)]
pub struct ErrorPage {
    pub fault: PageFault,
    /// For whoever wrote the application: what was wrong with the request.
    pub detail: Option<String>,
    /// For whoever runs the server: where to look in the log.
    pub reference: Option<String>,
    pub onward: Option<String>,
}

/// Why it cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageFault {
    BadRequest,
    UnknownClient,
    RedirectMismatch,
    /// A form that did not come from a page of ours.
    NotAllowed,
    SessionExpired,
    NotFound,
    TooManyRequests,
    ProviderFailed,
    Unavailable,
}

impl Render for ErrorPage {
    fn render(&self, look: &Look<'_>) -> Page {
        let (title, lead) = match self.fault {
            PageFault::BadRequest => ("error-request-title", "error-request-lead"),
            PageFault::UnknownClient => ("error-request-title", "error-client-lead"),
            PageFault::RedirectMismatch => ("error-request-title", "error-redirect-lead"),
            PageFault::NotAllowed => ("error-form-title", "error-form-lead"),
            PageFault::SessionExpired => ("error-session-title", "error-session-lead"),
            PageFault::NotFound => ("error-found-title", "error-found-lead"),
            PageFault::TooManyRequests => ("error-many-title", "error-many-lead"),
            PageFault::ProviderFailed => ("error-provider-title", "error-provider-lead"),
            PageFault::Unavailable => ("error-trouble-title", "error-trouble-lead"),
        };
        let say = |key| look.language.say(key);
        write(&View {
            frame: Frame::new(look, say(title)).lead(say(lead)),
            sign: "trouble",
            form: None,
            detail: self.detail.as_deref(),
            reference: self.reference.as_deref(),
            onward: self.onward.as_deref().map(|href| (href, say("link-start-over"))),
        })
    }
}
