//! Templates that want too much. Each is refused in little time and memory, and none is a panic.

use crate::house::{settings, try_resolve};
use std::time::{Duration, Instant};
use template::{DerivedIds, Template, limits};

fn refused(text: &str, expected: &str) {
    let started = Instant::now();
    let told = try_resolve(text).expect_err("the template is refused").to_string();
    assert!(told.contains(expected), "{told}");
    assert!(started.elapsed() < Duration::from_secs(10), "{expected}: {:?}", started.elapsed());
}

#[test]
fn a_billion_laughs_stop_at_a_bound() {
    let mut text = "a: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let item = format!("*a{}", level - 1);
        text.push_str(&format!("b{level}: &a{level} [{}]\n", vec![item; 10].join(", ")));
    }
    refused(&text, "more than 200000 values, aliases included");
}

#[test]
fn a_template_is_no_larger_than_cloudformation_takes() {
    refused(&"#".repeat(limits::TEMPLATE + 1), "expected at most 1048576");
}

#[test]
fn nesting_has_an_end() {
    refused(&format!("Resources: {}", "[".repeat(100)), "nested deeper than 64 levels");
    refused(&format!("Resources: {}", "[".repeat(10_000)), "recursion limit exceeded");
    refused(&"- ".repeat(10_000), "nested deeper than 64 levels");
    let json = format!("{{\"Resources\": {}1{}}}", "[".repeat(100), "]".repeat(100));
    refused(&json, "nested deeper than 64 levels");
    refused(&"{\"a\":".repeat(100_000), "");
}

#[test]
fn wide_maps_and_long_lists_have_an_end() {
    let keys = (0..100_000).map(|key| format!("k{key}: 1\n")).collect::<String>();
    refused(&keys, "more than 2000 keys in one map");
    refused(&format!("Resources: [{}]", "1,".repeat(300_000)), "more than 200000 values");
    refused(&format!("{}: 1", "k".repeat(2_000)), "");
    refused(&format!("? {}\n: 1", "k".repeat(2_000)), "at most 1024 characters");
}

#[test]
fn an_alias_cannot_hold_itself() {
    refused("a: &a [*a]", "inside the value it repeats");
}

#[test]
fn names_that_double_names_stop_at_a_bound() {
    let mut text = "Resources:\n".to_owned();
    for level in 0..40 {
        text.push_str(&format!(
            "  T{level}: {{ Type: 'AWS::SNS::Topic', Properties: {{ TopicName: !Sub '${{T{}.TopicName}}${{T{}.TopicName}}' }} }}\n",
            level + 1,
            level + 1
        ));
    }
    text.push_str("  T40: { Type: 'AWS::SNS::Topic' }\nOutputs: { X: { Value: !Ref T0 } }\n");
    refused(&text, "longer than 262144 bytes");
}

#[test]
fn a_chain_of_names_is_as_long_as_anyone_needs() {
    let chain = |length: usize| {
        let mut text = "Resources:\n".to_owned();
        for level in 0..length {
            text.push_str(&format!(
                "  T{level}: {{ Type: 'AWS::SNS::Topic', Properties: {{ TopicName: !GetAtt T{}.TopicName }} }}\n",
                level + 1
            ));
        }
        text + &format!(
            "  T{length}: {{ Type: 'AWS::SNS::Topic' }}\nOutputs: {{ X: {{ Value: !Ref T0 }} }}\n"
        )
    };
    assert!(try_resolve(&chain(40)).is_ok());
    refused(&chain(1_000), "are made of each other");
}

#[test]
fn a_long_chain_of_needs_is_walked_without_recursion() {
    let mut text = "Resources:\n".to_owned();
    for level in 0..1_900 {
        text.push_str(&format!(
            "  T{level}: {{ Type: 'AWS::SNS::Topic', DependsOn: T{} }}\n",
            level + 1
        ));
    }
    text.push_str("  T1900: { Type: 'AWS::SNS::Topic' }\n");
    assert!(try_resolve(&text).is_ok());
}

/// Cuts, doubles and replaces pieces of a good template. Whatever comes out is a verdict.
#[test]
fn no_mutation_of_a_good_template_is_a_panic() {
    let good = include_str!("../../../../template.yaml");
    let pieces = [
        "!",
        "&a ",
        "*a",
        "{",
        "}",
        "[",
        "]",
        ":",
        "- ",
        "\"",
        "'",
        "|\n",
        "? ",
        "<<: ",
        "\t",
        "\n",
        "\0",
        "!Ref ",
        "!Sub ",
        "!GetAtt ",
        "!If [",
        "${",
        "é",
        "\u{feff}",
        "---\n",
        "%TAG ! x\n",
        "~",
        "#",
    ];
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below).unwrap()).unwrap()
    };
    let characters = good.chars().collect::<Vec<_>>();
    for _ in 0..600 {
        let mut text = characters.clone();
        for _ in 0..=random(4) {
            let at = random(text.len());
            match random(4) {
                0 => text.truncate(at),
                1 => {
                    let end = (at + random(200)).min(text.len());
                    text.drain(at..end);
                }
                2 => {
                    let piece = pieces[random(pieces.len())];
                    text.splice(at..at, piece.chars());
                }
                _ => {
                    let end = (at + random(200)).min(text.len());
                    let copy = text[at..end].to_vec();
                    let to = random(text.len());
                    text.splice(to..to, copy);
                }
            }
            if text.is_empty() {
                break;
            }
        }
        let text = text.into_iter().collect::<String>();
        for name in ["template.yaml", "template.json"] {
            if let Ok(template) = Template::parse(name, &text) {
                let _ = template.resolve(&settings(&DerivedIds));
            }
        }
    }
}
