//! Which files do the pages need, and under which address?
//!
//! They are part of the program. An address holds the hash of what is there, so that it may be kept for ever.

use bytes::Bytes;
use std::sync::LazyLock;

/// What every address of ours begins with.
const FOLDER: &str = "/assets/";

/// A file, as it is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// The whole path for a file of ours, the name alone for a file of a theme.
    pub path: String,
    pub content_type: &'static str,
    pub body: Bytes,
}

impl Asset {
    /// A file under `folder` whose name holds its hash: `pages-0a1b2c3d4e5f6071.css`.
    pub(super) fn hashed(folder: &str, stem: &str, kind: Kind, body: Bytes) -> Self {
        let hash = crypto::sha256(&body);
        let hash: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let path = format!("{folder}{stem}-{hash}.{}", kind.extension());
        Self { path, content_type: kind.content_type(), body }
    }

    /// The last part of the path.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// The headers of an answer that holds the file. The policy keeps a picture from running as a page.
    #[must_use]
    pub const fn headers(&self) -> [(&'static str, &'static str); 5] {
        [
            ("content-type", self.content_type),
            ("cache-control", "public, max-age=31536000, immutable"),
            ("x-content-type-options", "nosniff"),
            ("cross-origin-resource-policy", "same-origin"),
            ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox"),
        ]
    }
}

/// What a file may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Css,
    Script,
    Svg,
    Png,
    Jpeg,
    Icon,
}

impl Kind {
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Css => "css",
            Self::Script => "js",
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Icon => "ico",
        }
    }

    const fn content_type(self) -> &'static str {
        match self {
            Self::Css => "text/css; charset=utf-8",
            Self::Script => "text/javascript; charset=utf-8",
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Icon => "image/x-icon",
        }
    }
}

struct Files {
    stylesheet: Asset,
    script: Asset,
    icon: Asset,
}

static FILES: LazyLock<Files> = LazyLock::new(|| {
    let file = |stem, kind, body: &'static str| {
        Asset::hashed(FOLDER, stem, kind, Bytes::from_static(body.as_bytes()))
    };
    Files {
        stylesheet: file("pages", Kind::Css, include_str!("../../assets/pages.css")),
        script: file("passkeys", Kind::Script, include_str!("../../assets/passkeys.js")),
        icon: file("icon", Kind::Svg, include_str!("../../assets/icon.svg")),
    }
});

/// The file of this path, if there is one.
#[must_use]
pub fn asset(path: &str) -> Option<&'static Asset> {
    let files = [&FILES.stylesheet, &FILES.script, &FILES.icon];
    files.into_iter().find(|file| file.path == path)
}

pub(super) fn stylesheet() -> &'static str {
    &FILES.stylesheet.path
}

pub(super) fn script() -> &'static str {
    &FILES.script.path
}

pub(super) fn icon() -> &'static str {
    &FILES.icon.path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_under_its_address_and_nowhere_else() {
        for path in [stylesheet(), script(), icon()] {
            let found = asset(path).unwrap();
            assert!(path.starts_with("/assets/") && path.contains('-'));
            assert_eq!(format!("/assets/{}", found.name()), path);
            assert!(!found.body.is_empty());
        }
        for path in ["", "/assets/", "/assets/pages.css", "/assets/../pages.css"] {
            assert!(asset(path).is_none(), "{path}");
        }
    }

    #[test]
    fn a_file_may_be_kept_for_ever_and_is_what_it_says() {
        let headers = asset(stylesheet()).unwrap().headers();
        assert!(headers.contains(&("content-type", "text/css; charset=utf-8")));
        assert!(headers.contains(&("x-content-type-options", "nosniff")));
        assert!(headers.iter().any(|(_, value)| value.contains("immutable")));
    }

    #[test]
    fn our_files_load_nothing_from_elsewhere() {
        for path in [stylesheet(), script(), icon()] {
            let text = String::from_utf8(asset(path).unwrap().body.to_vec()).unwrap();
            let text = text.replace("http://www.w3.org/2000/svg", "");
            for bad in ["http:", "https:", "url(", "@import", "eval(", "innerHTML"] {
                assert!(!text.contains(bad), "{path} has {bad}");
            }
        }
    }
}
