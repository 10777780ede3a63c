//! What may stand in the members of a profile that servers write?

use crate::{
    Handle, Kind, PersonName, Preferences, Problem, Profile,
    assets::is_avatar_url,
    body::{Fields, Patch},
    problem::FieldError,
};
use names::Malformed;
use serde_json::{Map, Value};

/// The most bytes of what an app keeps in a profile, as JSON.
pub(crate) const LARGEST_DATA: usize = 32 * 1024;

pub(crate) const NO_EMAIL: &str = "It is no e-mail address.";
pub(crate) const NO_PASSWORD: &str =
    "It is no password: one has at most 256 characters and no space.";
const NO_NAME: &str = "It is no name: one has at most 128 characters, all of them visible.";
const NO_HANDLE: &str = "It is no handle: one has three to thirty letters and digits of one script, and _, . and - one at a time between them.";
const NO_ROLE: &str = "It is no role: one has at most 64 lower-case letters, digits, _ and -.";
const NO_SOURCE: &str = "It is no name of a system: one has at most 64 visible ASCII characters.";
const NO_LANG: &str = "It is no language tag.";
const NO_CURRENCY: &str = "It is no currency code: one has three capital letters.";
const NO_AVATAR: &str =
    "It is no address of a picture: one begins with https:// and names a public host.";

/// What a body says of the members that servers write. Each of a patch; a new profile begins with none of
/// them.
pub(crate) struct Members {
    name: Patch<PersonName>,
    first_name: Patch<PersonName>,
    last_name: Patch<PersonName>,
    handle: Patch<Handle>,
    role: Patch<String>,
    source_system: Patch<String>,
    lang: Patch<String>,
    avatar_url: Patch<String>,
    currency: Patch<String>,
}

impl Members {
    /// Takes them out of a body, with what else stands in `profile`.
    pub fn take<T>(fields: &mut Fields, rest: impl FnOnce(&mut Fields) -> T) -> (Self, T) {
        let handle = fields.patch("handle", Handle::parse, NO_HANDLE);
        let role = fields.patch("role", role, NO_ROLE);
        let source_system = fields.patch("sourceSystem", source, NO_SOURCE);
        let (members, rest) = Self::take_own(fields, rest);
        (Self { handle, role, source_system, ..members }, rest)
    }

    /// Takes out of a body what people write of themselves, with what else stands in `profile`.
    pub fn take_own<T>(fields: &mut Fields, rest: impl FnOnce(&mut Fields) -> T) -> (Self, T) {
        let name = fields.patch("name", PersonName::parse, NO_NAME);
        let first_name = fields.patch("firstName", PersonName::parse, NO_NAME);
        let last_name = fields.patch("lastName", PersonName::parse, NO_NAME);
        let ((lang, avatar_url, currency), rest) = fields.inside("profile", |fields| {
            let preferences = fields.inside("profileData", |fields| {
                (
                    fields.patch("lang", lang, NO_LANG),
                    fields.patch("avatarUrl", avatar_url, NO_AVATAR),
                    fields.patch("currency", currency, NO_CURRENCY),
                )
            });
            (preferences, rest(fields))
        });
        let members = Self {
            name,
            first_name,
            last_name,
            handle: Patch::Keep,
            role: Patch::Keep,
            source_system: Patch::Keep,
            lang,
            avatar_url,
            currency,
        };
        (members, rest)
    }

    /// Whether the handle is one that somebody may have.
    ///
    /// # Errors
    /// [`Kind::Taken`].
    pub fn check_handle(&self) -> Result<(), Problem> {
        match &self.handle {
            Patch::Set(handle) if handle.is_reserved() => {
                Err(Problem::new(Kind::Taken).at("/handle", "It is reserved."))
            }
            _ => Ok(()),
        }
    }

    /// Writes them into a profile. Answers the names of those that are others now.
    pub fn write(&self, document: &mut Profile) -> Vec<String> {
        let Preferences { lang, avatar_url, currency } = &mut document.profile.profile_data;
        let changes = [
            ("name", self.name.clone().apply(&mut document.name)),
            ("firstName", self.first_name.clone().apply(&mut document.first_name)),
            ("lastName", self.last_name.clone().apply(&mut document.last_name)),
            ("handle", self.handle.clone().apply(&mut document.handle)),
            ("role", self.role.clone().apply(&mut document.role)),
            ("sourceSystem", self.source_system.clone().apply(&mut document.source_system)),
            ("profile.profileData.lang", self.lang.clone().apply(lang)),
            ("profile.profileData.avatarUrl", self.avatar_url.clone().apply(avatar_url)),
            ("profile.profileData.currency", self.currency.clone().apply(currency)),
        ];
        let changed = changes.into_iter().filter(|(_, is_other)| *is_other);
        changed.map(|(name, _)| name.to_owned()).collect()
    }
}

fn all(text: &str, most: usize, is_good: impl Fn(u8) -> bool) -> Result<String, Malformed> {
    if (1..=most).contains(&text.len()) && text.bytes().all(is_good) {
        Ok(text.to_owned())
    } else {
        Err(Malformed { what: "text" })
    }
}

