//! Is it still the version that the caller has seen?

use crate::{Kind, Problem, Row};
use axum::extract::FromRequestParts;
use http::{header, request::Parts};

/// What `If-Match` asks for. A handler that changes a profile takes it as an argument.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum IfMatch {
    /// Nothing is asked.
    #[default]
    Anything,
    /// `*`: that there is a profile at all, which every change needs.
    Existing,
    /// One of these versions.
    Versions(Vec<String>),
}

impl IfMatch {
    /// Whether the profile is what is asked for.
    ///
    /// # Errors
    /// [`Kind::StaleVersion`].
    pub fn check(&self, row: &Row) -> Result<(), Problem> {
        match self {
            Self::Anything | Self::Existing => Ok(()),
            Self::Versions(versions) if versions.contains(&row.etag()) => Ok(()),
            Self::Versions(_) => Err(Kind::StaleVersion.into()),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        if text.trim() == "*" {
            return Some(Self::Existing);
        }
        let tags = text.split(',').map(|tag| {
            let tag = tag.trim();
            let is_weak = tag.starts_with("W/");
            let inner = tag.strip_prefix("W/").unwrap_or(tag);
            let inner = inner.strip_prefix('"')?.strip_suffix('"')?;
            let is_tag = inner.bytes().all(|byte| byte > b' ' && byte != b'"' && byte != 0x7f);
            // A weak one matches nothing, since a change needs to know every byte.
            is_tag.then(|| (!is_weak).then(|| tag.to_owned()))
        });
        let tags: Option<Vec<Option<String>>> = tags.collect();
        Some(Self::Versions(tags?.into_iter().flatten().collect()))
    }
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut values = Vec::new();
        for value in parts.headers.get_all(header::IF_MATCH) {
            values.push(value.to_str().map_err(|_| unreadable())?);
        }
        if values.is_empty() {
            return Ok(Self::Anything);
        }
        Self::parse(&values.join(",")).ok_or_else(unreadable)
    }
}

fn unreadable() -> Problem {
    Problem::invalid("If-Match", "It has to be * or a list of quoted versions.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_quoted_and_weak_ones_match_nothing() {
        let versions = |tags: &[&str]| {
            Some(IfMatch::Versions(tags.iter().map(|tag| (*tag).to_owned()).collect()))
        };
        assert_eq!(IfMatch::parse(" * "), Some(IfMatch::Existing));
        assert_eq!(IfMatch::parse("\"a\", \"b\""), versions(&["\"a\"", "\"b\""]));
        assert_eq!(IfMatch::parse("W/\"a\""), versions(&[]));
        for bad in ["", "a", "\"a", "\"a\" \"b\"", "\"a\",", "*,\"a\"", "\"\u{7f}\""] {
            assert_eq!(IfMatch::parse(bad), None, "{bad}");
        }
    }
}
