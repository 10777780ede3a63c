//! What is wrong with the template, and where?

use std::{fmt, sync::Arc};

/// How many problems are told at once; the rest is counted.
const TOLD: usize = 100;

/// A place in the template's text. Both numbers start at 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column, in characters.
    pub column: u32,
}

impl Position {
    pub(crate) const START: Self = Self { line: 1, column: 1 };
}

/// One thing that is wrong with the template, in words for the person who wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The name the template was given when it was parsed.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// The logical id of the resource, or the name of the section's member, for example
    /// `Outputs.ApiUrl`.
    pub resource: Option<String>,
    /// The path of the property below the resource, for example `Schema[0].Name`.
    pub property: Option<String>,
    /// What was found and what was expected. Never carries the value of a `NoEcho` parameter.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}:{}: ", self.file, self.line, self.column)?;
        for place in [&self.resource, &self.property].into_iter().flatten() {
            write!(out, "{place}: ")?;
        }
        out.write_str(&self.message)
    }
}

/// Everything that is wrong with the template, in the order of its lines, one line each when printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// The problems, in the order of their lines.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.0.iter()
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl FromIterator<Problem> for Problems {
    fn from_iter<I: IntoIterator<Item = Problem>>(problems: I) -> Self {
        let mut problems = problems.into_iter().collect::<Vec<_>>();
        problems.sort_by_key(|problem| (problem.line, problem.column));
        Self(problems)
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().take(TOLD).enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(out, "{separator}{problem}")?;
        }
        match self.0.len().checked_sub(TOLD) {
            None | Some(0) => Ok(()),
            Some(more) => write!(out, "\n… and {more} more"),
        }
    }
}

impl std::error::Error for Problems {}

/// Where a walk through the template is. A chain of borrowed steps, so that going down costs nothing
/// and only a problem pays for the text of its path.
#[derive(Clone, Copy)]
pub(crate) enum Place<'a> {
    Nowhere,
    Resource(&'a str),
    /// A section by its name.
    Section(&'a str),
    /// A member of a section that is not `Resources`: the section's name and its own.
    Member(&'static str, &'a str),
    Key(&'a Place<'a>, &'a str),
    Index(&'a Place<'a>, usize),
}

impl<'a> Place<'a> {
    pub(crate) fn key(&'a self, key: &'a str) -> Self {
        Self::Key(self, key)
    }

    pub(crate) fn index(&'a self, index: usize) -> Self {
        Self::Index(self, index)
    }

    fn resource(&self) -> Option<String> {
        match self {
            Self::Nowhere => None,
            Self::Resource(name) => Some((*name).to_owned()),
            Self::Section(name) => Some((*name).to_owned()),
            Self::Member(section, name) => Some(format!("{section}.{name}")),
            Self::Key(parent, _) | Self::Index(parent, _) => parent.resource(),
        }
    }

    fn property(&self) -> Option<String> {
        match self {
            Self::Nowhere | Self::Resource(_) | Self::Section(_) | Self::Member(..) => None,
            Self::Key(parent, key) => Some(
                parent.property().map_or_else(|| (*key).to_owned(), |path| format!("{path}.{key}")),
            ),
            Self::Index(parent, index) => {
                Some(format!("{}[{index}]", parent.property().unwrap_or_default()))
            }
        }
    }
}

/// Collects problems until somebody asks for the verdict.
#[derive(Clone)]
pub(crate) struct Report {
    file: Arc<str>,
    found: Vec<Problem>,
}

impl Report {
    pub(crate) fn new(file: &Arc<str>) -> Self {
        Self { file: file.clone(), found: Vec::new() }
    }

    pub(crate) fn add(&mut self, at: Position, place: &Place<'_>, message: impl Into<String>) {
        self.push(Problem {
            file: self.file.clone(),
            line: at.line,
            column: at.column,
            resource: place.resource(),
            property: place.property(),
            message: message.into(),
        });
    }

    /// Reports under the keys that lead to a value, which is all that is known while the text is read:
    /// `["Resources", "Pool", "Properties", "Schema"]`.
    pub(crate) fn add_below(&mut self, at: Position, keys: &[String], message: impl Into<String>) {
        let keys = keys.iter().map(String::as_str).collect::<Vec<_>>();
        let (resource, property) = match keys.as_slice() {
            [] => (None, &[][..]),
            ["Resources", name, "Properties", below @ ..] | ["Resources", name, below @ ..] => {
                (Some((*name).to_owned()), below)
            }
            [section, name, below @ ..] => (Some(format!("{section}.{name}")), below),
            [section] => (Some((*section).to_owned()), &[][..]),
        };
        self.push(Problem {
            file: self.file.clone(),
            line: at.line,
            column: at.column,
            resource,
            property: Some(property.join(".")).filter(|path| !path.is_empty()),
            message: message.into(),
        });
    }

    /// A value that two resources share (a Globals entry) is told once.
    pub(crate) fn push(&mut self, problem: Problem) {
        if !self.found.contains(&problem) {
            self.found.push(problem);
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.found.len()
    }

    pub(crate) fn verdict(self) -> Result<(), Problems> {
        if self.found.is_empty() { Ok(()) } else { Err(self.found()) }
    }

    pub(crate) fn found(self) -> Problems {
        self.found.into_iter().collect()
    }
}

/// The text in quotes, cut if it is long.
pub(crate) fn quote(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().count() > LONGEST {
        format!("\"{}…\"", text.chars().take(LONGEST).collect::<String>())
    } else {
        format!("\"{text}\"")
    }
}

/// ` (did you mean X?)` if one of the names is close, or nothing.
pub(crate) fn did_you_mean<'a>(
    given: &str,
    names: impl IntoIterator<Item = impl AsRef<str> + 'a>,
) -> String {
    nearest(given, names, 3).map_or_else(String::new, |name| format!(" (did you mean {name}?)"))
}

/// The name that needs the fewest edits, at most `limit` and at most a third of the text.
pub(crate) fn nearest<'a>(
    given: &str,
    names: impl IntoIterator<Item = impl AsRef<str> + 'a>,
    limit: usize,
) -> Option<String> {
    const LONGEST: usize = 128;
    if given.len() > LONGEST {
        return None;
    }
    let lower = given.to_lowercase();
    names
        .into_iter()
        .filter(|name| name.as_ref().len() <= LONGEST)
        .map(|name| (edits(&lower, &name.as_ref().to_lowercase()), name))
        .filter(|(edits, _)| *edits <= limit.min(given.chars().count().div_ceil(3)))
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, name)| name.as_ref().to_owned())
}

/// Levenshtein's distance.
fn edits(from: &str, to: &str) -> usize {
    let to = to.chars().collect::<Vec<_>>();
    let mut row = (0..=to.len()).collect::<Vec<_>>();
    for (line, left) in from.chars().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        next.push(line + 1);
        for ((right, above), diagonal) in to.iter().zip(row.iter().skip(1)).zip(&row) {
            let replaced = diagonal + usize::from(left != *right);
            let before = next.last().copied().unwrap_or(usize::MAX - 1);
            next.push(replaced.min(above + 1).min(before + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_finds_its_name() {
        assert_eq!(edits("kitten", "sitting"), 3);
        assert_eq!(
            did_you_mean("UserPolId", ["Name", "UserPoolId"]),
            " (did you mean UserPoolId?)"
        );
        assert_eq!(did_you_mean("Colour", ["Name", "UserPoolId"]), "");
    }
}
