//! How does a message to a user read?
//!
//! Its words come from a catalogue ([Fluent](https://projectfluent.org) files, one for each language, in
//! `data/messages`), its looks from one template and the brand. What a message says is the same in HTML, in
//! plain text and, where there is one, in a text message.
//!
//! Nothing of a user's attributes is ever written into a message. Whoever signs up with somebody else's
//! address chooses their own name, and "Hello *you have won, see example.com*" would be sent in the brand's
//! name to that address.

mod catalogue;
mod layout;

pub use catalogue::{BadCatalogue, Kind};

use crate::{
    BadSetting, Environment,
    environment::{find, web_address},
};
use catalogue::Catalogue;
use std::{collections::BTreeMap, fmt, sync::Arc};

/// The variable that names the folder whose catalogues the front hands in.
pub const MESSAGES_DIR: &str = "MESSAGES_DIR";
const DEFAULT_LANGUAGE: &str = "DEFAULT_LANGUAGE";
const BRAND_NAME: &str = "BRAND_NAME";
const BRAND_URL: &str = "BRAND_URL";
const BRAND_LOGO_URL: &str = "BRAND_LOGO_URL";
const BRAND_COLOR: &str = "BRAND_COLOR";
const SUPPORT_ADDRESS: &str = "SUPPORT_ADDRESS";

/// The text of catalogues by their language, as the files of a folder: `de` and what `de.ftl` says.
pub type Catalogues = BTreeMap<String, String>;

/// Whoever writes messages, in all the languages there are.
pub struct Messages {
    brand: Brand,
    fallback: Arc<Catalogue>,
    catalogues: BTreeMap<String, Arc<Catalogue>>,
}

/// Whose messages these are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brand {
    /// The name: at most 30 characters, none that means something to HTML or to a pool.
    pub name: String,
    /// Where users go.
    pub url: Option<String>,
    /// A picture to stand above the message.
    pub logo_url: Option<String>,
    /// `#rrggbb`.
    pub color: String,
    /// Where users ask.
    pub support_address: Option<String>,
}

/// What a message is about. The parts may be placeholders that somebody else fills in; they are written as
/// they are.
#[derive(Clone, Copy, Default)]
pub struct About<'a> {
    /// What the user has to type.
    pub code: Option<&'a str>,
    /// What the user has to press instead, or as well.
    pub link: Option<Link<'a>>,
    /// The user's name, where the user does not know it yet.
    pub username: Option<&'a str>,
    /// For how many minutes it is good.
    pub minutes: Option<u32>,
}

/// Something to press.
#[derive(Clone, Copy)]
pub enum Link<'a> {
    /// The address of a page.
    Address(&'a str),
    /// A placeholder that becomes a whole link.
    Placeholder(&'a str),
}

/// A message, ready to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Written {
    /// The subject of the mail, in one line.
    pub subject: String,
    /// The mail as HTML.
    pub html: String,
    /// The same as plain text, for a mail of two parts.
    pub text: String,
    /// The text message, for what may be sent as one.
    pub sms: Option<String>,
}

impl Messages {
    /// Messages of this brand. A catalogue that is handed in stands for the one of its language that comes
    /// along; `fallback` is the language for everybody whose own is not there.
    ///
    /// # Errors
    /// [`BadCatalogue`] for one that cannot be read or lacks something, and if there is none for the
    /// fallback.
    pub fn new(brand: Brand, fallback: &str, more: &Catalogues) -> Result<Self, BadCatalogue> {
        let mut catalogues = BTreeMap::new();
        let own = catalogue::OURS.iter().map(|(language, text)| (*language, *text));
        let more = more.iter().map(|(language, text)| (language.as_str(), text.as_str()));
        for (language, text) in own.chain(more) {
            catalogues
                .insert(tag(language), Arc::new(Catalogue::read(language, text, &brand.name)?));
        }
        let missing = || BadCatalogue::new(fallback, "there is none for it");
        let fallback = catalogues.get(&tag(fallback)).cloned().ok_or_else(missing)?;
        Ok(Self { brand, fallback, catalogues })
    }

