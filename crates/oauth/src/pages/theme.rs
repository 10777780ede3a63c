//! Whose pages are these?
//!
//! A theme is a folder of files, all of which may be missing:
//!
//! | file | what it is |
//! | --- | --- |
//! | `theme.css` | colours (the properties of `:root`) and any other style, read by [`Stylesheet`] |
//! | `logo.svg`, `logo.png`, `logo.jpg` | the picture in place of ours; `logo-dark.*` for dark pages |
//! | `icon.svg`, `icon.png`, `icon.ico` | the picture in the tab of the browser |
//! | `en.ftl`, `de.ftl`, … | texts, beginning with `brand`; those that are not there are ours |
//!
//! The front reads the files; nothing here does. Or it comes from the API, as a style and a picture.

use super::{
    BadCss, BadTexts, Language, Languages, Stylesheet,
    assets::{Asset, Kind},
};
use bytes::Bytes;
use std::collections::BTreeMap;

/// Room for a picture that is shown at a size of 260 by 56.
const MAX_PICTURE_BYTES: usize = 1 << 20;
/// As much as a folder may hold.
const MAX_FILES: usize = 50;

/// The looks and the texts of an application.
#[derive(Clone)]
pub struct Theme {
    logo: Option<Asset>,
    dark_logo: Option<Asset>,
    icon: Option<Asset>,
    stylesheet: Option<Asset>,
    languages: Languages,
}

/// A theme that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTheme {
    #[error("`{file}`: {problem}")]
    Css { file: String, problem: BadCss },
    #[error(transparent)]
    Texts(#[from] BadTexts),
    #[error("`{0}` is not a picture of its kind")]
    Picture(String),
    #[error("`{0}` is larger than a megabyte")]
    TooLarge(String),
    #[error("`{0}` is not UTF-8")]
    NotText(String),
    #[error("`{0}` is no file of a theme")]
    Unknown(String),
    #[error("there are more than {MAX_FILES} files")]
    TooMany,
}

impl Theme {
    /// Our own.
    #[must_use]
    pub fn poolhouse() -> Self {
        Self {
            logo: None,
            dark_logo: None,
            icon: None,
            stylesheet: None,
            languages: Languages::stock(),
        }
    }

    /// A theme of files, by their names in the folder.
    ///
    /// # Errors
    /// [`BadTheme`] for the first that cannot be used. One that no theme has is an error, too: it would be a slip of
    /// the pen.
    pub fn from_files(files: &BTreeMap<String, Bytes>) -> Result<Self, BadTheme> {
        if files.len() > MAX_FILES {
            return Err(BadTheme::TooMany);
        }
        let mut theme = Self::poolhouse();
        for (name, body) in files {
            let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
            match (stem, extension) {
                ("theme", "css") => theme.style(name, text(name, body)?)?,
                ("logo", _) => theme.logo = Some(picture(name, body)?),
                ("logo-dark", _) => theme.dark_logo = Some(picture(name, body)?),
                ("icon", _) => theme.icon = Some(picture(name, body)?),
                (language, "ftl") => theme.languages.add(language, text(name, body)?)?,
                _ => return Err(BadTheme::Unknown(name.clone())),
            }
        }
        Ok(theme)
    }

    /// The theme of the API's UI customization. Its classes (`submitButton-customizable` and so on) are on our
    /// elements, too.
    ///
    /// # Errors
    /// [`BadTheme`] for a style that may not be, and for a picture that is neither PNG nor JPEG.
    pub fn from_customization(css: Option<&str>, image: Option<&[u8]>) -> Result<Self, BadTheme> {
        let mut theme = Self::poolhouse();
        if let Some(css) = css.filter(|css| !css.trim().is_empty()) {
            theme.style("CSS", css)?;
        }
        theme.logo = image.map(raster).transpose()?;
        Ok(theme)
    }

