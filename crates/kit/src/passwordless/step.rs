//! What comes next in a sign-in, after what has happened so far?

use events::cognito::ChallengeResult;

/// The challenge that functions make and judge.
pub(super) const CUSTOM_CHALLENGE: &str = "CUSTOM_CHALLENGE";

/// How many answers are looked at in one sign-in.
pub const MAX_ATTEMPTS: usize = 3;

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The challenge, for the first time or again.
    Challenge,
    /// The user is in.
    Tokens,
    /// The sign-in is over.
    Refusal,
}

/// Decides by the steps so far, oldest first, and by whether there is such a user.
///
/// Only what is exactly right leads to tokens: some wrong answers, fewer than all, and then a right one, by
/// somebody who exists. Steps of another kind, or steps after a right answer, are not of a sign-in that this
/// function began.
#[must_use]
pub fn next(session: &[ChallengeResult], exists: bool) -> Next {
    let is_ours = session.iter().all(|step| step.challenge_name == CUSTOM_CHALLENGE);
    if !is_ours || session.len() > MAX_ATTEMPTS {
        return Next::Refusal;
    }
    let Some((last, earlier)) = session.split_last() else { return Next::Challenge };
    if earlier.iter().any(|step| step.challenge_result) {
        return Next::Refusal;
    }
    match last.challenge_result {
        true if exists => Next::Tokens,
        true => Next::Refusal,
        false if session.len() < MAX_ATTEMPTS => Next::Challenge,
        false => Next::Refusal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Next::*;

    fn steps(results: &str) -> Vec<ChallengeResult> {
        let step = |result: char| ChallengeResult {
            challenge_name: if result == 's' { "SRP_A" } else { CUSTOM_CHALLENGE }.to_owned(),
            challenge_result: result != '-',
            challenge_metadata: None,
        };
        results.chars().map(step).collect()
    }

    #[test]
    fn every_session_has_one_next_step() {
        for (results, expected) in [
            ("", Challenge),
            ("-", Challenge),
            ("--", Challenge),
            ("---", Refusal),
            ("----", Refusal),
            ("+", Tokens),
            ("-+", Tokens),
            ("--+", Tokens),
            ("---+", Refusal),
            ("+-", Refusal),
            ("++", Refusal),
            ("+-+", Refusal),
            ("-+-", Refusal),
            ("s", Refusal),
            ("s+", Refusal),
            ("+s", Refusal),
            ("-s", Refusal),
        ] {
            assert_eq!(next(&steps(results), true), expected, "{results}");
        }
    }

    #[test]
    fn nobody_never_gets_tokens_and_is_asked_like_everybody() {
        for results in ["", "-", "--", "---", "+", "-+", "--+", "+-"] {
            let (nobody, somebody) = (next(&steps(results), false), next(&steps(results), true));
            assert_ne!(nobody, Tokens, "{results}");
            assert!(nobody == somebody || somebody == Tokens, "{results}");
        }
    }
}