fn role(text: &str) -> Result<String, Malformed> {
    all(text, 64, |byte| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-')
    })
}

fn source(text: &str) -> Result<String, Malformed> {
    all(text, 64, |byte| byte.is_ascii_graphic())
}

fn currency(text: &str) -> Result<String, Malformed> {
    let text = all(text, 3, |byte| byte.is_ascii_uppercase())?;
    if text.len() == 3 { Ok(text) } else { Err(Malformed { what: "currency" }) }
}

/// Letters first, then subtags of letters and digits ([RFC 5646](https://www.rfc-editor.org/rfc/rfc5646)).
fn lang(text: &str) -> Result<String, Malformed> {
    let text = all(text, 35, |byte| byte.is_ascii_alphanumeric() || byte == b'-')?;
    let mut subtags = text.split('-');
    let language = subtags.next().unwrap_or_default();
    let is_language = (2..=8).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_alphabetic());
    if is_language && subtags.all(|subtag| (1..=8).contains(&subtag.len())) {
        Ok(text)
    } else {
        Err(Malformed { what: "language" })
    }
}

fn avatar_url(text: &str) -> Result<String, Malformed> {
    if is_avatar_url(text) { Ok(text.to_owned()) } else { Err(Malformed { what: "avatar" }) }
}

/// Whether an app may keep this much, for a member at this place.
///
/// # Errors
/// [`Kind::TooLarge`].
pub(crate) fn check_data(data: &Map<String, Value>, pointer: &str) -> Result<(), Problem> {
    let size = serde_json::to_vec(data).map_or(usize::MAX, |json| json.len());
    if size <= LARGEST_DATA {
        return Ok(());
    }
    let detail = "What an app keeps has at most 32 KiB.".into();
    let error = FieldError { pointer: pointer.to_owned(), detail };
    Err(Problem::new(Kind::TooLarge).with_errors(vec![error]))
}

/// Merges a patch into an object ([RFC 7396](https://www.rfc-editor.org/rfc/rfc7396)). How deep a patch goes
/// was seen before.
pub(crate) fn merge(target: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, change) in patch {
        match change {
            Value::Null => {
                target.remove(name);
            }
            Value::Object(patch) => {
                let inside = target.entry(name.clone()).or_insert(Value::Null);
                if !inside.is_object() {
                    *inside = Value::Object(Map::new());
                }
                if let Value::Object(inside) = inside {
                    merge(inside, patch);
                }
            }
            value => {
                target.insert(name.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The examples of RFC 7396, appendix A, whose target and patch are objects.
    #[test]
    fn a_patch_is_merged_as_the_rfc_shows() {
        for (target, patch, result) in [
            (json!({"a":"b"}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"b"}), json!({"b":"c"}), json!({"a":"b","b":"c"})),
            (json!({"a":"b"}), json!({"a":null}), json!({})),
            (json!({"a":"b","b":"c"}), json!({"a":null}), json!({"b":"c"})),
            (json!({"a":["b"]}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"c"}), json!({"a":["b"]}), json!({"a":["b"]})),
            (json!({"a":{"b":"c"}}), json!({"a":{"b":"d","c":null}}), json!({"a":{"b":"d"}})),
            (json!({"a":[{"b":"c"}]}), json!({"a":[1]}), json!({"a":[1]})),
            (json!({"e":null}), json!({"a":1}), json!({"e":null,"a":1})),
            (json!({}), json!({"a":{"bb":{"ccc":null}}}), json!({"a":{"bb":{}}})),
        ] {
            let (Value::Object(mut target), Value::Object(patch)) = (target, patch) else {
                panic!()
            };
            merge(&mut target, &patch);
            assert_eq!(Value::Object(target), result);
        }
    }

    #[test]
    fn tags_codes_and_roles_have_their_form() {
        for good in ["de", "de-CH", "zh-Hant-TW", "sl-rozaj-biske-1994"] {
            assert!(lang(good).is_ok(), "{good}");
        }
        for bad in ["", "d", "de_CH", "-de", "de-", "1e", "de--CH", "überlang"] {
            assert!(lang(bad).is_err(), "{bad}");
        }
        assert!(currency("EUR").is_ok());
        for bad in ["EU", "eur", "EURO", "€€€"] {
            assert!(currency(bad).is_err(), "{bad}");
        }
        assert!(role("site-editor_2").is_ok());
        for bad in ["", "Admin", "a b", &"a".repeat(65)] {
            assert!(role(bad).is_err(), "{bad}");
        }
    }

    /// USR-11: addresses that lead inside, or run.
    #[test]
    fn usr_11_avatars_are_pictures_on_public_hosts() {
        for bad in [
            "javascript:alert(1)",
            "data:image/png;base64,AA",
            "file:///etc/passwd",
            "http://169.254.169.254/",
            "http://[::1]/",
            "https://127.0.0.1/a.png",
            "https://localhost/a",
        ] {
            assert!(avatar_url(bad).is_err(), "{bad}");
        }
        assert!(avatar_url("https://images.example.com/ann.png").is_ok());
    }
}
