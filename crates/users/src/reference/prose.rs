//! How does the little Markdown of doc comments become HTML?

/// The text with what HTML reads put in other words.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            letter => safe.push(letter),
        }
    }
    safe
}

/// The text as HTML: paragraphs, code and links. Whatever else Markdown knows is text.
pub fn html(text: &str) -> String {
    let paragraphs: Vec<String> = text.split("\n\n").map(|part| inline(part.trim())).collect();
    paragraphs.join("<br>")
}

fn inline(text: &str) -> String {
    let mut html = String::new();
    let mut pieces = text.split('`').peekable();
    let mut is_code = false;
    while let Some(piece) = pieces.next() {
        // A tick that is never closed opens nothing.
        if is_code && pieces.peek().is_some() {
            html.push_str(&format!("<code>{}</code>", escaped(piece)));
        } else if is_code {
            html.push('`');
            html.push_str(&linked(piece));
        } else {
            html.push_str(&linked(piece));
        }
        is_code = !is_code;
    }
    html
}

/// `[words](https://…)` leads there.
fn linked(text: &str) -> String {
    let Some((before, rest)) = text.split_once('[') else { return escaped(text) };
    let parts = rest.split_once("](").and_then(|(words, rest)| {
        let (target, rest) = rest.split_once(')')?;
        target.starts_with("https://").then_some((words, target, rest))
    });
    match parts {
        Some((words, target, rest)) => format!(
            "{}<a href=\"{}\">{}</a>{}",
            escaped(before),
            escaped(target),
            escaped(words),
            linked(rest)
        ),
        None => format!("{}[{}", escaped(before), linked(rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_and_links_are_known_and_the_rest_is_text() {
        assert_eq!(html("`a<b` and <i>"), "<code>a&lt;b</code> and &lt;i&gt;");
        assert_eq!(
            html("see [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)."),
            "see <a href=\"https://www.rfc-editor.org/rfc/rfc9457\">RFC 9457</a>."
        );
        assert_eq!(html("[x](javascript:y) `"), "[x](javascript:y) `");
        assert_eq!(html("one\n\ntwo"), "one<br>two");
    }
}
