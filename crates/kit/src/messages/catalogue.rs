//! Which words does a language have for a message?

use super::{About, Link};
use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};
use unic_langid::{CharacterDirection, LanguageIdentifier};

/// The catalogues that come along, by their language.
pub(super) const OURS: &[(&str, &str)] = &[
    ("ar", include_str!("../../data/messages/ar.ftl")),
    ("de", include_str!("../../data/messages/de.ftl")),
    ("en", include_str!("../../data/messages/en.ftl")),
    ("es", include_str!("../../data/messages/es.ftl")),
    ("fr", include_str!("../../data/messages/fr.ftl")),
];

/// What a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Somebody signed up and has to show that the address is theirs.
    SignUp,
    /// The same, once more.
    ResendCode,
    /// An administrator made the user, who gets a name and a password for the first time.
    Invitation,
    /// Somebody forgot their password.
    ForgotPassword,
    /// Somebody changed their address or number.
    UpdateAttribute,
    /// Somebody wants to show that an address or number is theirs.
    VerifyAttribute,
    /// The second factor of a sign-in.
    Authentication,
    /// A sign-in without a password.
    Passwordless,
}

/// The words of one language.
pub(super) struct Catalogue {
    /// The language.
    pub language: LanguageIdentifier,
    bundle: FluentBundle<FluentResource>,
}

/// The words of one message.
pub(super) struct Words {
    pub subject: String,
    pub heading: String,
    pub body: String,
    /// How long it is good, if that is known.
    pub valid: Option<String>,
    /// What to do if it was not the user.
    pub note: String,
    pub code_label: String,
    pub link_label: String,
    pub username_label: String,
    pub support: String,
    pub sms: Option<String>,
}

/// A catalogue that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the catalogue for {language:?} cannot be used: {problem}")]
pub struct BadCatalogue {
    language: String,
    problem: String,
}

impl Kind {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::SignUp,
        Self::ResendCode,
        Self::Invitation,
        Self::ForgotPassword,
        Self::UpdateAttribute,
        Self::VerifyAttribute,
        Self::Authentication,
        Self::Passwordless,
    ];

    /// The name of the message in a catalogue.
    const fn id(self) -> &'static str {
        match self {
            Self::SignUp => "sign-up",
            Self::ResendCode => "resend-code",
            Self::Invitation => "invitation",
            Self::ForgotPassword => "forgot-password",
            Self::UpdateAttribute => "update-attribute",
            Self::VerifyAttribute => "verify-attribute",
            Self::Authentication => "authentication",
            Self::Passwordless => "passwordless",
        }
    }

    /// What is in the message may be a link in place of a code.
    const fn may_have_link(self) -> bool {
        matches!(self, Self::SignUp | Self::ResendCode | Self::Passwordless)
    }
}

impl Catalogue {
    /// Reads a catalogue and tries every message of it, so that none can fail when it is needed.
    pub fn read(language: &str, text: &str, brand: &str) -> Result<Self, BadCatalogue> {
        let bad = |problem: &str| BadCatalogue::new(language, problem);
        if text.len() > MAX_CATALOGUE_BYTES {
            return Err(bad("it is too long"));
        }
        let tag: LanguageIdentifier =
            language.parse().map_err(|_| bad("its name is no language"))?;
        let resource = FluentResource::try_new(text.to_owned()).map_err(|(_, errors)| {
            let problem =
                errors.first().map_or_else(String::new, |error| format!(": {}", error.kind));
            bad(&format!("it cannot be read{problem}"))
        })?;
        let mut bundle = FluentBundle::new_concurrent(vec![tag.clone()]);
        // What is written in is a code or a name of ours. The marks that would set it apart would be copied
        // along with the code.
        bundle.set_use_isolating(false);
        bundle.add_resource(resource).map_err(|_| bad("it says something twice"))?;
        let this = Self { language: tag, bundle };
        let code = About { code: Some("0"), minutes: Some(5), username: Some("n"), link: None };
        let link = About { link: Some(Link::Address("l")), ..code };
        for kind in Kind::ALL {
            for about in [code, About { code: None, ..link }, link] {
                if about.link.is_none() || kind.may_have_link() {
                    this.look_up(*kind, brand, about).map_err(|missing| bad(&missing))?;
                }
            }
        }
        Ok(this)
    }

    /// The words of a message, if the catalogue has them.
    pub fn words(&self, kind: Kind, brand: &str, about: About<'_>) -> Option<Words> {
        self.look_up(kind, brand, about).ok()
    }

    /// Whether the language is written from right to left.
    pub fn is_right_to_left(&self) -> bool {
        self.language.character_direction() == CharacterDirection::RTL
    }

    fn look_up(&self, kind: Kind, brand: &str, about: About<'_>) -> Result<Words, String> {
        let mut known = FluentArgs::new();
        known.set("brand", brand);
        for (name, text) in [("code", about.code), ("username", about.username)] {
            if let Some(text) = text {
                known.set(name, text);
            }
        }
        if let Some(minutes) = about.minutes {
            known.set("minutes", minutes);
        }
        let find = |message: &str, attribute: &str| {
            let missing = || format!("`{message}.{attribute}` is missing");
            let found = self.bundle.get_message(message).ok_or_else(missing)?;
            let found = found.get_attribute(attribute).ok_or_else(missing)?;
            let mut errors = Vec::new();
            let text = self.bundle.format_pattern(found.value(), Some(&known), &mut errors);
            match errors.is_empty() {
                true => Ok(text.split_whitespace().collect::<Vec<_>>().join(" ")),
                false => Err(format!("`{message}.{attribute}` needs what is not there")),
            }
        };
        let body = match (about.code, about.link) {
            (Some(_), Some(_)) if kind.may_have_link() => "body-code-or-link",
            (None, Some(_)) if kind.may_have_link() => "body-link",
            _ => "body",
        };
        let has_sms = kind != Kind::Passwordless && about.code.is_some();
        Ok(Words {
            code_label: match kind {
                Kind::Invitation => find("common", "password-label")?,
                _ => find("common", "code-label")?,
            },
            link_label: find("common", "link-label")?,
            username_label: find("common", "username-label")?,
            support: find("common", "support")?,
            valid: about.minutes.map(|_| find("common", "valid")).transpose()?,
            subject: find(kind.id(), "subject")?,
            heading: find(kind.id(), "heading")?,
            body: find(kind.id(), body)?,
            note: find(kind.id(), "note")?,
            sms: has_sms.then(|| find(kind.id(), "sms")).transpose()?,
        })
    }
}

/// The whole of our own has a twentieth of this.
const MAX_CATALOGUE_BYTES: usize = 100_000;

impl BadCatalogue {
    pub(super) fn new(language: &str, problem: &str) -> Self {
        Self { language: language.to_owned(), problem: problem.to_owned() }
    }
}
