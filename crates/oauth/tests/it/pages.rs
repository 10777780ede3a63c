//! Do all pages speak every language, escape what they are given, and stay within their policy?

mod samples;

use oauth::pages::{
    ErrorPage, Form, Language, Look, PageFault, Render, SignIn, Theme, asset,
    content_security_policy,
};
use samples::samples;
use std::collections::BTreeSet;

/// Breaks out of texts, attributes, addresses and comments if anything lets it (SES-04).
const HOSTILE: &str = r#"<script>alert(1)</script>"'><img src=x onerror=alert(2)>--></textarea></title>{{7*7}}javascript:alert(3)"#;

fn plain(text: &str) -> String {
    text.to_owned()
}

fn hostile(_: &str) -> String {
    HOSTILE.to_owned()
}

fn look<'a>(theme: &'a Theme, language: &'a Language) -> Look<'a> {
    Look { theme, language, here: Some("/login?client_id=orchard"), root: "", theme_root: "/theme" }
}

/// Every page in every language: what it is, in which language, and its HTML.
fn all(text: &dyn Fn(&str) -> String) -> Vec<(String, Language, String)> {
    let theme = Theme::poolhouse();
    let mut pages = Vec::new();
    for language in theme.languages().iter() {
        for (name, page) in samples(text) {
            let html = page.render(&look(&theme, language)).html;
            pages.push((format!("{name} in {}", language.tag()), language.clone(), html));
        }
    }
    pages
}

/// The tags of a page, without what stands between them. A value in quotes may hold a bracket.
fn tags(html: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut tag: Option<String> = None;
    let mut quote = None;
    for letter in html.chars() {
        match (&mut tag, letter) {
            (None, '<') => tag = Some(String::new()),
            (None, _) => {}
            (Some(open), '>') if quote.is_none() => {
                tags.push(std::mem::take(open));
                tag = None;
            }
            (Some(open), _) => {
                match quote {
                    None if letter == '"' => quote = Some(letter),
                    Some(end) if letter == end => quote = None,
                    _ => {}
                }
                open.push(letter);
            }
        }
    }
    assert!(tag.is_none() && quote.is_none(), "a tag without an end");
    tags
}

fn element(tag: &str) -> &str {
    tag.split_whitespace().next().unwrap_or_default()
}

fn value<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag[start..].split('"').next()
}

fn names(html: &str) -> BTreeSet<String> {
    tags(html).iter().map(|tag| element(tag).to_owned()).collect()
}

#[test]
fn every_page_speaks_every_language() {
    let pages = all(&plain);
    assert!(pages.len() > 5 * 40);
    for (name, language, html) in &pages {
        let start = format!(
            "<!doctype html>\n<html lang=\"{}\" dir=\"{}\">",
            language.tag(),
            language.direction()
        );
        assert!(html.starts_with(&start), "{name}");
        assert_eq!(html.matches("<h1>").count(), 1, "{name}");
        // A key that no catalogue has would be shown as it is.
        for prefix in
            ["field", "fault", "notice", "error", "link", "rule", "done", "code", "choose"]
        {
            let words =
                html.split(['>', '<']).filter(|part| part.starts_with(&format!("{prefix}-")));
            assert_eq!(words.collect::<Vec<_>>(), Vec::<&str>::new(), "{name}");
        }
        if !name.starts_with("error") {
            assert!(html.contains("hreflang"), "{name} leads to other languages");
        }
    }
    let titles: BTreeSet<&str> = pages
        .iter()
        .filter(|(name, ..)| name.starts_with("signed-out"))
        .map(|(.., html)| html.split("<h1>").nth(1).unwrap().split('<').next().unwrap())
        .collect();
    assert_eq!(titles.len(), 5, "no language says it like another");
}

#[test]
fn ses_04_whatever_a_page_is_given_is_inert() {
    for ((name, _, good), (_, _, bad)) in all(&plain).into_iter().zip(all(&hostile)) {
        assert!(!bad.contains("<script>alert"), "{name}");
        assert!(!bad.contains("<img src=x"), "{name}");
        // What was given adds no element and no attribute that runs.
        let added: Vec<_> = names(&bad).difference(&names(&good)).cloned().collect();
        let known = BTreeSet::from(["div".to_owned(), "span".to_owned(), "/span".to_owned()]);
        assert!(added.iter().all(|element| known.contains(element)), "{name}: {added:?}");
        for tag in tags(&bad) {
            let outside: String = tag.split('"').step_by(2).collect();
            assert!(!outside.contains("onerror") && !outside.contains("alert"), "{name}: {tag}");
            if let Some(href) = value(&tag, "href").or_else(|| value(&tag, "action")) {
                assert!(!href.starts_with("javascript:"), "{name}: {tag}");
            }
        }
    }
}

#[test]
fn no_page_holds_a_script_or_a_style() {
    for (name, _, html) in all(&plain) {
        for tag in tags(&html) {
            assert!(value(&tag, "style").is_none(), "{name}: {tag}");
            assert_ne!(element(&tag), "style", "{name}");
            if element(&tag) == "script" {
                assert!(value(&tag, "src").is_some_and(|src| asset(src).is_some()), "{name}");
            }
            let attributes = tag.split('"').step_by(2);
            let is_handler = |part: &str| part.trim_start().starts_with("on");
            assert!(!attributes.skip(1).any(is_handler), "{name}: {tag}");
        }
        assert!(!html.contains("<script>"), "{name}");
        let is_about_passkeys = name.contains("passkey") || name.starts_with("sign-in-all");
        assert_eq!(
            html.contains("<script src=") && !name.starts_with("done"),
            is_about_passkeys && !name.starts_with("done"),
            "{name}"
        );
    }
    assert!(!content_security_policy(&[]).contains("unsafe"));
}

