//! What does every page look like? `cargo run -p oauth --example gallery -- DIR` writes all of them, in all languages,
//! as files that a browser opens, and `DIR/index.html` that leads to them.

#[path = "../tests/it/pages/samples.rs"]
mod samples;

use bytes::Bytes;
use oauth::pages::{Look, Theme, asset, content_security_policy};
use std::{collections::BTreeMap, error::Error, fmt::Write as _, fs, path::Path};

/// A small theme, to see that one works.
const STYLE: &str = ":root { --accent: #7a2e6b; --accent-strong: #5c1f50; --link: #7a2e6b; \
    --focus: #7a2e6b; --page: #faf4f8; --page-deep: #efdfea; --radius: 999px; }\n\
    @media (prefers-color-scheme: dark) { :root { --accent: #f0a6de; --accent-strong: #f7c8ec; \
    --on-accent: #3a0d31; --link: #f3b7e5; --page: #1b1019; --page-deep: #2b1727; --card: #251722; \
    --field: #1b1019; --line: #8d7486; --line-quiet: #432b3d; \
    --text-quiet: #c9b3c3; --focus: #f0a6de; --tint: #38222f; } }\n\
    .card { border-width: 0; }";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("where to? give the name of a folder")?;
    let folder = Path::new(&folder);
    let stock = Theme::poolhouse();
    let mut index =
        String::from("<!doctype html>\n<meta charset=\"utf-8\">\n<title>Pages</title>\n");
    for language in stock.languages().iter() {
        write!(index, "<h2 lang=\"{0}\">{0}</h2>\n<ul>\n", language.tag())?;
        let inner = folder.join(language.tag());
        fs::create_dir_all(&inner)?;
        for (name, page) in samples::samples(&str::to_owned) {
            let here = format!("?page={name}");
            let look = Look {
                theme: &stock,
                language,
                here: Some(&here),
                root: "..",
                theme_root: "../theme",
            };
            keep(&inner, name, &page.render(&look).html, folder)?;
            writeln!(index, "<li><a href=\"{}/{name}.html\">{name}</a></li>", language.tag())?;
        }
        index.push_str("</ul>\n");
    }
    themed(folder)?;
    // So that whoever serves the files can serve them as the real ones are.
    fs::write(folder.join("policy.txt"), content_security_policy(&[]))?;
    fs::write(folder.join("index.html"), index)?;
    Ok(())
}

/// The same with the theme, in English.
fn themed(folder: &Path) -> Result<(), Box<dyn Error>> {
    let logo = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 150 40' width='150' height='40'>\
        <circle cx='20' cy='20' r='14' fill='#b4489c'/><circle cx='27' cy='15' r='5' fill='#fff' \
        opacity='.6'/><path d='M44 20h100' stroke='#b4489c' stroke-width='7' stroke-linecap='round' \
        stroke-dasharray='22 12'/></svg>";
    let files: BTreeMap<String, Bytes> = [
        ("theme.css".to_owned(), Bytes::from_static(STYLE.as_bytes())),
        ("logo.svg".to_owned(), Bytes::from_static(logo.as_bytes())),
        ("en.ftl".to_owned(), Bytes::from_static(b"brand = Plum\nsign-in-title = Welcome back")),
    ]
    .into();
    let theme = Theme::from_files(&files)?;
    let language = theme.negotiate(Some("en"), None, None);
    let inner = folder.join("themed");
    fs::create_dir_all(&inner)?;
    let look =
        Look { theme: &theme, language: &language, here: None, root: "..", theme_root: "../theme" };
    for (name, page) in samples::samples(&str::to_owned) {
        let html = page.render(&look).html;
        for file in addresses(&html, "../theme/") {
            if let Some(found) = theme.asset(&file) {
                fs::create_dir_all(folder.join("theme"))?;
                fs::write(folder.join("theme").join(&file), &found.body)?;
            }
        }
        keep(&inner, name, &html, folder)?;
    }
    Ok(())
}

/// Writes a page and those of our files that it names.
fn keep(inner: &Path, name: &str, html: &str, folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::write(inner.join(format!("{name}.html")), html)?;
    for file in addresses(html, "../assets/") {
        if let Some(found) = asset(&format!("/assets/{file}")) {
            fs::create_dir_all(folder.join("assets"))?;
            fs::write(folder.join("assets").join(&file), &found.body)?;
        }
    }
    Ok(())
}

/// What a page names below a folder.
fn addresses(html: &str, below: &str) -> Vec<String> {
    let parts = html.split(below).skip(1);
    parts.filter_map(|part| part.split('"').next()).map(str::to_owned).collect()
}
