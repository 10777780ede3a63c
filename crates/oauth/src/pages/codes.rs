//! How do people prove themselves by a code?

use super::{
    AttributeField, AttributeKind, Form, Identifier, Look, Notice, Page, Problem, Render,
    input::Input,
    sheet::{Frame, Sheet, Who},
    write,
};

/// Takes the code that shows that an address is somebody's own.
#[derive(Debug, Clone)]
pub struct Confirm {
    pub client: Option<String>,
    pub form: Form,
    pub username: String,
    /// Whether the name is known, or has to be asked for as well.
    pub is_username_known: bool,
    /// Sends another code.
    pub resend: Option<Form>,
    pub sign_in: String,
    pub problems: Vec<Problem>,
    pub notice: Option<Notice>,
}

impl Render for Confirm {
    fn render(&self, look: &Look<'_>) -> Page {
        let language = look.language;
        let mut inputs = Vec::new();
        if !self.is_username_known {
            inputs.push(Input::identifier(Identifier::UsernameOrContact, &self.username, language));
        }
        inputs.push(Input::code(language));
        let frame = Frame::new(look, language.say("confirm-title"))
            .lead(language.say("confirm-lead"))
            .problems(&mut inputs, &self.problems)
            .notice(self.notice.as_ref());
        let mut sheet = Sheet::new(frame, &self.form, inputs, "confirm-submit")
            .second(self.resend.as_ref(), "resend-again")
            .link(Some(&self.sign_in), "link-back-to-sign-in");
        if self.is_username_known {
            sheet = sheet.about(Who { name: &self.username, change: None, is_sent: true });
        }
        write(&sheet)
    }
}

/// Asks to whom another code shall be sent.
#[derive(Debug, Clone)]
pub struct Resend {
    pub client: Option<String>,
    pub form: Form,
    pub identifier: Identifier,
    pub username: String,
    pub sign_in: String,
    pub problems: Vec<Problem>,
}

impl Render for Resend {
    fn render(&self, look: &Look<'_>) -> Page {
        let mut inputs = vec![Input::identifier(self.identifier, &self.username, look.language)];
        let frame = Frame::new(look, look.language.say("resend-title"))
            .lead(look.language.say("resend-lead"))
            .problems(&mut inputs, &self.problems);
        let sheet = Sheet::new(frame, &self.form, inputs, "resend-submit")
            .link(Some(&self.sign_in), "link-back-to-sign-in");
        write(&sheet)
    }
}

/// Asks for an address or number to which codes can go, now and at every sign-in to come.
#[derive(Debug, Clone)]
pub struct EnrolAddress {
    pub form: Form,
    /// `email` or `phone_number`.
    pub address: AttributeField,
    pub sign_in: String,
    pub problems: Vec<Problem>,
}

impl Render for EnrolAddress {
    fn render(&self, look: &Look<'_>) -> Page {
        let language = look.language;
        let mut inputs = vec![Input::attribute(&self.address, language)];
        let lead = match self.address.kind {
            AttributeKind::PhoneNumber => "enrol-phone-lead",
            _ => "enrol-email-lead",
        };
        let frame = Frame::new(look, language.say("choose-enrol-title"))
            .lead(language.say(lead))
            .problems(&mut inputs, &self.problems);
        let sheet = Sheet::new(frame, &self.form, inputs, "resend-submit")
            .link(Some(&self.sign_in), "link-start-over");
        write(&sheet)
    }
}

/// Takes the code of a factor, first or second.
#[derive(Debug, Clone)]
pub struct EnterCode {
    pub client: Option<String>,
    pub form: Form,
    pub means: Means,
    pub resend: Option<Form>,
    /// Where there are other ways to sign in.
    pub others: Option<String>,
    pub sign_in: String,
    pub problems: Vec<Problem>,
    pub notice: Option<Notice>,
}

/// Where a code comes from. The addresses are masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Means {
    Totp,
    Sms { to: Option<String> },
    Email { to: Option<String> },
}

impl Render for EnterCode {
    fn render(&self, look: &Look<'_>) -> Page {
        let language = look.language;
        let mut inputs = vec![Input::code(language)];
        let (title, lead) = match &self.means {
            Means::Totp => ("code-totp-title", language.say("code-totp-lead")),
            Means::Sms { to: Some(to) } => {
                ("code-sms-title", language.say_of("code-lead-to", "to", to))
            }
            Means::Email { to: Some(to) } => {
                ("code-email-title", language.say_of("code-lead-to", "to", to))
            }
            Means::Sms { to: None } => ("code-sms-title", language.say("code-sms-lead")),
            Means::Email { to: None } => ("code-email-title", language.say("code-email-lead")),
        };
        let frame = Frame::new(look, language.say(title))
            .lead(lead)
            .problems(&mut inputs, &self.problems)
            .notice(self.notice.as_ref());
        let sheet = Sheet::new(frame, &self.form, inputs, "code-submit")
            .second(self.resend.as_ref(), "resend-again")
            .link(self.others.as_deref(), "link-other-ways")
            .link(Some(&self.sign_in), "link-start-over");
        write(&sheet)
    }
}

/// Asks somebody who came from a provider to prove that the account which is there already is theirs.
#[derive(Debug, Clone)]
pub struct LinkAccount {
    pub client: Option<String>,
    pub form: Form,
    pub provider: String,
    /// Masked, if it is an address.
    pub username: String,
    pub proof: LinkProof,
    /// A link back to the sign-in, with nothing done.
    pub cancel: String,
    pub problems: Vec<Problem>,
}

/// What shows that an account is somebody's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkProof {
    Password,
    Code { to: Option<String> },
}

impl Render for LinkAccount {
    fn render(&self, look: &Look<'_>) -> Page {
        let language = look.language;
        let mut input = match &self.proof {
            LinkProof::Password => Input::password(language),
            LinkProof::Code { .. } => Input::code(language),
        };
        if let LinkProof::Code { to: Some(to) } = &self.proof {
            input.hint = Some(language.say_of("code-lead-to", "to", to));
        }
        let mut inputs = vec![input];
        let frame = Frame::new(look, language.say("link-account-title"))
            .lead(language.say_of("link-account-lead", "provider", &self.provider))
            .problems(&mut inputs, &self.problems);
        let sheet = Sheet::new(frame, &self.form, inputs, "link-account-submit")
            .about(Who { name: &self.username, change: None, is_sent: false })
            .link(Some(&self.cancel), "cancel");
        write(&sheet)
    }
}
