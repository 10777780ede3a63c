//! What may a style of somebody else say?
//!
//! A style is read as rules and declarations and written anew: what is not understood is refused, with the place.
//! Nothing that loads is understood (`url()`, `@import`, `@font-face`), and no escapes, so that nothing can be
//! spelled differently. It is served as a file of our own and never put into a page.

use std::fmt::Write as _;

/// As much as the API takes.
const MAX_BYTES: usize = 131_072;
const MAX_RULES: usize = 4000;
/// Rules within `@media` within `@supports`.
const MAX_DEPTH: usize = 3;

/// A style that loads nothing and stays within its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stylesheet(String);

/// A style that is refused: the line, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct BadCss {
    pub line: usize,
    pub problem: String,
}

/// Functions that calculate or draw. Those that load are not among them.
const FUNCTIONS: &[&str] = &[
    "rgb",
    "rgba",
    "hsl",
    "hsla",
    "hwb",
    "lab",
    "lch",
    "oklab",
    "oklch",
    "color",
    "color-mix",
    "light-dark",
    "var",
    "calc",
    "min",
    "max",
    "clamp",
    "env",
    "linear-gradient",
    "radial-gradient",
    "conic-gradient",
    "repeating-linear-gradient",
    "repeating-radial-gradient",
    "repeating-conic-gradient",
    "translate",
    "translatex",
    "translatey",
    "scale",
    "scalex",
    "scaley",
    "rotate",
    "skew",
    "skewx",
    "skewy",
    "matrix",
    "blur",
    "brightness",
    "contrast",
    "drop-shadow",
    "grayscale",
    "hue-rotate",
    "invert",
    "opacity",
    "saturate",
    "sepia",
    "cubic-bezier",
    "steps",
    "minmax",
    "repeat",
    "fit-content",
    "inset",
    "circle",
    "ellipse",
    "polygon",
];
/// Old ways to run something.
const PROPERTIES_NEVER: &[&str] = &["behavior", "-moz-binding", "src"];

impl Stylesheet {
    /// Reads a style.
    ///
    /// # Errors
    /// [`BadCss`] for one that is too long, cannot be read, or holds something that could load or run.
    pub fn parse(text: &str) -> Result<Self, BadCss> {
        if text.len() > MAX_BYTES {
            return Err(BadCss { line: 1, problem: format!("longer than {MAX_BYTES} bytes") });
        }
        let mut reader = Reader { rest: text, line: 1, rules: 0, out: String::new() };
        reader.rules(0)?;
        Ok(Self(reader.out))
    }

    /// The style, written anew.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
    rules: usize,
    out: String,
}

impl<'a> Reader<'a> {
    fn bad<T>(&self, problem: impl Into<String>) -> Result<T, BadCss> {
        Err(BadCss { line: self.line, problem: problem.into() })
    }

    fn step(&mut self) -> Option<char> {
        let letter = self.rest.chars().next()?;
        self.rest = self.rest.get(letter.len_utf8()..).unwrap_or_default();
        self.line += usize::from(letter == '\n');
        Some(letter)
    }

    fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.step();
        }
    }

    /// Passes over white space and comments.
    fn blank(&mut self) -> Result<(), BadCss> {
        loop {
            if self.rest.starts_with("/*") {
                let Some(end) = self.rest.find("*/") else {
                    return self.bad("a comment without an end");
                };
                let count = self.rest.get(..end + 2).map_or(0, |text| text.chars().count());
                self.skip(count);
            } else if self.rest.starts_with(char::is_whitespace) {
                self.step();
            } else {
                return Ok(());
            }
        }
    }

    /// Rules up to the end of the text, or of the block they are in.
    fn rules(&mut self, depth: usize) -> Result<(), BadCss> {
        loop {
            self.blank()?;
            if self.rest.is_empty() {
                return if depth == 0 { Ok(()) } else { self.bad("a block without an end") };
            }
            if self.rest.starts_with('}') {
                if depth == 0 {
                    return self.bad("an end without a block");
                }
                self.step();
                self.out.push_str("}\n");
                return Ok(());
            }
            self.rules += 1;
            if self.rules > MAX_RULES {
                return self.bad(format!("more than {MAX_RULES} rules"));
            }
            let is_group = self.rest.starts_with('@');
            let prelude = self.prelude()?;
            if is_group {
                let name = prelude.split([' ', '(']).next().unwrap_or_default();
                let name = name.to_ascii_lowercase();
                if !matches!(name.as_str(), "@media" | "@supports") {
                    return self.bad(format!("`{name}` is not for themes"));
                }
                if depth + 1 > MAX_DEPTH {
                    return self.bad("too many blocks in one another");
                }
                self.write(&prelude);
                self.out.push('\n');
                self.rules(depth + 1)?;
            } else {
                if prelude.is_empty() {
                    return self.bad("a block without a selector");
                }
                self.write(&prelude);
                self.declarations()?;
            }
        }
    }

    fn write(&mut self, prelude: &str) {
        // Writing into a text does not fail.
        let _ = write!(self.out, "{prelude} {{");
    }

    /// What stands before a block, with its opening brace passed over.
    fn prelude(&mut self) -> Result<String, BadCss> {
        let mut text = String::new();
        loop {
            self.blank_as_space(&mut text)?;
            let Some(letter) = self.rest.chars().next() else {
                return self.bad("a rule without a block");
            };
            match letter {
                '{' => {
                    self.step();
                    return Ok(text.trim_end().to_owned());
                }
                '"' | '\'' => self.quoted(&mut text)?,
                ';' | '}' | '\\' | '<' => return self.bad(format!("`{letter}` before a block")),
                _ if letter.is_control() => return self.bad("a control character"),
                _ => {
                    text.push(letter);
                    self.step();
                }
            }
        }
    }

    /// Passes over white space and comments, which part what is around them as one space does.
    fn blank_as_space(&mut self, text: &mut String) -> Result<(), BadCss> {
        let before = self.rest.len();
        self.blank()?;
        if self.rest.len() != before && !text.is_empty() && !text.ends_with(' ') {
            text.push(' ');
        }
        Ok(())
    }

    /// A text between quotes, which stay.
    fn quoted(&mut self, text: &mut String) -> Result<(), BadCss> {
        let Some(quote) = self.step() else { return Ok(()) };
        text.push(quote);
        loop {
            match self.step() {
                None | Some('\n') => return self.bad("a quote without an end"),
                Some('\\' | '<') => return self.bad("`\\` and `<` are not for themes"),
                Some(letter) if letter.is_control() => return self.bad("a control character"),
                Some(letter) => {
                    text.push(letter);
                    if letter == quote {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Declarations up to the end of the block, which is passed over.
    fn declarations(&mut self) -> Result<(), BadCss> {
        loop {
            self.blank()?;
            match self.rest.chars().next() {
                None => return self.bad("a block without an end"),
                Some('}') => {
                    self.step();
                    self.out.push_str("}\n");
                    return Ok(());
                }
                Some(';') => {
                    self.step();
                }
                Some(_) => self.declaration()?,
            }
        }
    }

    fn declaration(&mut self) -> Result<(), BadCss> {
        let Some((name, _)) = self.rest.split_once(':') else {
            return self.bad("a declaration without a colon");
        };
        let count = name.chars().count();
        let name = name.trim_end().to_ascii_lowercase();
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if name.is_empty() || name.len() > 64 || !name.bytes().all(is_word) {
            return self.bad("this is no name of a property");
        }
        if PROPERTIES_NEVER.contains(&name.as_str()) {
            return self.bad(format!("`{name}` is not for themes"));
        }
        self.skip(count + 1);
        let value = self.value()?;
        if value.is_empty() {
            return self.bad(format!("`{name}` without a value"));
        }
        let _ = write!(self.out, "{name}:{value};");
        Ok(())
    }

    /// A value up to its semicolon or the end of the block, which stays.
    fn value(&mut self) -> Result<String, BadCss> {
        let mut text = String::new();
        let mut open = 0_usize;
        loop {
            self.blank_as_space(&mut text)?;
            let Some(letter) = self.rest.chars().next() else {
                return self.bad("a block without an end");
            };
            match letter {
                ';' | '}' if open == 0 => return Ok(text.trim_end().to_owned()),
                '"' | '\'' => self.quoted(&mut text)?,
                '(' => {
                    // As strict with a space between: nobody who means well writes one.
                    self.function(text.trim_end())?;
                    open += 1;
                    text.push(letter);
                    self.step();
                }
                ')' => {
                    let Some(fewer) = open.checked_sub(1) else {
                        return self.bad("`)` without `(`");
                    };
                    open = fewer;
                    text.push(letter);
                    self.step();
                }
                '{' | '}' | ';' | '\\' | '<' | '>' | '@' | ':' | '[' | ']' => {
                    return self.bad(format!("`{letter}` in a value"));
                }
                _ if letter.is_control() => return self.bad("a control character"),
                _ => {
                    text.push(letter);
                    self.step();
                }
            }
        }
    }

    /// Whether what was just read may be called.
    fn function(&self, text: &str) -> Result<(), BadCss> {
        let is_word =
            |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
        let start = text.rfind(|letter| !is_word(letter)).map_or(0, |at| {
            at + text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
        });
        let name = text.get(start..).unwrap_or_default().to_ascii_lowercase();
        if name.is_empty() || FUNCTIONS.contains(&name.as_str()) {
            return Ok(());
        }
        self.bad(format!("`{name}()` is not for themes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn anew(text: &str) -> String {
        Stylesheet::parse(text).map_or_else(|bad| format!("! {bad}"), |good| good.0)
    }

    #[test]
    fn a_usual_style_is_written_anew() {
        let text = "/* ours */ :root { --accent: #123456; --font: 'My Font', serif }\n\
                    @media (prefers-color-scheme: dark) { :root{--accent:rgb(1 2 3 / 50%);} }\n\
                    .submitButton-customizable:hover > a::before {\n color : RED !important; \
                    background: linear-gradient(to right, var(--a), #fff);}";
        assert_eq!(
            anew(text),
            ":root {--accent:#123456;--font:'My Font', serif;}\n\
             @media (prefers-color-scheme: dark) {\n:root {--accent:rgb(1 2 3 / 50%);}\n}\n\
             .submitButton-customizable:hover > a::before {color:RED !important;\
             background:linear-gradient(to right, var(--a), #fff);}\n"
        );
    }

    #[test]
    fn what_is_written_anew_reads_the_same() {
        let once = anew("a { b: calc(1px + (2px * 3)); } @supports (display: grid) { c { d: e } }");
        assert!(!once.starts_with('!'), "{once}");
        assert_eq!(anew(&once), once);
    }

    #[test]
    fn nothing_loads_and_nothing_runs() {
        for text in [
            "a { background: url(https://evil.example/x) }",
            "a { background: URL(  'x' ) }",
            "a { background: url/**/(x) }",
            "a { background: u\\72l(x) }",
            "a { background: u\\rl(x) }",
            "a { background: image-set('x' 1x) }",
            "a { background: image('x') }",
            "a { background: cross-fade(url(x), url(y)) }",
            "a { background: -webkit-image-set(url(x) 1x) }",
            "a { background: src('x') }",
            "a { --x: url(x) }",
            "a { --x: { b: url(x) } }",
            "a { width: expression(alert(1)) }",
            "a { behavior: none }",
            "a { -moz-binding: none }",
            "a { background: element(#a) }",
            "a { filter: progid:DXImageTransform.Microsoft.Alpha(x) }",
            "@import 'x';",
            "@import url(x);",
            "@charset 'utf-7';",
            "@font-face { font-family: x; src: local(x) }",
            "@namespace x url(y);",
            "@media screen { @import 'x'; }",
            "@IMPORT 'x';",
            "@property --x { syntax: '<url>' }",
            "</style><script>alert(1)</script>",
            "a { content: '</style><script>' }",
            "a { color: red } </style>",
            "a { color: \"red\n\" }",
            "a { b: \u{0} }",
            "a\\{ b: c }",
        ] {
            assert!(anew(text).starts_with('!'), "{text} became {}", anew(text));
        }
    }

    #[test]
    fn a_broken_style_is_refused_with_its_line() {
        for (text, problem) in [
            ("a {", "line 1: a block without an end"),
            ("a { b: c } }", "line 1: an end without a block"),
            ("\n\n/* x", "line 3: a comment without an end"),
            ("a { b }", "line 1: a declaration without a colon"),
            ("a { b: ; }", "line 1: `b` without a value"),
            ("a { b: c) }", "line 1: `)` without `(`"),
            ("{ b: c }", "line 1: a block without a selector"),
            ("a\n{ b: d;\n  c: url(x) }", "line 3: `url()` is not for themes"),
            ("a", "line 1: a rule without a block"),
        ] {
            assert_eq!(anew(text), format!("! {problem}"), "{text}");
        }
        assert!(anew(&" ".repeat(200_000)).starts_with('!'));
        assert!(anew(&"a{b:c}".repeat(5000)).starts_with('!'));
        assert!(anew(&"@media x{".repeat(5000)).starts_with('!'));
        assert!(anew(&format!("a {{ b: {} }}", "(".repeat(100_000))).starts_with('!'));
    }

    proptest! {
        #[test]
        fn whatever_comes_out_holds_nothing_that_loads(text in "[a@{}();:'\"/*\\\\ <ul r(,\n-]{0,60}") {
            if let Ok(good) = Stylesheet::parse(&text) {
                let flat = good.as_str().to_ascii_lowercase();
                let outside: String = flat.split(['"', '\'']).step_by(2).collect();
                prop_assert!(!outside.contains("url("));
                prop_assert!(!flat.contains('<') && !flat.contains('\\') && !flat.contains("/*"));
                prop_assert_eq!(anew(good.as_str()), good.as_str());
            }
        }
    }
}
