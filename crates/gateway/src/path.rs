//! Which resource does a request's path name?
//!
//! A path can be spelled in many ways, and a gateway that reads one spelling while the function behind
//! it reads another lets people in where they do not belong. So there is one reading here, and the
//! route, the method ARN and the path parameters all come from it:
//!
//! * The path is cut at its slashes, then each segment is percent-decoded once. `/%61dmin` **is**
//!   `/admin` and is served under `/admin`'s own policy. Case counts.
//! * A path without one plain reading belongs to no route: empty segments (`//`), `.` and `..` (encoded
//!   or not, with or without `;` parameters), an encoded slash, a backslash, a control character, a
//!   broken escape, and bytes that are not UTF-8.
//! * A slash at the end changes nothing for a REST API, as on AWS: `/items/` is `/items`. For an HTTP API
//!   it is another path, which only a `{proxy+}` route or `$default` may take, and only if no closer route
//!   would have taken the path without it.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use std::borrow::Cow;

/// What is escaped in a method ARN. A `*` or `?` in it would widen the policy of an authorizer that
/// answers with the ARN it was asked about; the rest keeps an ARN one visible ASCII word.
const NOT_IN_AN_ARN: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'*')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'{')
    .add(b'}');

/// A path in its one reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestPath {
    segments: Vec<Segment>,
    ends_with_slash: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Segment {
    raw: String,
    decoded: String,
}

impl RequestPath {
    /// Reads a request's path, or refuses one that can be read in two ways.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        let mut raw: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        let ends_with_slash = raw.last().is_some_and(|last| last.is_empty());
        if ends_with_slash {
            raw.pop();
        }
        let segments = raw.into_iter().map(Segment::parse).collect::<Option<Vec<_>>>()?;
        let ends_with_slash = ends_with_slash && !segments.is_empty();
        Some(Self { segments, ends_with_slash })
    }

    /// The rest of this path below a mount, if it lies there.
    pub(crate) fn below(&self, mount: &[String]) -> Option<Self> {
        let (above, below) = self.segments.split_at_checked(mount.len())?;
        let is_below = above.iter().zip(mount).all(|(segment, name)| segment.decoded == *name);
        is_below.then(|| Self {
            segments: below.to_vec(),
            ends_with_slash: self.ends_with_slash && !below.is_empty(),
        })
    }

    /// The decoded segments.
    pub(crate) fn segments(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.segments.iter().map(|segment| segment.decoded.as_str())
    }

    pub(crate) const fn ends_with_slash(&self) -> bool {
        self.ends_with_slash
    }

    /// The path as it was sent.
    pub(crate) fn raw(&self) -> String {
        self.join(|segment| &segment.raw)
    }

    /// The path as an HTTP API tells it to functions.
    pub(crate) fn decoded(&self) -> String {
        self.join(|segment| &segment.decoded)
    }

    /// The path as it stands in a method ARN: without the first slash, the same for every spelling.
    pub(crate) fn in_arn(&self) -> String {
        let segments = self.segments().map(|segment| utf8_percent_encode(segment, NOT_IN_AN_ARN));
        segments.map(Cow::from).collect::<Vec<_>>().join("/")
    }

    fn join<'a>(&'a self, part: impl Fn(&'a Segment) -> &'a String) -> String {
        let mut path = String::new();
        for segment in &self.segments {
            path.push('/');
            path.push_str(part(segment));
        }
        if self.ends_with_slash || path.is_empty() {
            path.push('/');
        }
        path
    }
}

impl Segment {
    fn parse(raw: &str) -> Option<Self> {
        if has_a_broken_escape(raw) {
            return None;
        }
        let decoded = percent_decode_str(raw).decode_utf8().ok()?.into_owned();
        // Some servers drop what follows a semicolon before they look at the dots.
        let name = decoded.split(';').next().unwrap_or_default();
        let is_plain = !decoded.is_empty()
            && !matches!(name, "." | "..")
            && !decoded.contains(['/', '\\'])
            && !decoded.contains(char::is_control);
        is_plain.then(|| Self { raw: raw.to_owned(), decoded })
    }
}

fn has_a_broken_escape(raw: &str) -> bool {
    let mut rest = raw.as_bytes();
    while let Some(at) = rest.iter().position(|byte| *byte == b'%') {
        match rest.get(at..).unwrap_or_default() {
            [_, high, low, after @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                rest = after;
            }
            _ => return true,
        }
    }
    false
}

