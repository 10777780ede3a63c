//! What do people see in the browser?
//!
//! A page is a struct that holds exactly what it shows, and becomes HTML by [`Render::render`]. Nothing here reads
//! the clock, the environment or a store; what comes from outside is escaped by the templates. The words are in
//! `locales`, the looks in `assets` and, where an application has its own, in a [`Theme`].
//!
//! No page holds a script or a style: both are files of ours, so that [`content_security_policy`] can forbid
//! everything else. Without JavaScript all pages work but those that need a passkey.
//!
//! ```
//! use oauth::pages::{Look, Render, SignedOut, Theme};
//!
//! let theme = Theme::poolhouse();
//! let language = theme.negotiate(Some("de"), None, None);
//! let look = Look { theme: &theme, language: &language, here: None, root: "", theme_root: "" };
//! let page = SignedOut { client: None, sign_in: None }.render(&look);
//! assert!(page.html.contains("Sie sind abgemeldet"));
//! ```

mod assets;
mod branding;
mod choices;
mod codes;
mod consent;
mod form;
mod input;
mod language;
mod messages;
mod passkeys;
mod passwords;
mod sheet;
mod sign_in;
mod sign_up;
mod theme;
mod totp;

pub use assets::{Asset, asset};
pub use branding::BadBranding;
pub use choices::{Account, ChoicePurpose, ChooseAccount, ChooseFactor, Factor};
pub use codes::{Confirm, EnrolAddress, EnterCode, LinkAccount, LinkProof, Means, Resend};
pub use consent::{Consent, ConsentScope};
pub use form::{
    AttributeField, AttributeKind, Fault, Field, Form, Identifier, Notice, PasswordRules, Problem,
    Provider, ProviderKind,
};
pub(crate) use language::tags;
pub use language::{BadTexts, Language, Languages};
pub use messages::{
    AskSignOut, ConfirmLink, Deed, Done, ErrorPage, LinkPurpose, Onward, PageFault, SignedOut,
};
pub use passkeys::{EnrolPasskey, PasskeyRequest};
pub use passwords::{EnterPassword, ForgotPassword, NewPassword, ResetPassword};
pub use sign_in::{LocalSignIn, SignIn};
pub use sign_up::SignUp;
pub use theme::{BadTheme, Theme};
pub use totp::EnrolTotp;

use askama::Template;
pub use pool::{BadCss, Stylesheet};

/// How a page is to look, which is the same for every page of a request.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    pub theme: &'a Theme,
    pub language: &'a Language,
    /// The path and query that ask for this page once more, without `lang`: the links to other languages are made
    /// of it. `None` shows none, for the answer to a form.
    pub here: Option<&'a str>,
    /// What stands before `/assets/` in the address of our files.
    pub root: &'a str,
    /// Where the files of the theme are served.
    pub theme_root: &'a str,
}

/// A page, ready to be sent as `text/html; charset=utf-8`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub html: String,
}

/// What can be shown in a browser.
pub trait Render {
    /// Writes the page.
    fn render(&self, look: &Look<'_>) -> Page;
}

/// The policy for every page. `form_targets` are the origins that the answer to a form may lead to (browsers hold
/// redirects to `form-action`, too): that of the application, or its own scheme as `myapp:`. What is no origin is
/// left out.
#[must_use]
pub fn content_security_policy(form_targets: &[&str]) -> String {
    // A quote or a semicolon would begin another directive.
    let is_plain = |target: &&&str| {
        !target.is_empty()
            && target.len() <= 300
            && target.bytes().all(|byte| {
                byte.is_ascii_alphanumeric()
                    || matches!(byte, b':' | b'/' | b'.' | b'-' | b'+' | b'[' | b']')
            })
    };
    let targets: String =
        form_targets.iter().filter(is_plain).map(|target| format!(" {target}")).collect();
    format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
         form-action 'self'{targets}; frame-ancestors 'none'; base-uri 'none'"
    )
}

/// Our templates fail only if memory does, and then there is this.
fn write(template: &impl Template) -> Page {
    let html = template.render().unwrap_or_else(|error| {
        tracing::error!(%error, "a page could not be written");
        "<!doctype html><html lang=\"en\"><title>Error</title><p>Please try again.</p></html>"
            .to_owned()
    });
    Page { html }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_allows_no_inline_script_and_no_other_origin() {
        let policy = content_security_policy(&["https://app.example.com", "myapp:"]);
        assert!(policy.contains("form-action 'self' https://app.example.com myapp:;"));
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("unsafe"));
    }

    #[test]
    fn a_target_cannot_add_a_directive() {
        let policy =
            content_security_policy(&["https://a.example; script-src *", "'none'", "a b", ""]);
        assert!(policy.contains("form-action 'self';"), "{policy}");
    }
}
