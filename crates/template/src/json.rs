//! What does this JSON text say? `serde_json` says whether it is JSON; the walk here adds positions.

use crate::{
    limits,
    node::{Key, Node, Value},
    problem::{Place, Position, Report},
    yaml::{Fatal, add_entry},
};
use serde::de::IgnoredAny;

/// Reads the text. A duplicate key is reported and reading goes on; after a problem of syntax nothing
/// is returned.
pub(crate) fn read(text: &str, report: &mut Report) -> Option<Node> {
    if let Err((at, message)) = check(text) {
        report.add(at, &Place::Nowhere, message);
        return None;
    }
    let mut reader = Reader {
        rest: text,
        at: Position::START,
        depth: 0,
        nodes: 0,
        path: Vec::new(),
        report: &mut *report,
    };
    match reader.value(None) {
        Ok(node) => Some(node),
        Err((at, message)) => {
            reader.report.add_below(at, &reader.path, message);
            None
        }
    }
}

/// Whether the text is JSON at all.
pub(crate) fn check(text: &str) -> Result<(), Fatal> {
    serde_json::from_str::<IgnoredAny>(text).map(|_| ()).map_err(|error| {
        let bounded = |number: usize| u32::try_from(number).unwrap_or(u32::MAX).max(1);
        let at = Position { line: bounded(error.line()), column: bounded(error.column()) };
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        (at, format!("this is not JSON: {message}"))
    })
}

struct Reader<'a> {
    rest: &'a str,
    at: Position,
    depth: usize,
    nodes: usize,
    /// The keys that lead to the value being read.
    path: Vec<String>,
    report: &'a mut Report,
}

impl<'a> Reader<'a> {
    /// A value. A list or a map stands where its key stands.
    fn value(&mut self, key: Option<Position>) -> Result<Node, Fatal> {
        self.skip_space();
        let at = key.unwrap_or(self.at);
        self.nodes += 1;
        if self.depth >= limits::DEPTH {
            return Err((at, format!("nested deeper than {} levels", limits::DEPTH)));
        }
        if self.nodes > limits::NODES {
            return Err((at, format!("more than {} values", limits::NODES)));
        }
        self.depth += 1;
        let node = match self.peek() {
            Some('{') => {
                let mut entries = Vec::new();
                self.skip(1);
                while !self.is_done_with('}') {
                    let at = self.at;
                    let text = self.text()?;
                    if text.len() > limits::KEY {
                        let most = limits::KEY;
                        return Err((at, format!("expected a key of at most {most} characters")));
                    }
                    self.skip_space();
                    self.skip(1);
                    self.path.push(text.clone());
                    let node = self.value(Some(at))?;
                    if let Some((at, message)) = add_entry(&mut entries, Key { text, at }, node)? {
                        self.report.add_below(at, &self.path, message);
                    }
                    self.path.pop();
                }
                Node::new(at, Value::Map(entries))
            }
            Some('[') => {
                let mut items = Vec::new();
                self.skip(1);
                while !self.is_done_with(']') {
                    items.push(self.value(None)?);
                }
                Node::new(at, Value::List(items))
            }
            Some('"') => {
                let at = self.at;
                Node::text(at, self.text()?)
            }
            _ => {
                let at = self.at;
                let end = self.rest.find(|next: char| !is_word(next)).unwrap_or(self.rest.len());
                match self.take(end) {
                    "null" => Node::new(at, Value::Null),
                    word => Node::plain(at, word),
                }
            }
        };
        self.depth -= 1;
        Ok(node)
    }

    /// A quoted text, decoded by `serde_json`, which knows the escapes and the surrogate pairs.
    fn text(&mut self) -> Result<String, Fatal> {
        let at = self.at;
        let mut escaped = true;
        let end = self.rest.char_indices().find_map(|(index, next)| {
            let was_escaped = escaped;
            escaped = next == '\\' && !was_escaped;
            (next == '"' && !was_escaped).then_some(index + 1)
        });
        let text = self.take(end.unwrap_or(self.rest.len()));
        serde_json::from_str(text).map_err(|_| (at, "this is not JSON: a broken text".to_owned()))
    }

    /// After a member: skips the comma or the end, and says whether it was the end.
    fn is_done_with(&mut self, end: char) -> bool {
        self.skip_space();
        if self.peek() == Some(',') {
            self.skip(1);
            self.skip_space();
        }
        let done = self.peek().is_none_or(|next| next == end);
        if done {
            self.skip(1);
        }
        done
    }

    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn skip_space(&mut self) {
        let space = self.rest.len() - self.rest.trim_start().len();
        self.take(space);
    }

    fn skip(&mut self, bytes: usize) {
        self.take(bytes);
    }

    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        for next in taken.chars() {
            if next == '\n' {
                self.at = Position { line: self.at.line.saturating_add(1), column: 1 };
            } else {
                self.at.column = self.at.column.saturating_add(1);
            }
        }
        self.rest = rest;
        taken
    }
}

fn is_word(next: char) -> bool {
    next.is_ascii_alphanumeric() || matches!(next, '+' | '-' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn escapes_and_surrogates_are_read_and_positions_kept() {
        let mut report = Report::new(&Arc::from("t.json"));
        let text = "{\n  \"a\": \"x\\\"\\ud83d\\ude00\",\n  \"b\": [1, {\"c\": true}]\n}";
        let node = read(text, &mut report).unwrap();
        assert_eq!(node.get("a").and_then(Node::as_text), Some("x\"😀"));
        assert_eq!(node.to_json(), serde_json::from_str::<serde_json::Value>(text).unwrap());
        assert_eq!(node.position_of("b[1].c"), Position { line: 3, column: 18 });
    }
}
