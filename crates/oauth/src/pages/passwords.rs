//! How do people prove themselves by a password, and how do they get another one?

use super::{
    AttributeField, Field, Form, Identifier, Look, Notice, Page, PasswordRules, Problem, Render,
    input::Input,
    sheet::{Frame, Sheet, Who},
    write,
};

/// The second page of a sign-in that asks for the name first.
#[derive(Debug, Clone)]
pub struct EnterPassword {
    pub client: Option<String>,
    pub form: Form,
    /// Shown, and sent again.
    pub username: String,
    /// Where somebody else goes.
    pub change: String,
    pub forgot_password: Option<String>,
    /// Where there are other ways to sign in.
    pub others: Option<String>,
    pub problems: Vec<Problem>,
}

impl Render for EnterPassword {
    fn render(&self, look: &Look<'_>) -> Page {
        let mut inputs = vec![Input::password(look.language)];
        let frame = Frame::new(look, look.language.say("password-title"))
            .toward(self.client.as_deref())
            .problems(&mut inputs, &self.problems);
        let sheet = Sheet::new(frame, &self.form, inputs, "sign-in-submit")
            .about(Who { name: &self.username, change: Some(&self.change), is_sent: true })
            .link(self.forgot_password.as_deref(), "link-forgot-password")
            .link(self.others.as_deref(), "link-other-ways");
        write(&sheet)
    }
}

/// Asks whose password is forgotten.
#[derive(Debug, Clone)]
pub struct ForgotPassword {
    pub client: Option<String>,
    pub form: Form,
    pub identifier: Identifier,
    pub username: String,
    pub sign_in: String,
    pub problems: Vec<Problem>,
}

impl Render for ForgotPassword {
    fn render(&self, look: &Look<'_>) -> Page {
        let mut inputs = vec![Input::identifier(self.identifier, &self.username, look.language)];
        let frame = Frame::new(look, look.language.say("forgot-title"))
            .lead(look.language.say("forgot-lead"))
            .problems(&mut inputs, &self.problems);
        let sheet = Sheet::new(frame, &self.form, inputs, "forgot-submit")
            .link(Some(&self.sign_in), "link-back-to-sign-in");
        write(&sheet)
    }
}

/// Takes the code that was sent and a password in place of the forgotten one.
#[derive(Debug, Clone)]
pub struct ResetPassword {
    pub client: Option<String>,
    pub form: Form,
    pub username: String,
    pub rules: PasswordRules,
    /// Sends another code.
    pub resend: Option<Form>,
    pub sign_in: String,
    pub problems: Vec<Problem>,
    pub notice: Option<Notice>,
}

impl Render for ResetPassword {
    fn render(&self, look: &Look<'_>) -> Page {
        let language = look.language;
        let mut inputs = vec![Input::code(language)];
        inputs.extend(Input::new_password(
            &Field::NewPassword,
            "field-new-password",
            self.rules,
            language,
        ));
        let frame = Frame::new(look, language.say("reset-title"))
            .problems(&mut inputs, &self.problems)
            .notice(self.notice.as_ref());
        let sheet = Sheet::new(frame, &self.form, inputs, "reset-submit")
            .about(Who { name: &self.username, change: None, is_sent: true })
            .second(self.resend.as_ref(), "resend-again")
            .link(Some(&self.sign_in), "link-back-to-sign-in");
        write(&sheet)
    }
}

/// Takes a password of their own from somebody who signed in with one that was given to them.
#[derive(Debug, Clone)]
pub struct NewPassword {
    pub client: Option<String>,
    pub form: Form,
    pub username: String,
    pub rules: PasswordRules,
    /// What the pool needs to know and does not yet.
    pub attributes: Vec<AttributeField>,
    pub problems: Vec<Problem>,
}

impl Render for NewPassword {
    fn render(&self, look: &Look<'_>) -> Page {
        let language = look.language;
        let mut inputs: Vec<Input> =
            Input::new_password(&Field::NewPassword, "field-new-password", self.rules, language)
                .into();
        inputs.extend(self.attributes.iter().map(|one| Input::attribute(one, language)));
        let frame = Frame::new(look, language.say("new-password-title"))
            .lead(language.say("new-password-lead"))
            .problems(&mut inputs, &self.problems);
        let sheet = Sheet::new(frame, &self.form, inputs, "new-password-submit").about(Who {
            name: &self.username,
            change: None,
            is_sent: true,
        });
        write(&sheet)
    }
}
