//! In which language does a page speak, and with which words?
//!
//! The words are in catalogues ([Fluent](https://projectfluent.org) files in `locales`), one for each language. A
//! theme may say some things differently, or bring a language of its own: what it does not say is said by ours.

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use std::sync::{Arc, LazyLock};
use unic_langid::{CharacterDirection, LanguageIdentifier};

/// The catalogues that come along. The first is for everybody whose own language is not there.
const OURS: &[(&str, &str)] = &[
    ("en", include_str!("../../locales/en.ftl")),
    ("de", include_str!("../../locales/de.ftl")),
    ("fr", include_str!("../../locales/fr.ftl")),
    ("es", include_str!("../../locales/es.ftl")),
    ("ar", include_str!("../../locales/ar.ftl")),
];

/// The languages that every server has.
pub(crate) fn tags() -> Vec<&'static str> {
    OURS.iter().map(|(tag, _)| *tag).collect()
}

/// The whole of one of ours has a fifth of this.
const MAX_CATALOGUE_BYTES: usize = 100_000;
/// Longer than any that a browser sends.
const MAX_HEADER_BYTES: usize = 1000;
/// As many as a person may speak.
const MAX_ACCEPTED: usize = 20;
/// Longer than any tag in use.
const MAX_TAG_BYTES: usize = 64;

type Bundle = FluentBundle<FluentResource>;

/// A language with its words. Cheap to clone.
#[derive(Clone)]
pub struct Language {
    tag: LanguageIdentifier,
    /// Whose words count first: the theme's, ours, ours in English.
    bundles: Vec<Arc<Bundle>>,
}

/// All languages that a theme speaks.
#[derive(Clone)]
pub struct Languages(Vec<Language>);

/// A catalogue that cannot be used, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the texts for `{language}` cannot be used: {problem}")]
pub struct BadTexts {
    pub language: String,
    pub problem: String,
}

static STOCK: LazyLock<Vec<Language>> = LazyLock::new(|| {
    let read = |(tag, text): &(&str, &str)| Some((tag.parse().ok()?, read(tag, text).ok()?));
    let all: Vec<(LanguageIdentifier, Arc<Bundle>)> = OURS.iter().filter_map(read).collect();
    let english = all.first().map(|(_, bundle)| bundle.clone());
    let whole = |(index, (tag, bundle)): (usize, (LanguageIdentifier, Arc<Bundle>))| Language {
        tag,
        bundles: [Some(bundle), english.clone().filter(|_| index > 0)]
            .into_iter()
            .flatten()
            .collect(),
    };
    all.into_iter().enumerate().map(whole).collect()
});

fn read(language: &str, text: &str) -> Result<Arc<Bundle>, BadTexts> {
    let bad = |problem: String| BadTexts { language: language.to_owned(), problem };
    if text.len() > MAX_CATALOGUE_BYTES {
        return Err(bad("they are too long".to_owned()));
    }
    let tag: LanguageIdentifier =
        language.parse().map_err(|_| bad("the name of the file is no language".to_owned()))?;
    let resource = FluentResource::try_new(text.to_owned()).map_err(|(_, errors)| {
        bad(errors.first().map_or_else(String::new, |error| error.kind.to_string()))
    })?;
    // Marks that isolate what is put into a sentence are wanted here: an address in an Arabic sentence would
    // otherwise tear it apart.
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    bundle.add_resource(resource).map_err(|_| bad("something is said twice".to_owned()))?;
    Ok(Arc::new(bundle))
}

impl Language {
    /// The tag: `de`.
    #[must_use]
    pub fn tag(&self) -> String {
        self.tag.to_string()
    }

    /// `rtl` or `ltr`, as HTML has it.
    #[must_use]
    pub fn direction(&self) -> &'static str {
        match self.tag.character_direction() {
            CharacterDirection::RTL => "rtl",
            _ => "ltr",
        }
    }

    /// The words for a key. The key itself if no catalogue has it, which a test rules out for ours.
    #[must_use]
    pub fn say(&self, key: &str) -> String {
        self.find(key, None).unwrap_or_else(|| key.to_owned())
    }

    /// The words for a key with something put in.
    #[must_use]
    pub fn say_of(&self, key: &str, name: &str, value: &str) -> String {
        let mut known = FluentArgs::new();
        known.set(name, FluentValue::from(value));
        self.find(key, Some(&known)).unwrap_or_else(|| key.to_owned())
    }

    /// The words for a key with a number put in.
    #[must_use]
    pub fn say_number(&self, key: &str, name: &str, value: u16) -> String {
        let mut known = FluentArgs::new();
        known.set(name, value);
        self.find(key, Some(&known)).unwrap_or_else(|| key.to_owned())
    }

    /// The words for a key, if there are any that can be said with what is known.
    pub(super) fn find(&self, key: &str, known: Option<&FluentArgs<'_>>) -> Option<String> {
        self.bundles.iter().find_map(|bundle| {
            let pattern = bundle.get_message(key)?.value()?;
            let mut errors = Vec::new();
            let text = bundle.format_pattern(pattern, known, &mut errors);
            errors.is_empty().then(|| text.into_owned())
        })
    }
}

