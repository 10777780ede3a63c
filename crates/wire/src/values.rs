//! How do times, bytes and fixed sets of texts look on the wire?

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::fmt;

/// Any JSON, for the members the model calls documents.
pub type Document = serde_json::Value;

/// A time as AWS JSON carries it: seconds since 1970 as a number, with milliseconds as its fraction.
///
/// ```
/// let time: wire::Timestamp = serde_json::from_str("1746576000.123")?;
/// assert_eq!(time.0.as_millisecond(), 1_746_576_000_123);
/// assert_eq!(serde_json::to_string(&time)?, "1746576000.123");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(pub jiff::Timestamp);

impl From<jiff::Timestamp> for Timestamp {
    fn from(time: jiff::Timestamp) -> Self {
        Self(time)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let milliseconds = self.0.as_millisecond();
        if milliseconds % 1000 == 0 {
            return to.serialize_i64(milliseconds / 1000);
        }
        // Exact to the millisecond: every such time until the year 9999 has a shortest decimal form
        // of at most three digits after the point.
        #[expect(clippy::cast_precision_loss, reason = "below 2^53 until the year 287396")]
        to.serialize_f64(milliseconds as f64 / 1000.0)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let milliseconds = (f64::deserialize(from)? * 1000.0).round();
        // Beyond this no calendar has a date, and the conversion below would clamp.
        if !milliseconds.is_finite() || milliseconds.abs() > 1e15 {
            return Err(D::Error::custom("a time out of range"));
        }
        #[expect(clippy::cast_possible_truncation, reason = "rounded and in range")]
        let milliseconds = milliseconds as i64;
        jiff::Timestamp::from_millisecond(milliseconds).map(Self).map_err(D::Error::custom)
    }
}

/// Bytes, base64 on the wire. `Debug` prints how many.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Blob(pub Vec<u8>);

impl fmt::Debug for Blob {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Blob({} bytes)", self.0.len())
    }
}

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&BASE64_STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        BASE64_STANDARD.decode(text).map(Self).map_err(D::Error::custom)
    }
}

/// Stands in `Debug` output for a member that the model calls sensitive.
#[derive(Clone, Copy)]
pub struct Hidden;

impl fmt::Debug for Hidden {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("…")
    }
}

/// A text that is not in its enumeration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a value of {0}")]
pub struct UnknownValue(pub &'static str);

/// An enumeration of the model: a Rust enum with the wire's texts.
macro_rules! string_enum {
    ($name:ident { $($variant:ident = $text:literal,)* }) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($variant,)*
        }

        impl $name {
            /// Every value, in the model's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The text on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownValue;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)*
                    _ => Err($crate::UnknownValue(stringify!($name))),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use string_enum;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_seconds_with_milliseconds() {
        for (text, milliseconds) in
            [("1746576000", 1_746_576_000_000), ("1746576000.5", 1_746_576_000_500), ("0.001", 1)]
        {
            let time: Timestamp = serde_json::from_str(text).unwrap();
            assert_eq!(time.0.as_millisecond(), milliseconds);
            assert_eq!(serde_json::to_string(&time).unwrap(), text);
        }
        for bad in ["1e300", "\"2025-01-01T00:00:00Z\"", "null"] {
            assert!(serde_json::from_str::<Timestamp>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn bytes_are_base64_and_are_not_printed() {
        let blob: Blob = serde_json::from_str("\"aGk=\"").unwrap();
        assert_eq!(blob.0, b"hi");
        assert_eq!(format!("{blob:?}"), "Blob(2 bytes)");
        assert_eq!(serde_json::to_string(&blob).unwrap(), "\"aGk=\"");
    }
}
