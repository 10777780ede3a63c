//! Who are you?

use super::{
    Form, Identifier, Look, Notice, Page, PasskeyRequest, Problem, Provider, Render, input::Input,
    sheet::Frame, write,
};
use askama::Template;

/// The first page of a sign-in: a name, with or without the password, or an identity provider.
#[derive(Debug, Clone)]
pub struct SignIn {
    pub client: Option<String>,
    /// For people of the pool itself. `None` if all of them come from providers.
    pub local: Option<LocalSignIn>,
    pub providers: Vec<Provider>,
    /// A link to the sign-up, if people may.
    pub sign_up: Option<String>,
    pub problems: Vec<Problem>,
    pub notice: Option<Notice>,
}

/// The form of a [`SignIn`].
#[derive(Debug, Clone)]
pub struct LocalSignIn {
    pub form: Form,
    pub identifier: Identifier,
    pub username: String,
    /// Whether the password is on the same page.
    pub asks_password: bool,
    pub forgot_password: Option<String>,
    /// For a passkey that knows who it belongs to. Browsers offer it in the field of the name.
    pub passkey: Option<PasskeyRequest>,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct View<'a> {
    frame: Frame<'a>,
    page: &'a SignIn,
    inputs: Vec<Input>,
    submit: String,
}

impl Render for SignIn {
    fn render(&self, look: &Look<'_>) -> Page {
        let language = look.language;
        let mut inputs = Vec::new();
        let mut submit = String::new();
        if let Some(local) = &self.local {
            let mut name = Input::identifier(local.identifier, &local.username, language);
            if local.passkey.is_some() {
                name.autocomplete = "username webauthn";
            }
            inputs.push(name);
            if local.asks_password {
                inputs.push(Input::password(language));
            }
            submit = language.say(if local.asks_password { "sign-in-submit" } else { "next" });
        }
        let frame = Frame::new(look, language.say("sign-in-title"))
            .toward(self.client.as_deref())
            .problems(&mut inputs, &self.problems)
            .notice(self.notice.as_ref());
        let has_passkey = self.local.as_ref().is_some_and(|local| local.passkey.is_some());
        let frame = if has_passkey { frame.scripted() } else { frame };
        write(&View { frame, page: self, inputs, submit })
    }
}