    /// This theme where it says something, and elsewhere another: a style comes after the other's, and a logo goes
    /// with a dark one of its own or with none. The texts are the other's.
    #[must_use]
    pub fn over(mut self, base: &Self) -> Self {
        self.languages = base.languages.clone();
        if self.logo.is_none() && self.dark_logo.is_none() {
            self.logo.clone_from(&base.logo);
            self.dark_logo.clone_from(&base.dark_logo);
        }
        if self.icon.is_none() {
            self.icon.clone_from(&base.icon);
        }
        self.stylesheet = match (self.stylesheet, &base.stylesheet) {
            (Some(own), Some(others)) => {
                let both = [others.body.as_ref(), own.body.as_ref()].concat();
                Some(Asset::hashed("", "theme", Kind::Css, both.into()))
            }
            (own, others) => own.or_else(|| others.clone()),
        };
        self
    }

    /// How many bytes its files have.
    pub(crate) fn size(&self) -> usize {
        let files = [&self.logo, &self.dark_logo, &self.icon, &self.stylesheet];
        files.into_iter().flatten().map(|file| file.body.len()).sum()
    }

    pub(super) fn style(&mut self, file: &str, text: &str) -> Result<(), BadTheme> {
        let style = Stylesheet::parse(text)
            .map_err(|problem| BadTheme::Css { file: file.to_owned(), problem })?;
        let body = Bytes::from(style.as_str().to_owned());
        self.stylesheet = Some(Asset::hashed("", "theme", Kind::Css, body));
        Ok(())
    }

    pub(super) fn picture_for_light(&mut self, image: Asset) {
        self.logo = Some(image);
    }

    pub(super) fn picture_for_dark(&mut self, image: Asset) {
        self.dark_logo = Some(image);
    }

    pub(super) fn picture_for_tab(&mut self, image: Asset) {
        self.icon = Some(image);
    }

    /// The language for somebody who asked for one (`lang`), asked for one before (the cookie `lang`), and whose
    /// browser accepts some (`Accept-Language`).
    #[must_use]
    pub fn negotiate(
        &self,
        asked: Option<&str>,
        kept: Option<&str>,
        accepted: Option<&str>,
    ) -> Language {
        self.languages.negotiate(asked, kept, accepted)
    }

    /// The file of this name, the last part of its address.
    #[must_use]
    pub fn asset(&self, name: &str) -> Option<&Asset> {
        let files = [&self.logo, &self.dark_logo, &self.icon, &self.stylesheet];
        files.into_iter().flatten().find(|file| file.name() == name)
    }

    /// All languages that it speaks.
    #[must_use]
    pub const fn languages(&self) -> &Languages {
        &self.languages
    }

    pub(super) const fn logo(&self) -> Option<&Asset> {
        self.logo.as_ref()
    }

    pub(super) const fn dark_logo(&self) -> Option<&Asset> {
        self.dark_logo.as_ref()
    }

    pub(super) const fn icon(&self) -> Option<&Asset> {
        self.icon.as_ref()
    }

    pub(super) const fn stylesheet(&self) -> Option<&Asset> {
        self.stylesheet.as_ref()
    }
}

fn text<'a>(name: &str, body: &'a Bytes) -> Result<&'a str, BadTheme> {
    std::str::from_utf8(body).map_err(|_| BadTheme::NotText(name.to_owned()))
}

/// A picture that is what its name says. SVG is served with a policy that lets it run nothing.
pub(super) fn picture(name: &str, body: &[u8]) -> Result<Asset, BadTheme> {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let kind = kind_of(body).ok_or_else(|| BadTheme::Picture(name.to_owned()))?;
    let is_as_said = match extension {
        "svg" => kind == Kind::Svg,
        "png" => kind == Kind::Png,
        "jpg" | "jpeg" => kind == Kind::Jpeg,
        "ico" => kind == Kind::Icon,
        _ => return Err(BadTheme::Unknown(name.to_owned())),
    };
    if body.len() > MAX_PICTURE_BYTES {
        return Err(BadTheme::TooLarge(name.to_owned()));
    }
    match is_as_said {
        true => Ok(Asset::hashed("", stem, kind, Bytes::copy_from_slice(body))),
        false => Err(BadTheme::Picture(name.to_owned())),
    }
}

/// A picture of the API, of which only the bytes say what it is.
fn raster(body: &[u8]) -> Result<Asset, BadTheme> {
    match kind_of(body) {
        Some(Kind::Png) => picture("logo.png", body),
        Some(Kind::Jpeg) => picture("logo.jpg", body),
        _ => Err(BadTheme::Picture("ImageFile".to_owned())),
    }
}

