//! Who would you like to be?

use super::{
    AttributeField, Field, Form, Identifier, Look, Page, PasswordRules, Problem, Provider, Render,
    input::Input,
    sheet::{Frame, Sheet},
    write,
};

/// The sign-up, made of the pool's schema.
#[derive(Debug, Clone)]
pub struct SignUp {
    pub client: Option<String>,
    pub form: Form,
    /// `None` if people sign in with an attribute, which then is among them.
    pub identifier: Option<Identifier>,
    pub username: String,
    /// `None` for people without a password.
    pub rules: Option<PasswordRules>,
    pub attributes: Vec<AttributeField>,
    pub providers: Vec<Provider>,
    pub sign_in: String,
    pub problems: Vec<Problem>,
}

impl Render for SignUp {
    fn render(&self, look: &Look<'_>) -> Page {
        let language = look.language;
        let mut inputs = Vec::new();
        inputs.extend(self.identifier.map(|one| Input::identifier(one, &self.username, language)));
        inputs.extend(self.attributes.iter().map(|one| Input::attribute(one, language)));
        inputs.extend(self.rules.into_iter().flat_map(|rules| {
            Input::new_password(&Field::Password, "field-password", rules, language)
        }));
        let frame = Frame::new(look, language.say("sign-up-title"))
            .toward(self.client.as_deref())
            .problems(&mut inputs, &self.problems);
        let mut sheet = Sheet::new(frame, &self.form, inputs, "sign-up-submit")
            .link(Some(&self.sign_in), "link-have-account");
        sheet.providers = &self.providers;
        write(&sheet)
    }
}
