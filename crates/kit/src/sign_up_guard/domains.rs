//! Is this domain on the list, or below one that is?

use std::{borrow::Borrow, collections::HashSet, fmt};

/// A domain in the one form in which it is compared: lower case, ASCII, at least two labels, no dot at its
/// end.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Domain(Box<str>);

/// A set of domains, each of which stands for everything below it too.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Domains(HashSet<Domain>);

/// A line of a list is no domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("has no domain in line {line}")]
pub struct BadDomain {
    /// Counted from one.
    pub line: usize,
}

impl Domain {
    /// Reads a domain in any spelling that leads to it: other cases, full-width letters, other dots, the
    /// letters of a language or their ASCII form, one dot at the end.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // Longer than any domain, whatever its letters; IDNA would look at every one of them.
        if text.len() > 1024 {
            return None;
        }
        let text = text.strip_suffix(['.', '\u{3002}', '\u{ff0e}', '\u{ff61}']).unwrap_or(text);
        let ascii = idna::domain_to_ascii_strict(text).ok()?;
        // One label is a country or a machine: as an entry of a list it would mean far too much.
        ascii.contains('.').then(|| Self(ascii.into()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Domains {
    /// The list that comes with the function: domains widely known for handing out addresses that are
    /// thrown away.
    pub const COMMON: &'static str = include_str!("../../data/disposable-domains.txt");

    /// Reads a list: one domain in each line; what follows a `#` is a comment.
    ///
    /// # Errors
    /// [`BadDomain`] for the first line that is neither.
    pub fn parse(text: &str) -> Result<Self, BadDomain> {
        let lines = text.trim_start_matches('\u{feff}').lines().enumerate();
        let lines = lines.map(|(at, line)| {
            let line = line.split('#').next().unwrap_or_default().trim();
            (at, line)
        });
        let domains = lines
            .filter(|(_, line)| !line.is_empty())
            .map(|(at, line)| Domain::parse(line).ok_or(BadDomain { line: at + 1 }));
        Ok(Self(domains.collect::<Result<_, _>>()?))
    }

    /// Adds a domain.
    pub fn add(&mut self, domain: Domain) {
        self.0.insert(domain);
    }

    /// Whether the domain, or one above it, is in the set.
    #[must_use]
    pub fn has(&self, domain: &Domain) -> bool {
        let mut rest = domain.as_str();
        loop {
            if self.0.contains(rest) {
                return true;
            }
            let Some((_, above)) = rest.split_once('.') else { return false };
            rest = above;
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Borrow<str> for Domain {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Domain {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}", &self.0)
    }
}

/// How many, since a list is long.
impl fmt::Debug for Domains {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Domains({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_that_comes_along_is_sorted_and_says_each_domain_once() {
        let lines: Vec<&str> =
            Domains::COMMON.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(lines.len() >= 300, "{}", lines.len());
        assert!(lines.is_sorted_by(|before, after| before < after), "sorted, each once");
        let domains = Domains::parse(Domains::COMMON).unwrap();
        assert_eq!(domains.len(), lines.len());
        for line in lines {
            assert_eq!(
                Domain::parse(line).unwrap().as_str(),
                line,
                "in the form it is compared in"
            );
        }
    }

    #[test]
    fn nobodys_daily_mail_is_on_it() {
        let domains = Domains::parse(Domains::COMMON).unwrap();
        for domain in [
            "gmail.com",
            "outlook.com",
            "hotmail.com",
            "live.com",
            "yahoo.com",
            "yahoo.co.uk",
            "icloud.com",
            "me.com",
            "aol.com",
            "gmx.de",
            "gmx.net",
            "web.de",
            "t-online.de",
            "mail.ru",
            "yandex.ru",
            "proton.me",
            "protonmail.com",
            "tutanota.com",
            "fastmail.com",
            "zoho.com",
            "qq.com",
            "163.com",
            "naver.com",
            "orange.fr",
            "free.fr",
            "libero.it",
            "duck.com",
            "mozmail.com",
            "hey.com",
            "example.com",
        ] {
            assert!(!domains.has(&Domain::parse(domain).unwrap()), "{domain}");
        }
        assert!(domains.has(&Domain::parse("inbox.mailinator.com").unwrap()));
    }

    #[test]
    fn a_list_may_have_comments_and_blank_lines() {
        let domains = Domains::parse("\u{feff}# a list\r\n\r\n Bad.COM.  # why\r\n").unwrap();
        assert_eq!(domains.len(), 1);
        assert!(domains.has(&Domain::parse("bad.com").unwrap()));
        assert_eq!(Domains::parse("bad.com\nno domain"), Err(BadDomain { line: 2 }));
    }
}
