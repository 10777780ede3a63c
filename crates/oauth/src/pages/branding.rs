//! Which theme does a style of the branding designer (managed login) mean?
//!
//! Its settings are a large document. What has a counterpart in our properties is taken: the colours of the page, the
//! form, the texts, the links, the fields and the buttons for light and dark, and the roundness of corners. Of its
//! pictures, those of the form, the page's head and the browser's tab. The rest is kept by whoever keeps the document
//! and has no effect.

use super::{BadTheme, Theme, assets::Asset, theme::picture};
use serde_json::Value;
use std::fmt::Write as _;

/// As long as a request may be.
const MAX_SETTINGS_BYTES: usize = 2 << 20;

/// Settings that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadBranding {
    #[error("the settings are no JSON document of a sensible size")]
    Settings,
    #[error(transparent)]
    Theme(#[from] BadTheme),
}

/// Our properties and where a style has them, with `MODE` for light or dark.
const COLORS: &[(&str, &str)] = &[
    ("--page", "/components/pageBackground/MODE/color"),
    ("--page-deep", "/components/pageBackground/MODE/color"),
    ("--card", "/components/form/MODE/backgroundColor"),
    ("--line-quiet", "/components/form/MODE/borderColor"),
    ("--text", "/components/pageText/MODE/headingColor"),
    ("--text-quiet", "/components/pageText/MODE/descriptionColor"),
    ("--accent", "/components/primaryButton/MODE/defaults/backgroundColor"),
    ("--on-accent", "/components/primaryButton/MODE/defaults/textColor"),
    ("--accent-strong", "/components/primaryButton/MODE/hover/backgroundColor"),
    ("--link", "/componentClasses/link/MODE/defaults/textColor"),
    ("--field", "/componentClasses/input/MODE/defaults/backgroundColor"),
    ("--line", "/componentClasses/input/MODE/defaults/borderColor"),
    ("--focus", "/componentClasses/focusState/MODE/borderColor"),
];

const LENGTHS: &[(&str, &str)] = &[
    ("--radius", "/componentClasses/buttons/borderRadius"),
    ("--radius-card", "/components/form/borderRadius"),
];

impl Theme {
    /// The theme of a style: its settings as JSON, and its pictures by category (`FORM_LOGO`), colour mode (`LIGHT`,
    /// `DARK`, `DYNAMIC`), extension (`PNG`) and bytes. A picture of which we have no counterpart is passed over.
    ///
    /// # Errors
    /// [`BadBranding`] for settings that are no document, and for a picture that is not what it says.
    pub fn from_branding(
        settings: Option<&str>,
        pictures: &[(&str, &str, &str, &[u8])],
    ) -> Result<Self, BadBranding> {
        let mut theme = Self::poolhouse();
        if let Some(settings) = settings {
            if settings.len() > MAX_SETTINGS_BYTES {
                return Err(BadBranding::Settings);
            }
            let settings = serde_json::from_str(settings).map_err(|_| BadBranding::Settings)?;
            let css = css(&settings);
            if !css.is_empty() {
                theme.style("Settings", &css)?;
            }
        }
        for (category, mode, extension, body) in pictures {
            let stem = match *category {
                "FORM_LOGO" | "PAGE_HEADER_LOGO" => "logo",
                "FAVICON_ICO" | "FAVICON_SVG" => "icon",
                _ => continue,
            };
            let name = format!("{stem}.{}", extension.to_ascii_lowercase());
            let image: Asset = picture(&name, body)?;
            match (stem, *mode) {
                ("icon", _) => theme.picture_for_tab(image),
                (_, "DARK") => theme.picture_for_dark(image),
                _ => theme.picture_for_light(image),
            }
        }
        Ok(theme)
    }
}

/// The settings as a style of ours. Only colours and lengths get in, and only as numbers.
fn css(settings: &Value) -> String {
    let mut light = String::new();
    let mut dark = String::new();
    for (property, path) in COLORS {
        for (mode, out) in [("lightMode", &mut light), ("darkMode", &mut dark)] {
            let color = settings.pointer(&path.replace("MODE", mode)).and_then(Value::as_str);
            if let Some(color) = color.filter(|color| is_color(color)) {
                let _ = write!(out, "{property}:#{color};");
            }
        }
    }
    for (property, path) in LENGTHS {
        let length = settings.pointer(path).and_then(Value::as_f64);
        if let Some(length) = length.filter(|length| (0.0..=64.0).contains(length)) {
            let _ = write!(light, "{property}:{length}px;");
        }
    }
    let scheme = settings.pointer("/categories/global/colorSchemeMode").and_then(Value::as_str);
    let mut css = String::new();
    if scheme == Some("DARK") {
        // One mode for everybody: the properties of the dark one, whatever the browser prefers.
        let _ = write!(css, ":root{{color-scheme:dark;{light}{dark}}}");
        return css;
    }
    if !light.is_empty() {
        let _ = write!(css, ":root{{{light}}}");
    }
    if !dark.is_empty() && scheme != Some("LIGHT") {
        let _ = write!(css, "@media (prefers-color-scheme: dark){{:root{{{dark}}}}}");
    }
    css
}

/// `rrggbb` or `rrggbbaa`, as the designer writes them.
fn is_color(text: &str) -> bool {
    matches!(text.len(), 6 | 8) && text.bytes().all(|digit| digit.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn style(settings: &Value) -> String {
        let theme = Theme::from_branding(Some(&settings.to_string()), &[]).unwrap();
        theme
            .stylesheet()
            .map_or_else(String::new, |file| String::from_utf8(file.body.to_vec()).unwrap())
    }

    #[test]
    fn colours_and_corners_are_taken_over() {
        let button = |color: &str| json!({ "defaults": { "backgroundColor": color } });
        let settings = json!({
            "components": {
                "primaryButton": { "lightMode": button("0972d3ff"), "darkMode": button("539fe5ff") },
                "form": { "borderRadius": 8.0 },
            },
        });
        assert_eq!(
            style(&settings),
            ":root {--accent:#0972d3ff;--radius-card:8px;}\n\
             @media (prefers-color-scheme: dark) {\n:root {--accent:#539fe5ff;}\n}\n"
        );
    }

    #[test]
    fn what_is_no_colour_does_not_get_in() {
        for bad in ["red;} a{b:c", "url(x)", "#12345", "", "0972d3f"] {
            let settings = json!({ "components": { "pageBackground": {
                "lightMode": { "color": bad } } } });
            assert_eq!(style(&settings), "", "{bad}");
        }
        assert_eq!(
            style(&json!({ "componentClasses": { "buttons": { "borderRadius": 1e9 } } })),
            ""
        );
        assert_eq!(style(&json!([])), "");
        assert!(Theme::from_branding(Some("{"), &[]).is_err());
    }

    #[test]
    fn pictures_find_their_place() {
        let svg: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg'/>";
        let theme = Theme::from_branding(
            None,
            &[
                ("FORM_LOGO", "LIGHT", "SVG", svg),
                ("FORM_LOGO", "DARK", "SVG", svg),
                ("FAVICON_SVG", "DYNAMIC", "SVG", svg),
                ("PAGE_BACKGROUND", "LIGHT", "WEBP", b"RIFF"),
            ],
        )
        .unwrap();
        assert!(theme.logo().is_some() && theme.dark_logo().is_some() && theme.icon().is_some());
        let lying = Theme::from_branding(None, &[("FORM_LOGO", "LIGHT", "PNG", svg)]);
        assert!(lying.is_err());
    }
}
