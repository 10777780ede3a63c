//! With what does somebody call, by what it says of itself?

use crate::Circumstances;

/// The longest name of a device.
const LONGEST: usize = 128;

impl Circumstances {
    /// With the device that this user agent speaks of, if it speaks of any.
    #[must_use]
    pub fn with_user_agent(self, user_agent: Option<&str>) -> Self {
        let Some((kind, name)) = user_agent.and_then(device) else { return self };
        Self { device: Some(kind), device_name: Some(name), ..self }
    }
}

const BROWSERS: [(&str, &str); 6] = [
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
];
const SYSTEMS: [(&str, &str); 7] = [
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

/// The kind of a device, which stays the same when its software is updated, and its name for people.
fn device(user_agent: &str) -> Option<(String, String)> {
    let version =
        |text: &str| -> String { text.chars().take_while(char::is_ascii_digit).take(8).collect() };
    let browser = BROWSERS
        .iter()
        .find_map(|(mark, name)| Some((*name, version(user_agent.split_once(mark)?.1))));
    let system = SYSTEMS.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name);
    if let (Some((browser, version)), Some(system)) = (&browser, system) {
        return Some((format!("{browser}, {system}"), format!("{browser} {version}, {system}")));
    }
    // A program: the product it names first.
    let product = user_agent.split([' ', '/']).next().and_then(short)?;
    Some((product.clone(), product))
}

/// A text as it is kept: short, and without what changes how others are shown.
fn short(text: &str) -> Option<String> {
    let short: String = text.chars().filter(|letter| !letter.is_control()).take(LONGEST).collect();
    (!short.is_empty()).then_some(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_named_by_its_browser_and_system() {
        for (user_agent, kind, name) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
                "Chrome, Windows",
                "Chrome 126, Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
                "Safari, iOS",
                "Safari 17, iOS",
            ),
            ("Boto3/1.35.0 md/Botocore#1.35.0", "Boto3", "Boto3"),
        ] {
            assert_eq!(device(user_agent), Some((kind.to_owned(), name.to_owned())));
        }
        assert_eq!(device(""), None);
    }
}