impl Languages {
    /// Those that come along.
    #[must_use]
    pub fn stock() -> Self {
        Self(STOCK.clone())
    }

    /// Lets a catalogue speak first in its language, which need not be there yet.
    ///
    /// # Errors
    /// [`BadTexts`] if it cannot be read.
    pub fn add(&mut self, language: &str, text: &str) -> Result<(), BadTexts> {
        let bundle = read(language, text)?;
        let Ok(tag) = language.parse::<LanguageIdentifier>() else { return Ok(()) };
        if let Some(there) = self.0.iter_mut().find(|there| there.tag == tag) {
            there.bundles.insert(0, bundle);
            return Ok(());
        }
        // A dialect falls back to its language: what `de-CH` does not say, `de` does.
        let mut bundles = vec![bundle];
        let parent = nearest(&self.0, language).or_else(|| self.0.first());
        bundles.extend(parent.into_iter().flat_map(|parent| parent.bundles.iter().cloned()));
        self.0.push(Language { tag, bundles });
        Ok(())
    }

    /// All of them, in the order in which they are offered.
    pub fn iter(&self) -> impl Iterator<Item = &Language> {
        self.0.iter()
    }

    /// The language for somebody who asked for one (`lang`), asked for one before (the cookie), and whose browser
    /// accepts some (`Accept-Language`). What is asked for and not there is passed over.
    #[must_use]
    pub fn negotiate(
        &self,
        asked: Option<&str>,
        kept: Option<&str>,
        accepted: Option<&str>,
    ) -> Language {
        let accepted = accepted.map(accepted_tags).unwrap_or_default();
        asked
            .into_iter()
            .chain(kept)
            .chain(accepted)
            .find_map(|tag| nearest(&self.0, tag))
            .or_else(|| self.0.first())
            .cloned()
            .unwrap_or_else(|| Language { tag: LanguageIdentifier::default(), bundles: Vec::new() })
    }
}

/// The language of this tag, or else of its beginning: `de-AT` is answered by `de`.
fn nearest<'a>(languages: &'a [Language], tag: &str) -> Option<&'a Language> {
    if tag.len() > MAX_TAG_BYTES {
        return None;
    }
    let tag = tag.trim().replace('_', "-");
    let mut rest = tag.as_str();
    loop {
        let same = |language: &&Language| language.tag().eq_ignore_ascii_case(rest);
        if let Some(found) = languages.iter().find(same) {
            return Some(found);
        }
        rest = rest.rsplit_once('-')?.0;
    }
}

/// The tags of an `Accept-Language` header, the liked ones first.
fn accepted_tags(header: &str) -> Vec<&str> {
    if header.len() > MAX_HEADER_BYTES {
        return Vec::new();
    }
    let mut liked: Vec<(&str, u16)> = header
        .split(',')
        .take(MAX_ACCEPTED)
        .filter_map(|item| {
            let (tag, rest) = item.split_once(';').unwrap_or((item, ""));
            let weight = match rest.trim().strip_prefix("q=") {
                None if rest.trim().is_empty() => 1000,
                None => return None,
                Some(weight) => thousandths(weight)?,
            };
            (weight > 0).then_some((tag.trim(), weight))
        })
        .collect();
    // A stable sort: what is liked equally stays in the order in which it was written.
    liked.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
    liked.into_iter().map(|(tag, _)| tag).collect()
}

