//! Does this input keep what the model asks of it? Required members, lengths, ranges, patterns and
//! sets, reported with AWS's own sentence.
//!
//! The generated descriptors are statics; checking walks them beside the parsed JSON and allocates
//! only when something is wrong.

mod check;
mod nulls;
mod pattern;

pub use check::{Refused, check};
pub use nulls::forget_nulls;
pub use pattern::Pattern;

/// A structure of the model.
#[derive(Debug)]
pub struct Structure {
    /// Whether the model forbids to echo any value in it.
    pub sensitive: Sensitive,
    /// In the model's order.
    pub members: &'static [Member],
}

/// A member of a structure.
#[derive(Debug)]
pub struct Member {
    /// The name on the wire.
    pub name: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// What it must look like.
    pub shape: &'static Shape,
}

/// What a value must look like.
#[derive(Debug)]
pub enum Shape {
    /// A text with bounds, counted in Unicode characters, and a pattern for all of it.
    Text(Bounds, Option<&'static Pattern>, Sensitive),
    /// A text out of a set.
    OneOf(&'static [&'static str]),
    /// A 32-bit integer.
    Integer(Bounds),
    /// A 64-bit integer.
    Long(Bounds),
    /// `true` or `false`.
    Boolean,
    /// A number of seconds.
    Timestamp,
    /// Base64 text; the bounds count bytes.
    Blob(Bounds),
    /// Any JSON.
    Document,
    /// An array; the bounds count elements.
    List(Bounds, &'static Shape, Sensitive),
    /// An object with free keys; the bounds count entries. First the keys' shape, then the values'.
    Map(Bounds, &'static Shape, &'static Shape, Sensitive),
    /// An object with known members.
    Structure(&'static Structure),
}

/// Smallest and largest, both included.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// The smallest.
    pub min: Option<i64>,
    /// The largest.
    pub max: Option<i64>,
}

/// Whether the model forbids to echo a value.
pub type Sensitive = bool;

impl Structure {
    /// Describes a structure.
    #[must_use]
    pub const fn new(sensitive: Sensitive, members: &'static [Member]) -> Self {
        Self { sensitive, members }
    }
}

impl Member {
    /// A member that must be there.
    #[must_use]
    pub const fn required(name: &'static str, shape: &'static Shape) -> Self {
        Self { name, required: true, shape }
    }

    /// A member that may be left out.
    #[must_use]
    pub const fn optional(name: &'static str, shape: &'static Shape) -> Self {
        Self { name, required: false, shape }
    }
}

impl Shape {
    pub(crate) const fn text(
        min: Option<i64>,
        max: Option<i64>,
        pattern: Option<&'static Pattern>,
        sensitive: Sensitive,
    ) -> Self {
        Self::Text(Bounds { min, max }, pattern, sensitive)
    }

    pub(crate) const fn one_of(values: &'static [&'static str]) -> Self {
        Self::OneOf(values)
    }

    pub(crate) const fn integer(min: Option<i64>, max: Option<i64>) -> Self {
        Self::Integer(Bounds { min, max })
    }

    pub(crate) const fn long(min: Option<i64>, max: Option<i64>) -> Self {
        Self::Long(Bounds { min, max })
    }

    pub(crate) const fn blob(min: Option<i64>, max: Option<i64>) -> Self {
        Self::Blob(Bounds { min, max })
    }

    pub(crate) const fn list(
        min: Option<i64>,
        max: Option<i64>,
        element: &'static Shape,
        sensitive: Sensitive,
    ) -> Self {
        Self::List(Bounds { min, max }, element, sensitive)
    }

    pub(crate) const fn map(
        min: Option<i64>,
        max: Option<i64>,
        key: &'static Shape,
        value: &'static Shape,
        sensitive: Sensitive,
    ) -> Self {
        Self::Map(Bounds { min, max }, key, value, sensitive)
    }
}
