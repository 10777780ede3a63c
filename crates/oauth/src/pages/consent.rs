//! May this application know that?

use super::{Form, Look, Page, Render, sheet::Frame, write};
use askama::Template;

/// Asks whether an application of somebody else may have what it asks for.
#[derive(Debug, Clone)]
pub struct Consent {
    pub client: String,
    pub form: Form,
    /// As whom.
    pub username: String,
    /// The host that the answer goes to: a name can be chosen, an address has to be owned.
    pub home: Option<String>,
    pub scopes: Vec<ConsentScope>,
    /// Where somebody else signs in.
    pub switch: Option<String>,
}

/// Something that an application asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentScope {
    /// The scope: `email`, `orders/read`.
    pub scope: String,
    /// What the owner of the resource says of it. The scopes of the standard have words of ours.
    pub description: Option<String>,
}

#[derive(Template)]
#[template(path = "consent.html")]
struct View<'a> {
    frame: Frame<'a>,
    page: &'a Consent,
    /// What is asked for in words, and as a scope where there are no words of ours.
    wishes: Vec<(String, Option<&'a str>)>,
}

impl Render for Consent {
    fn render(&self, look: &Look<'_>) -> Page {
        let language = look.language;
        let frame = Frame::new(look, language.say_of("consent-title", "client", &self.client));
        let wishes = self.scopes.iter().map(|one| in_words(one, look)).collect();
        write(&View { frame, page: self, wishes })
    }
}

fn in_words<'a>(one: &'a ConsentScope, look: &Look<'_>) -> (String, Option<&'a str>) {
    let key = match one.scope.as_str() {
        "openid" => "scope-openid",
        "email" => "scope-email",
        "phone" => "scope-phone",
        "profile" => "scope-profile",
        "offline_access" => "scope-offline-access",
        "aws.cognito.signin.user.admin" => "scope-admin",
        scope => {
            return match &one.description {
                Some(description) => (description.clone(), Some(scope)),
                None => (scope.to_owned(), None),
            };
        }
    };
    (look.language.say(key), None)
}
