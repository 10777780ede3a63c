//! Which way, and which account?

use super::{Form, Look, Page, Problem, Render, sheet::Frame, write};
use askama::Template;

/// Asks by which means somebody wants to prove themselves, now or from now on.
#[derive(Debug, Clone)]
pub struct ChooseFactor {
    pub client: Option<String>,
    pub form: Form,
    pub purpose: ChoicePurpose,
    pub factors: Vec<Factor>,
    pub sign_in: String,
    pub problems: Vec<Problem>,
}

/// What a factor is chosen for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChoicePurpose {
    /// The only one, as `USER_AUTH` has it.
    SignIn,
    /// One of those that are set up.
    SecondFactor,
    /// One that is to be set up.
    Enrol,
}

/// A means to prove oneself. The addresses are masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Factor {
    Password,
    Totp,
    Sms { to: Option<String> },
    Email { to: Option<String> },
}

impl Factor {
    /// What the form sends as `factor`, in the words that the API has for it.
    #[must_use]
    pub const fn value(&self, purpose: ChoicePurpose) -> &'static str {
        match (self, purpose) {
            (Self::Password, _) => "PASSWORD",
            (Self::Totp, _) => "SOFTWARE_TOKEN_MFA",
            (Self::Sms { .. }, ChoicePurpose::SignIn) => "SMS_OTP",
            (Self::Sms { .. }, _) => "SMS_MFA",
            (Self::Email { .. }, ChoicePurpose::SignIn) => "EMAIL_OTP",
            (Self::Email { .. }, _) => "EMAIL_MFA",
        }
    }
}

/// A button that is a choice: what it sends, what it says, and what it says below that.
struct Choice {
    value: String,
    name: String,
    detail: Option<String>,
    /// A letter or a sign, only for the eyes.
    sign: String,
}

#[derive(Template)]
#[template(path = "choose.html")]
struct View<'a> {
    frame: Frame<'a>,
    form: &'a Form,
    /// Under which name the choice is sent.
    name: &'static str,
    choices: Vec<Choice>,
    links: Vec<(&'a str, String)>,
}

impl Render for ChooseFactor {
    fn render(&self, look: &Look<'_>) -> Page {
        let language = look.language;
        let (title, lead) = match self.purpose {
            ChoicePurpose::SignIn => ("choose-way-title", "choose-way-lead"),
            ChoicePurpose::SecondFactor => ("choose-second-title", "choose-second-lead"),
            ChoicePurpose::Enrol => ("choose-enrol-title", "choose-enrol-lead"),
        };
        let choose = |factor: &Factor| {
            let (key, sign, detail) = match factor {
                Factor::Password => ("factor-password", "password", None),
                Factor::Totp => ("factor-totp", "totp", None),
                Factor::Sms { to } => ("factor-sms", "sms", to.clone()),
                Factor::Email { to } => ("factor-email", "email", to.clone()),
            };
            Choice {
                value: factor.value(self.purpose).to_owned(),
                name: language.say(key),
                detail,
                sign: sign.to_owned(),
            }
        };
        let frame = Frame::new(look, language.say(title))
            .lead(language.say(lead))
            .problems(&mut [], &self.problems);
        write(&View {
            frame,
            form: &self.form,
            name: "factor",
            choices: self.factors.iter().map(choose).collect(),
            links: vec![(&self.sign_in, language.say("link-start-over"))],
        })
    }
}

/// Asks as whom of those who signed in here somebody wants to go on.
#[derive(Debug, Clone)]
pub struct ChooseAccount {
    pub client: Option<String>,
    pub form: Form,
    pub accounts: Vec<Account>,
    /// Where somebody else signs in.
    pub other: String,
}

/// Somebody who signed in here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// What the form sends as `account`.
    pub value: String,
    pub name: String,
    /// An address, or the provider.
    pub detail: Option<String>,
}

impl Render for ChooseAccount {
    fn render(&self, look: &Look<'_>) -> Page {
        let language = look.language;
        let choose = |account: &Account| Choice {
            value: account.value.clone(),
            name: account.name.clone(),
            detail: account.detail.clone(),
            sign: "person".to_owned(),
        };
        let frame =
            Frame::new(look, language.say("choose-account-title")).toward(self.client.as_deref());
        write(&View {
            frame,
            form: &self.form,
            name: "account",
            choices: self.accounts.iter().map(choose).collect(),
            links: vec![(&self.other, language.say("link-other-account"))],
        })
    }
}
