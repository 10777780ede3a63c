//! Which drawings come with the program?
//!
//! They are found by name among those that there are, so there is no path to leave a folder by.

use super::{AVATARS, BADGES};
use serde::Serialize;

/// A picture for people who have none of their own.
#[derive(Debug, PartialEq, Eq)]
pub struct DefaultAvatar {
    name: &'static str,
    title: &'static str,
    svg: &'static str,
}

/// A distinction that users can be given.
#[derive(Debug, PartialEq, Eq)]
pub struct BadgeKind {
    /// What the API calls it.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    svg: &'static str,
}

macro_rules! drawings {
    ($kind:ident in $folder:literal: $($name:literal $title:literal),+ $(,)?) => {
        &[$($kind {
            name: $name,
            title: $title,
            svg: include_str!(concat!($folder, "/", $name, ".svg")),
        }),+]
    };
}

static AVATAR_SET: &[DefaultAvatar] = drawings!(DefaultAvatar in "avatars":
    "boat" "Boat",
    "buoy" "Buoy",
    "duck" "Duck",
    "fish" "Fish",
    "heron" "Heron",
    "shell" "Shell",
    "sun" "Sun",
    "turtle" "Turtle",
);

static BADGE_SET: &[BadgeKind] = drawings!(BadgeKind in "badges":
    "champion" "Champion",
    "early-bird" "Early bird",
    "explorer" "Explorer",
    "founder" "Founder",
    "helper" "Helper",
    "supporter" "Supporter",
    "verified" "Verified",
    "veteran" "Veteran",
);

/// A drawing in a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Drawing {
    pub name: &'static str,
    pub title: &'static str,
    /// Where it is, below the API's own address.
    pub url: String,
}

impl DefaultAvatar {
    /// All of them, by name.
    #[must_use]
    pub fn all() -> &'static [Self] {
        AVATAR_SET
    }

    /// The avatar of a file name, for example `heron.svg`.
    #[must_use]
    pub fn find(file: &str) -> Option<&'static Self> {
        let name = file.strip_suffix(".svg")?;
        AVATAR_SET.iter().find(|avatar| avatar.name == name)
    }

    /// The drawing itself.
    #[must_use]
    pub fn svg(&self) -> &'static str {
        self.svg
    }

    /// As a catalogue has it.
    #[must_use]
    pub fn listed(&self) -> Drawing {
        let url = format!("{AVATARS}{}.svg", self.name);
        Drawing { name: self.name, title: self.title, url }
    }
}

impl BadgeKind {
    /// All of them, by name.
    #[must_use]
    pub fn all() -> &'static [Self] {
        BADGE_SET
    }

    /// The badge of this name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        BADGE_SET.iter().find(|badge| badge.name == name)
    }

    /// The badge whose icon has this file name, for example `founder.svg`.
    #[must_use]
    pub fn of_icon(file: &str) -> Option<&'static Self> {
        Self::find(file.strip_suffix(".svg")?)
    }

    /// Where its icon is, below the API's own address.
    #[must_use]
    pub fn icon_url(&self) -> String {
        format!("{BADGES}{}.svg", self.name)
    }

    /// The drawing itself.
    #[must_use]
    pub fn svg(&self) -> &'static str {
        self.svg
    }

    /// As a catalogue has it.
    #[must_use]
    pub fn listed(&self) -> Drawing {
        Drawing { name: self.name, title: self.title, url: self.icon_url() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assets::{is_avatar_url, is_badge_url};

    #[test]
    fn every_drawing_is_found_where_it_says() {
        for avatar in DefaultAvatar::all() {
            assert!(is_avatar_url(&avatar.listed().url));
            assert_eq!(DefaultAvatar::find(&format!("{}.svg", avatar.name)), Some(avatar));
        }
        for badge in BadgeKind::all() {
            assert!(is_badge_url(&badge.icon_url()));
            assert_eq!(BadgeKind::find(badge.name), Some(badge));
        }
    }

    #[test]
    fn drawings_are_drawings_only() {
        let avatars = DefaultAvatar::all().iter().map(DefaultAvatar::svg);
        for svg in avatars.chain(BadgeKind::all().iter().map(BadgeKind::svg)) {
            assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
            for active in ["<script", "<style", "href", "on", "<!"] {
                let active = if active == "on" { " on" } else { active };
                assert!(!svg.contains(active), "{active}");
            }
        }
    }

    #[test]
    fn usr_12_names_that_are_not_in_the_catalogue_find_nothing() {
        for bad in ["", "../x", "founder.svg", "Founder", "founder ", "unknown", &"x".repeat(1024)]
        {
            assert_eq!(BadgeKind::find(bad), None);
        }
        for bad in ["", ".svg", "heron", "../heron.svg", "heron.svg/", "heron.svg\0", "HERON.svg"] {
            assert_eq!(DefaultAvatar::find(bad), None);
        }
    }
}
