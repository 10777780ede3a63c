//! Does this text fit this pattern?

/// Whether the pattern fits the whole text: `*` is any text, slashes included, `?` is one character.
///
/// A `*` only ever gives up what the latest one took, so the work is bounded by the product of the two
/// lengths, whatever the pattern.
#[must_use]
pub fn fits(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut to) = (0, 0);
    let mut retry = None;
    while let Some(byte) = text.get(to) {
        match pattern.get(at) {
            Some(b'*') => {
                at += 1;
                retry = Some((at, to));
            }
            Some(wanted) if wanted == byte || *wanted == b'?' => {
                at += 1;
                to += 1;
            }
            _ => {
                let Some((star, taken)) = retry else { return false };
                retry = Some((star, taken + 1));
                at = star;
                to = taken + 1;
            }
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(|rest| *rest == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_stars_do_not_make_it_slow() {
        let pattern = "*a".repeat(250) + "b";
        let text = "a".repeat(1600);
        assert!(!fits(pattern.as_bytes(), text.as_bytes()));
        assert!(fits(b"**a***", b"xa"));
        assert!(fits(b"", b"") && !fits(b"", b"a") && fits(b"*", b""));
    }

    proptest::proptest! {
        #[test]
        fn a_pattern_fits_as_the_same_expression_would(pattern in "[ab*?/]{0,12}", text in "[ab/]{0,12}") {
            let expression = pattern.replace('*', ".*").replace('?', ".");
            let expression = regex::Regex::new(&format!("^{expression}$")).unwrap();
            let fits = fits(pattern.as_bytes(), text.as_bytes());
            proptest::prop_assert_eq!(fits, expression.is_match(&text));
        }
    }
}
