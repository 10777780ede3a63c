//! What does somebody say on the command line of rates and quotas?

use pool::{Category, Quota, RequestRates};
use std::num::NonZeroU32;

/// A word on rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rate {
    /// Every category has the limit that is kept for it.
    Provisioned,
    Of(Category, NonZeroU32),
}

impl Rate {
    /// Reads `provisioned` or `CATEGORY=NUMBER`.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "provisioned" {
            return Ok(Self::Provisioned);
        }
        let (name, number) =
            text.split_once('=').ok_or("it is `provisioned` or CATEGORY=NUMBER")?;
        let category = Category::parse(name).ok_or_else(|| {
            format!(
                "there is no such category; there are {}",
                Category::ALL.map(Category::name).join(", ")
            )
        })?;
        let number = number.parse().map_err(|_| "a rate is a whole number, 1 or more")?;
        Ok(Self::Of(category, number))
    }
}

/// The rates of these words; none if nothing was said.
pub fn rates(said: &[Rate]) -> Option<RequestRates> {
    let fixed = said.iter().filter_map(|rate| match rate {
        Rate::Provisioned => None,
        Rate::Of(category, number) => Some((*category, *number)),
    });
    let is_provisioned = said.contains(&Rate::Provisioned);
    (!said.is_empty()).then(|| RequestRates::new(is_provisioned, fixed))
}

/// Reads `NAME=NUMBER`.
pub fn quota(text: &str) -> Result<(Quota, usize), String> {
    let (name, number) = text.split_once('=').ok_or("it is NAME=NUMBER")?;
    let quota = Quota::parse(name).ok_or_else(|| {
        format!("there is no such quota; there are {}", Quota::ALL.map(Quota::name).join(", "))
    })?;
    let number = number.parse().map_err(|_| "a quota is a whole number")?;
    Ok((quota, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_that_of_a_category_or_what_is_provisioned() {
        let five = NonZeroU32::new(5).unwrap();
        assert_eq!(Rate::parse("UserRead=5"), Ok(Rate::Of(Category::UserRead, five)));
        assert_eq!(Rate::parse("provisioned"), Ok(Rate::Provisioned));
        for bad in ["", "UserRead", "UserRead=0", "UserRead=-1", "UserRead=1.5", "Coffee=5"] {
            assert!(Rate::parse(bad).is_err(), "{bad}");
        }
        assert!(rates(&[]).is_none() && rates(&[Rate::Provisioned]).is_some());
    }

    #[test]
    fn a_quota_is_a_number_of_something() {
        assert_eq!(quota("groups=20000"), Ok((Quota::Groups, 20_000)));
        for bad in ["", "groups", "groups=", "groups=-1", "users=5"] {
            assert!(quota(bad).is_err(), "{bad}");
        }
    }
}