fn kind_of(body: &[u8]) -> Option<Kind> {
    if body.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some(Kind::Png);
    }
    if body.starts_with(b"\xff\xd8\xff") {
        return Some(Kind::Jpeg);
    }
    if body.starts_with(b"\0\0\x01\0") {
        return Some(Kind::Icon);
    }
    let start = std::str::from_utf8(body).ok()?.trim_start_matches('\u{feff}').trim_start();
    let is_svg =
        start.starts_with("<svg") || (start.starts_with("<?xml") && start.contains("<svg"));
    is_svg.then_some(Kind::Svg)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n rest";

    fn theme(files: &[(&str, &[u8])]) -> Result<Theme, BadTheme> {
        let owned =
            |(name, body): &(&str, &[u8])| ((*name).to_owned(), Bytes::copy_from_slice(body));
        Theme::from_files(&files.iter().map(owned).collect())
    }

    #[test]
    fn a_folder_becomes_a_theme() {
        let theme = theme(&[
            ("theme.css", b":root { --accent: #345 }"),
            ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
            ("logo-dark.png", PNG),
            ("de.ftl", "brand = Möwe".as_bytes()),
        ])
        .unwrap();
        let style = theme.stylesheet().unwrap();
        assert_eq!(theme.asset(style.name()).unwrap().content_type, "text/css; charset=utf-8");
        assert_eq!(theme.logo().unwrap().content_type, "image/svg+xml");
        assert_eq!(theme.dark_logo().unwrap().content_type, "image/png");
        assert_eq!(theme.negotiate(Some("de"), None, None).say("brand"), "Möwe");
        assert!(theme.asset("theme.css").is_none());
        assert!(theme.asset("").is_none());
    }

    #[test]
    fn a_bad_file_is_named() {
        for (name, body, problem) in [
            ("theme.css", b"a { b: url(x) }".as_slice(), "`theme.css`: line 1: `url()`"),
            ("theme.css", b"\xff", "`theme.css` is not UTF-8"),
            ("logo.png", b"<svg/>", "`logo.png` is not a picture"),
            ("logo.svg", b"<html><script>", "`logo.svg` is not a picture"),
            ("logo.html", b"<svg/>", "`logo.html` is no file"),
            ("colors.css", b"", "`colors.css` is no file"),
            ("de.ftl", b"brand = {", "the texts for `de`"),
            ("my words.ftl", b"brand = x", "the texts for `my words`"),
        ] {
            let told = theme(&[(name, body)]).err().unwrap().to_string();
            assert!(told.starts_with(problem), "{told}");
        }
        let large = [PNG, &vec![0; 2 << 20]].concat();
        assert_eq!(
            theme(&[("logo.png", &large)]).err().unwrap(),
            BadTheme::TooLarge("logo.png".to_owned())
        );
    }

    #[test]
    fn a_theme_over_another_says_the_last_word() {
        let base = theme(&[
            ("theme.css", b"a { color: red }"),
            ("logo.png", PNG),
            ("en.ftl", b"brand = Base"),
        ])
        .unwrap();
        let own = Theme::from_customization(Some("a { color: blue }"), None).unwrap().over(&base);
        let css = own.stylesheet().unwrap().body.clone();
        assert_eq!(css, Bytes::from_static(b"a {color:red;}\na {color:blue;}\n"));
        assert_eq!(own.logo(), base.logo());
        assert_eq!(own.negotiate(None, None, None).say("brand"), "Base");
        assert_eq!(Theme::poolhouse().over(&base).stylesheet(), base.stylesheet());
    }

    #[test]
    fn the_api_customizes_with_a_style_and_a_picture() {
        let css = ".submitButton-customizable { background-color: #123; }";
        let theme = Theme::from_customization(Some(css), Some(PNG)).unwrap();
        assert!(theme.stylesheet().is_some() && theme.logo().is_some());
        assert!(Theme::from_customization(Some(" "), None).unwrap().stylesheet().is_none());
        assert!(Theme::from_customization(Some("@import 'x';"), None).is_err());
        assert!(Theme::from_customization(None, Some(b"<svg/>")).is_err());
    }
}