/// `0.8` as 800; nothing for what is no quality value.
fn thousandths(weight: &str) -> Option<u16> {
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    let is_number = fraction.len() <= 3 && fraction.bytes().all(|digit| digit.is_ascii_digit());
    let fraction: u16 = format!("{fraction:0<3}").parse().ok()?;
    match (whole, is_number) {
        ("0", true) => Some(fraction),
        ("1", true) if fraction == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn chosen(asked: Option<&str>, kept: Option<&str>, accepted: Option<&str>) -> String {
        Languages::stock().negotiate(asked, kept, accepted).tag()
    }

    #[test]
    fn what_is_asked_for_comes_before_the_cookie_and_the_cookie_before_the_browser() {
        assert_eq!(chosen(Some("de"), Some("fr"), Some("es")), "de");
        assert_eq!(chosen(None, Some("fr"), Some("es")), "fr");
        assert_eq!(chosen(None, None, Some("es")), "es");
        assert_eq!(chosen(None, None, None), "en");
        assert_eq!(chosen(Some("tlh"), Some("zz"), Some("ar")), "ar");
    }

    #[test]
    fn a_dialect_is_answered_by_its_language() {
        for (asked, tag) in [
            ("de-AT", "de"),
            ("DE", "de"),
            ("es_419", "es"),
            ("ar-EG", "ar"),
            ("en-GB-oxendict", "en"),
            ("fr-Latn-CA", "fr"),
            ("zh-CN", "en"),
            ("", "en"),
            ("-", "en"),
            ("../../etc/passwd", "en"),
            ("<script>", "en"),
        ] {
            assert_eq!(chosen(Some(asked), None, None), tag, "{asked}");
        }
        assert_eq!(chosen(Some(&"de-".repeat(50)), None, None), "en");
    }

    #[test]
    fn a_browser_gets_what_it_likes_best() {
        for (accepted, tag) in [
            ("de-DE,de;q=0.9,en;q=0.8", "de"),
            ("en;q=0.8, de;q=0.9", "de"),
            ("ja, zh;q=0.9, fr;q=0.1", "fr"),
            ("de;q=0, fr;q=0.2", "fr"),
            ("de;q=1.5, fr;q=0.2", "fr"),
            ("de;q=abc, es", "es"),
            ("de;level=1, es;q=0.1", "es"),
            ("*", "en"),
            (",,;;,", "en"),
            ("es;q=1.000, de", "es"),
        ] {
            assert_eq!(chosen(None, None, Some(accepted)), tag, "{accepted}");
        }
        assert_eq!(chosen(None, None, Some(&"de,".repeat(1000))), "en");
    }

    fn keys(text: &str) -> BTreeSet<String> {
        let starts = |line: &&str| line.starts_with(|letter: char| letter.is_ascii_lowercase());
        let key = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
        text.lines().filter(starts).map(key).collect()
    }

    #[test]
    fn every_catalogue_says_the_same_things() {
        assert_eq!(STOCK.len(), OURS.len(), "one cannot be read");
        let english = keys(OURS[0].1);
        assert!(english.len() > 100);
        for (language, text) in OURS {
            let here = keys(text);
            let missing: Vec<_> = english.difference(&here).collect();
            let more: Vec<_> = here.difference(&english).collect();
            assert!(missing.is_empty() && more.is_empty(), "{language}: {missing:?} {more:?}");
            read(language, text).unwrap();
        }
    }

    #[test]
    fn every_catalogue_puts_the_same_things_in() {
        let holes = |text: &str| -> BTreeSet<(String, String)> {
            let mut key = String::new();
            let mut holes = BTreeSet::new();
            for line in text.lines() {
                if line.starts_with(|letter: char| letter.is_ascii_lowercase()) {
                    key = line.split(' ').next().unwrap().to_owned();
                }
                let rest = line.split('$').skip(1);
                let name = |rest: &str| rest.split([' ', '}']).next().unwrap().to_owned();
                holes.extend(rest.map(|rest| (key.clone(), name(rest))));
            }
            holes
        };
        for (language, text) in OURS {
            assert_eq!(holes(text), holes(OURS[0].1), "{language}");
        }
    }

    #[test]
    fn arabic_is_written_from_right_to_left() {
        let directions: Vec<_> =
            Languages::stock().iter().map(|one| (one.tag(), one.direction())).collect();
        for (tag, direction) in directions {
            assert_eq!(direction, if tag == "ar" { "rtl" } else { "ltr" });
        }
    }

    #[test]
    fn a_theme_may_say_some_things_differently() {
        let mut languages = Languages::stock();
        languages.add("de", "brand = Nordlicht\nsign-in-title = Moin").unwrap();
        languages.add("nl", "sign-in-title = Inloggen").unwrap();
        languages.add("de-CH", "sign-in-title = Grüezi").unwrap();
        let say = |tag: &str, key: &str| languages.negotiate(Some(tag), None, None).say(key);
        assert_eq!(say("de", "sign-in-title"), "Moin");
        assert_eq!(say("de-CH", "sign-in-title"), "Grüezi");
        assert_eq!(say("de-CH", "brand"), "Nordlicht");
        assert_eq!(say("nl", "sign-in-title"), "Inloggen");
        assert_eq!(say("nl", "brand"), "Poolhouse");
        assert_eq!(say("en", "brand"), "Poolhouse");
        assert_eq!(say("nl", "no-such-key"), "no-such-key");
    }

    #[test]
    fn a_bad_catalogue_is_told() {
        let mut languages = Languages::stock();
        assert!(languages.add("no language", "a = b").is_err());
        assert!(languages.add("de", "a = {").is_err());
        assert!(languages.add("de", "a = b\na = c").is_err());
        assert!(languages.add("de", &"#".repeat(200_000)).is_err());
        // One that wants more than there is is passed over.
        languages.add("de", "sign-in-title = { $secret }").unwrap();
        let german = languages.negotiate(Some("de"), None, None);
        assert_ne!(german.say("sign-in-title"), "sign-in-title");
    }
}