    /// Messages as an environment asks for them: `BRAND_NAME`, `BRAND_URL`, `BRAND_LOGO_URL`, `BRAND_COLOR`,
    /// `SUPPORT_ADDRESS`, `DEFAULT_LANGUAGE`. The front hands in the files of `MESSAGES_DIR`.
    ///
    /// # Errors
    /// [`BadSetting`] for what is missing or cannot be used.
    pub fn from_environment(
        environment: &Environment,
        more: &Catalogues,
    ) -> Result<Self, BadSetting> {
        if find(environment, MESSAGES_DIR).is_some() && more.is_empty() {
            return Err(BadSetting::new(MESSAGES_DIR, "names a folder without catalogues"));
        }
        let fallback = find(environment, DEFAULT_LANGUAGE).unwrap_or("en");
        Self::new(Brand::parse(environment)?, fallback, more).map_err(|bad| match more.is_empty() {
            true => BadSetting::new(DEFAULT_LANGUAGE, bad.to_string()),
            false => BadSetting::new(MESSAGES_DIR, bad.to_string()),
        })
    }

    /// Writes a message in the language nearest to the wanted one: `de-AT` as `de-AT` if there is such a
    /// catalogue, else as `de`, else in the fallback. `None` if the catalogue has no such words after all.
    #[must_use]
    pub fn write(&self, kind: Kind, wanted: Option<&str>, about: About<'_>) -> Option<Written> {
        let catalogue = self.catalogue(wanted);
        let words = catalogue.words(kind, &self.brand.name, about)?;
        layout::write(&self.brand, catalogue, &words, about)
    }

    fn catalogue(&self, wanted: Option<&str>) -> &Catalogue {
        // A locale is free text that the user has set: only a short one is looked at.
        let wanted = wanted.filter(|wanted| wanted.len() <= 64).map(tag).unwrap_or_default();
        let mut rest = wanted.as_str();
        loop {
            if let Some(catalogue) = self.catalogues.get(rest) {
                return catalogue;
            }
            let Some((shorter, _)) = rest.rsplit_once('-') else { return &self.fallback };
            rest = shorter;
        }
    }
}

/// A locale in the form in which catalogues are kept: `de_AT.UTF-8` is `de-at`.
fn tag(locale: &str) -> String {
    let locale = locale.trim().split(['.', '@']).next().unwrap_or_default();
    locale.replace('_', "-").to_ascii_lowercase()
}

impl Brand {
    /// Reads the brand.
    ///
    /// # Errors
    /// [`BadSetting`] for a name that is missing or not plain, an address that is not `https`, a color that
    /// is not `#rrggbb`.
    pub fn parse(environment: &Environment) -> Result<Self, BadSetting> {
        let name = find(environment, BRAND_NAME);
        let name = name.ok_or_else(|| BadSetting::new(BRAND_NAME, "is missing"))?;
        // A text message has room for 140 characters, and the words around the name need 100 of them.
        let is_plain = name.chars().count() <= 30
            && !name.chars().any(|letter| {
                letter.is_control() || matches!(letter, '{' | '}' | '<' | '>' | '&' | '"' | '\'')
            });
        if !is_plain {
            let problem = "is longer than 30 characters or has one of {}<>&\"' in it";
            return Err(BadSetting::new(BRAND_NAME, problem));
        }
        let color = find(environment, BRAND_COLOR).unwrap_or("#1f3a5f");
        let is_color = color.len() == 7
            && color
                .strip_prefix('#')
                .is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        if !is_color {
            return Err(BadSetting::new(BRAND_COLOR, "is not of the form #rrggbb"));
        }
        let support_address = find(environment, SUPPORT_ADDRESS).map(|address| {
            let is_address = address.len() <= 254 && email_address::EmailAddress::is_valid(address);
            let plain = is_address && !address.contains(['{', '}', '<', '>', '&', '"', '?', ' ']);
            plain
                .then(|| address.to_owned())
                .ok_or_else(|| BadSetting::new(SUPPORT_ADDRESS, "is no plain e-mail address"))
        });
        Ok(Self {
            name: name.to_owned(),
            url: web_address(environment, BRAND_URL)?.map(str::to_owned),
            logo_url: web_address(environment, BRAND_LOGO_URL)?.map(str::to_owned),
            color: color.to_owned(),
            support_address: support_address.transpose()?,
        })
    }
}

