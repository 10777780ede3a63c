//! Is this body a JSON object of a sane shape?

use crate::Fault;
use serde_json::Value;

/// Deeper than any shape of the models, shallower than any stack.
const DEPTH_LIMIT: usize = 64;

/// Reads a body that is already bounded in size. No body at all is an input without members.
pub(super) fn parse(body: &[u8]) -> Result<Value, Fault> {
    if body.is_empty() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    if is_too_deep(body) {
        return Err(malformed("The request is nested too deeply."));
    }
    match serde_json::from_slice(body) {
        Ok(input @ Value::Object(_)) => Ok(input),
        Ok(_) => Err(malformed("Unexpected value type in payload")),
        // serde_json says where it stopped and not what it read, but a client needs neither.
        Err(_) => Err(malformed("The request body is not valid JSON.")),
    }
}

pub(super) fn malformed(message: impl Into<String>) -> Fault {
    Fault::refusal("SerializationException", message)
}

/// Counts brackets outside of strings, without building anything.
fn is_too_deep(body: &[u8]) -> bool {
    // Hardly a body has so many brackets at all, and counting them takes a moment only.
    if body.iter().filter(|byte| matches!(byte, b'{' | b'[')).count() <= DEPTH_LIMIT {
        return false;
    }
    let (mut depth, mut in_string, mut is_escaped) = (0usize, false, false);
    for &byte in body {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_string => is_escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                if depth > DEPTH_LIMIT {
                    return true;
                }
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_strings_are_not_depth() {
        let text = format!(r#"{{"a":"{}\"{}"}}"#, "[".repeat(100), "{".repeat(100));
        assert!(parse(text.as_bytes()).is_ok());
    }

    #[test]
    fn depth_has_an_end() {
        let nested = |depth: usize| {
            format!(r#"{{"a":{}{}}}"#, "[".repeat(depth), "]".repeat(depth)).into_bytes()
        };
        assert!(parse(&nested(63)).is_ok());
        assert!(parse(&nested(64)).is_err());
        assert!(parse("[".repeat(1_000_000).as_bytes()).is_err());
    }

    #[test]
    fn only_an_object_is_an_input() {
        assert_eq!(parse(b"").unwrap(), serde_json::json!({}));
        for bad in ["null", "[]", "1", "{", "{\"a\":1}x", "\u{feff}{}", "{'a':1}"] {
            assert_eq!(
                parse(bad.as_bytes()).unwrap_err().code(),
                "SerializationException",
                "{bad}"
            );
        }
    }
}