#[test]
fn every_file_that_a_page_names_is_there() {
    for (name, _, html) in all(&plain) {
        for tag in tags(&html) {
            let file = match element(&tag) {
                "link" => value(&tag, "href"),
                "script" | "img" => value(&tag, "src"),
                _ => continue,
            };
            assert!(asset(file.unwrap()).is_some(), "{name}: {tag}");
        }
    }
}

#[test]
fn every_input_has_a_label() {
    for (name, _, html) in all(&plain) {
        let all = tags(&html);
        let labelled: BTreeSet<&str> = all
            .iter()
            .filter(|tag| element(tag) == "label")
            .filter_map(|tag| value(tag, "for"))
            .collect();
        let ids: Vec<&str> = all.iter().filter_map(|tag| value(tag, "id")).collect();
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{name}: an id twice");
        for tag in &all {
            let is_asking = matches!(element(tag), "input" | "textarea")
                && value(tag, "type") != Some("hidden");
            if is_asking {
                let is_named = value(tag, "id").is_some_and(|id| labelled.contains(id))
                    || value(tag, "aria-label").is_some();
                assert!(is_named, "{name}: {tag}");
                let has_hint =
                    value(tag, "autocomplete").is_some() || value(tag, "type") == Some("checkbox");
                assert!(has_hint, "{name}: {tag}");
            }
            for id in value(tag, "aria-describedby").unwrap_or_default().split_whitespace() {
                assert!(ids.contains(&id), "{name}: nothing describes as {id}");
            }
        }
    }
}

#[test]
fn every_form_is_a_post_with_its_token() {
    for (name, _, html) in all(&plain) {
        let forms = html.matches("<form").count();
        assert_eq!(forms, html.matches(r#" method="post" action="/"#).count(), "{name}");
        assert_eq!(forms, html.matches(r#"name="_csrf" value="9yJ2mS0xqLk""#).count(), "{name}");
    }
}

#[test]
fn what_was_secret_is_not_written_back() {
    for (name, _, html) in all(&plain) {
        for tag in tags(&html) {
            let is_secret = value(&tag, "type") == Some("password")
                || value(&tag, "name") == Some("code")
                || value(&tag, "name") == Some("credential");
            assert!(!(is_secret && value(&tag, "value").is_some()), "{name}: {tag}");
        }
    }
}

#[test]
fn browsers_know_what_to_fill_in() {
    let theme = Theme::poolhouse();
    let language = theme.negotiate(None, None, None);
    let html = |wanted: &str| {
        let found = samples(&plain).into_iter().find(|(name, _)| *name == wanted);
        found.unwrap().1.render(&look(&theme, &language)).html
    };
    for (page, hint) in [
        ("sign-in", r#"autocomplete="username""#),
        ("sign-in", r#"autocomplete="current-password""#),
        ("sign-in-all", r#"autocomplete="username webauthn""#),
        ("sign-up", r#"autocomplete="new-password""#),
        ("code-sms", r#"autocomplete="one-time-code""#),
        ("code-sms", r#"inputmode="numeric""#),
        ("password", r#"autocomplete="username""#),
    ] {
        assert!(html(page).contains(hint), "{page} lacks {hint}");
    }
}

#[test]
fn a_theme_adds_its_files_and_its_texts() {
    let files = [
        ("theme.css".to_owned(), "a { color: red }".into()),
        ("logo.svg".to_owned(), "<svg xmlns='http://www.w3.org/2000/svg'/>".into()),
        ("en.ftl".to_owned(), "brand = <Plum & Co>".into()),
    ];
    let theme = Theme::from_files(&files.into()).unwrap();
    let language = theme.negotiate(None, None, None);
    let page = SignIn {
        client: None,
        local: None,
        providers: Vec::new(),
        sign_up: None,
        problems: Vec::new(),
        notice: None,
    };
    let html = page.render(&look(&theme, &language)).html;
    assert!(html.contains("&#60;Plum &#38; Co&#62;") && !html.contains("<Plum"));
    let theirs: Vec<&str> =
        html.split("\"/theme/").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(theirs.len(), 2);
    assert!(theirs.iter().all(|file| theme.asset(file).is_some()), "{theirs:?}");
    // Ours comes first, so that theirs is what counts.
    assert!(html.find("/assets/pages-") < html.find("/theme/theme-"));
    assert!(!html.contains("color: red"));
}

#[test]
fn an_answer_to_a_form_leads_to_no_other_language() {
    let theme = Theme::poolhouse();
    let language = theme.negotiate(None, None, None);
    let page =
        ErrorPage { fault: PageFault::NotFound, detail: None, reference: None, onward: None };
    let html = page.render(&Look { here: None, ..look(&theme, &language) }).html;
    assert!(!html.contains("hreflang"));
    let html = page.render(&Look { here: Some("/error"), ..look(&theme, &language) }).html;
    assert!(html.contains(r#"href="/error?lang=de""#));
    let html = page.render(&Look { here: Some("/a?b=\"&c"), ..look(&theme, &language) }).html;
    assert!(html.contains("/a?b=&#34;&#38;c&#38;lang=de"), "{html}");
}

#[test]
fn nothing_secret_is_logged() {
    let form = Form::new("/login", "the-token").with("state", "the-state");
    let shown = format!("{form:?}");
    assert!(
        shown.contains("/login") && !shown.contains("the-token") && !shown.contains("the-state")
    );
}