/// The text of a policy's resource in the spelling of [`RequestPath::in_arn`]; its wildcards and escapes
/// stay what they are.
pub(crate) fn pattern_in_arn(pattern: &str) -> String {
    const KEPT: &AsciiSet = &NOT_IN_AN_ARN.remove(b'%').remove(b'*').remove(b'?');
    utf8_percent_encode(pattern, KEPT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str) -> Vec<String> {
        RequestPath::parse(path).unwrap().segments().map(str::to_owned).collect()
    }

    #[test]
    fn every_spelling_of_a_path_is_one_path() {
        assert_eq!(read("/admin/x"), ["admin", "x"]);
        assert_eq!(read("/%61dmin/%78"), ["admin", "x"]);
        assert_eq!(read("/a%20b/%C3%A9"), ["a b", "é"]);
        assert!(read("/").is_empty());
        assert_eq!(read("/a%2525"), ["a%25"]);
    }

    #[test]
    fn a_path_with_two_readings_is_refused() {
        for path in [
            "",
            "*",
            "admin",
            "//",
            "//admin/x",
            "/admin//x",
            "/admin/./x",
            "/admin/../x",
            "/..",
            "/admin/%2e%2E/x",
            "/admin/.%2e",
            "/%2e",
            "/admin%2Fx",
            "/admin%2fx",
            "/admin%5Cx",
            "/admin\\x",
            "/admin/..;/x",
            "/admin/.;a=b/x",
            "/admin/%2e%2e%3bx",
            "/a%00",
            "/a%0d%0a",
            "/a%7f",
            "/a%",
            "/a%6",
            "/a%zz",
            "/%ff",
            "/a%C3",
            "/admin/x//",
        ] {
            assert_eq!(RequestPath::parse(path), None, "{path}");
        }
    }

    #[test]
    fn dots_and_semicolons_inside_a_name_are_plain() {
        assert_eq!(read("/a..b/.hidden/x;a/..."), ["a..b", ".hidden", "x;a", "..."]);
    }

    #[test]
    fn a_path_is_told_as_it_was_sent_or_decoded() {
        let path = RequestPath::parse("/a%20b/c/").unwrap();
        assert_eq!((path.raw().as_str(), path.decoded().as_str()), ("/a%20b/c/", "/a b/c/"));
        assert!(path.ends_with_slash());
        assert_eq!(RequestPath::parse("/").unwrap().raw(), "/");
    }

    #[test]
    fn wildcards_in_a_path_are_no_wildcards_in_its_arn() {
        let arn = |path| RequestPath::parse(path).unwrap().in_arn();
        assert_eq!(arn("/users/*"), "users/%2A");
        assert_eq!(arn("/users/%2A/%3F"), "users/%2A/%3F");
        assert_eq!(arn("/users/a%40b/"), "users/a@b");
        assert_eq!(arn("/%c3%a9"), "%C3%A9");
        assert_eq!(arn("/%252A"), "%252A");
        assert_eq!(arn("/"), "");
        assert_eq!(pattern_in_arn("arn:x/é/*/a?%2A"), "arn:x/%C3%A9/*/a?%2A");
    }

    #[test]
    fn a_mount_ends_at_a_slash() {
        let path = RequestPath::parse("/prod/items/7/").unwrap();
        let below = path.below(&["prod".to_owned()]).unwrap();
        assert_eq!(below.raw(), "/items/7/");
        assert_eq!(path.below(&["pro".to_owned()]), None);
        assert_eq!(path.below(&[]).unwrap(), path);
        let root = RequestPath::parse("/prod/").unwrap().below(&["prod".to_owned()]).unwrap();
        assert_eq!((root.raw().as_str(), root.ends_with_slash()), ("/", false));
    }

    proptest::proptest! {
        #[test]
        fn no_path_is_too_odd_to_be_read_or_refused(path in ".{0,64}") {
            if let Some(read) = RequestPath::parse(&path) {
                // Escaping more than is needed changes nothing about which path it is.
                let mut spelled = String::new();
                for segment in read.segments() {
                    spelled.push('/');
                    for byte in segment.bytes() {
                        spelled += &format!("%{byte:02x}");
                    }
                }
                let again = RequestPath::parse(if spelled.is_empty() { "/" } else { &spelled });
                let again = again.unwrap();
                proptest::prop_assert!(again.segments().eq(read.segments()));
                proptest::prop_assert_eq!(again.in_arn(), read.in_arn());
                proptest::prop_assert!(read.in_arn().bytes().all(|byte| byte.is_ascii_graphic()));
                proptest::prop_assert!(!read.in_arn().contains(['*', '?']));
            }
        }
    }
}