/// Nothing of what it says: it may hold a code.
impl fmt::Debug for Written {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Written(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn environment(more: &[(&str, &str)]) -> Environment {
        let mut environment: Environment =
            [("BRAND_NAME".to_owned(), "Blue Whale".to_owned())].into();
        let more = more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        environment.extend(more);
        environment
    }

    fn messages(more: &[(&str, &str)]) -> Messages {
        Messages::from_environment(&environment(more), &Catalogues::new()).unwrap()
    }

    const ABOUT: About<'_> =
        About { code: Some("{####}"), link: None, username: Some("{username}"), minutes: Some(5) };

    #[test]
    fn the_language_is_the_nearest_there_is() {
        let messages = messages(&[("DEFAULT_LANGUAGE", "fr")]);
        let language = |wanted: Option<&str>| messages.catalogue(wanted).language.to_string();
        for (wanted, expected) in [
            ("de", "de"),
            ("de-AT", "de"),
            ("de_DE.UTF-8", "de"),
            ("DE", "de"),
            ("es-419", "es"),
            ("ar-EG", "ar"),
            ("en-GB-oxendict", "en"),
            ("zh-Hant", "fr"),
            ("", "fr"),
            ("-", "fr"),
            ("../../etc", "fr"),
            ("deutsch", "fr"),
        ] {
            assert_eq!(language(Some(wanted)), expected, "{wanted}");
        }
        assert_eq!(language(None), "fr");
        assert_eq!(language(Some(&"de-".repeat(1000))), "fr");
    }

    #[test]
    fn every_message_of_every_language_is_whole_and_within_limits() {
        // The longest name there may be, in letters that take the most room.
        let messages = messages(&[
            ("BRAND_NAME", &"W".repeat(30)),
            ("BRAND_URL", "https://example.com/"),
            ("BRAND_LOGO_URL", "https://example.com/logo.png"),
            ("SUPPORT_ADDRESS", "help@example.com"),
        ]);
        for (language, _) in catalogue::OURS {
            for kind in Kind::ALL {
                let username = (*kind == Kind::Invitation).then_some("{username}");
                let about = About { username, ..ABOUT };
                let written = messages.write(*kind, Some(language), about).unwrap();
                let place = format!("{language} {kind:?}");
                assert!(
                    written.html.contains("{####}") && written.text.contains("{####}"),
                    "{place}"
                );
                assert!(written.html.chars().count() <= 20_000, "{place}");
                assert!(written.subject.chars().count() <= 140, "{place}");
                assert!(!written.subject.contains('\n'), "{place}");
                assert_eq!(written.sms.is_some(), *kind != Kind::Passwordless, "{place}");
                if let Some(sms) = written.sms {
                    let length = sms.chars().count();
                    assert!(length <= 140 && sms.contains("{####}"), "{place} has {length}: {sms}");
                }
                let is_invitation = *kind == Kind::Invitation;
                assert_eq!(written.html.contains("{username}"), is_invitation, "{place}");
                assert_eq!(written.text.contains("{username}"), is_invitation, "{place}");
            }
        }
    }

    #[test]
    fn a_message_is_in_its_language_and_its_direction() {
        let messages = messages(&[]);
        let html =
            |language: &str| messages.write(Kind::SignUp, Some(language), ABOUT).unwrap().html;
        assert!(html("ar").contains(r#"<html lang="ar" dir="rtl">"#));
        assert!(html("de").contains(r#"<html lang="de" dir="ltr">"#));
        // A code is read from left to right, also where the words are not.
        assert!(html("ar").contains(r#"<bdi dir="ltr">{####}</bdi>"#));
        let texts: std::collections::BTreeSet<String> = catalogue::OURS
            .iter()
            .map(|(language, _)| {
                messages.write(Kind::SignUp, Some(language), ABOUT).unwrap().subject
            })
            .collect();
        assert_eq!(texts.len(), catalogue::OURS.len(), "no language says it like another");
    }

    #[test]
    fn what_is_written_in_is_escaped() {
        let messages = messages(&[]);
        let about = About {
            code: Some("<b>\"'&"),
            link: Some(Link::Address("https://example.com/?a=1&b=\"><script>")),
            ..ABOUT
        };
        let written = messages.write(Kind::Passwordless, None, about).unwrap();
        assert!(!written.html.contains("<b>") && !written.html.contains("<script>"));
        assert!(written.text.contains("<b>\"'&"), "plain text is plain");
    }

    #[test]
    fn a_catalogue_can_be_handed_in() {
        let german = catalogue::OURS.iter().find(|(language, _)| *language == "de").unwrap().1;
        let words = german.replace("Bestätigungscode", "Zahlensalat");
        let more: Catalogues = [("de-CH".to_owned(), words)].into();
        let messages = Messages::from_environment(&environment(&[]), &more).unwrap();
        let sms =
            |language| messages.write(Kind::SignUp, Some(language), ABOUT).unwrap().sms.unwrap();
        assert!(sms("de_CH").contains("Zahlensalat"));
        assert!(!sms("de").contains("Zahlensalat"));
    }

    #[test]
    fn a_bad_catalogue_is_told() {
        for (text, problem) in [
            ("sign-up = {", "cannot be read"),
            ("sign-up = Hello", "`sign-up.subject` is missing"),
            ("", "`common.code-label` is missing"),
        ] {
            let more: Catalogues = [("nl".to_owned(), text.to_owned())].into();
            let bad = Messages::from_environment(&environment(&[]), &more).err().unwrap();
            assert_eq!(bad.variable, "MESSAGES_DIR");
            assert!(bad.problem.contains("nl"), "{bad}");
            assert!(bad.problem.contains(problem) || problem.contains("sign-up."), "{bad}");
        }
        let unknown = catalogue::OURS[0].1.replace("{ $code }", "{ $passwort }");
        let more: Catalogues = [("nl".to_owned(), unknown)].into();
        assert!(Messages::from_environment(&environment(&[]), &more).is_err());
        let no_tag: Catalogues =
            [("no language".to_owned(), catalogue::OURS[0].1.to_owned())].into();
        assert!(Messages::from_environment(&environment(&[]), &no_tag).is_err());
    }

    #[test]
    fn a_bad_brand_is_told() {
        for (variable, value) in [
            ("BRAND_NAME", ""),
            ("BRAND_NAME", "<b>"),
            ("BRAND_NAME", "{####}"),
            ("BRAND_NAME", "a name that is far too long to be one"),
            ("BRAND_COLOR", "red"),
            ("BRAND_COLOR", "#12345g"),
            ("BRAND_URL", "ftp://example.com"),
            ("BRAND_LOGO_URL", "https://example.com/\"onload="),
            ("SUPPORT_ADDRESS", "nobody"),
            ("DEFAULT_LANGUAGE", "tlh"),
            ("MESSAGES_DIR", "/messages"),
        ] {
            let environment = environment(&[(variable, value)]);
            let bad = Messages::from_environment(&environment, &Catalogues::new()).err().unwrap();
            assert_eq!(bad.variable, variable, "{value}");
        }
    }
}
