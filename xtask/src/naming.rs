//! What is a wire name called in Rust?

/// `CallbackURLs` → `callback_urls`, `AllowedOAuthFlows` → `allowed_oauth_flows`, `MFAOptions` →
/// `mfa_options`.
pub fn snake(name: &str) -> String {
    let name = name.replace("OAuth", "Oauth").replace("URLs", "Urls");
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 8);
    let mut before: Option<char> = None;
    for (at, &letter) in letters.iter().enumerate() {
        let after = letters.get(at + 1);
        let starts_word = letter.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || after.is_some_and(char::is_ascii_lowercase)
            });
        if starts_word && before != Some('_') {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
        before = Some(letter);
    }
    match out.as_str() {
        "type" | "match" | "use" | "where" | "ref" | "self" | "move" => format!("r#{out}"),
        _ => out,
    }
}

/// `UserPoolIdType` → `USER_POOL_ID_TYPE`.
pub fn upper(name: &str) -> String {
    snake(name).trim_start_matches("r#").to_ascii_uppercase()
}

/// `USER_SRP_AUTH` → `UserSrpAuth`, `V1_0` → `V1_0`, `phone_number` → `PhoneNumber`, `InProgress` stays.
pub fn variant(value: &str) -> String {
    let has_words = value.contains(['_', '-', ' ']);
    let is_shouting = !value.chars().any(|letter| letter.is_ascii_lowercase());
    let mut out = String::new();
    for word in value.split(['_', '-', ' ']).filter(|word| !word.is_empty()) {
        let both_digits = out.ends_with(|letter: char| letter.is_ascii_digit())
            && word.starts_with(|letter: char| letter.is_ascii_digit());
        if both_digits {
            out.push('_');
        }
        let mut letters = word.chars();
        out.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        if has_words || is_shouting {
            out.extend(letters.map(|letter| letter.to_ascii_lowercase()));
        } else {
            out.extend(letters);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_names_become_readable_fields() {
        for (wire, rust) in [
            ("UserPoolId", "user_pool_id"),
            ("CallbackURLs", "callback_urls"),
            ("AllowedOAuthFlows", "allowed_oauth_flows"),
            ("UserMFASettingList", "user_mfa_setting_list"),
            ("DefaultRedirectURI", "default_redirect_uri"),
            ("KMSKeyID", "kms_key_id"),
            ("Type", "r#type"),
            ("CSS", "css"),
        ] {
            assert_eq!(snake(wire), rust);
        }
        assert_eq!(upper("SMSMfaConfigType"), "SMS_MFA_CONFIG_TYPE");
    }

    #[test]
    fn enum_values_become_variants() {
        for (wire, rust) in [
            ("USER_SRP_AUTH", "UserSrpAuth"),
            ("V1_0", "V1_0"),
            ("TLS_V1_2_2021", "TlsV1_2_2021"),
            ("phone_number", "PhoneNumber"),
            ("InProgress", "InProgress"),
            ("SAML2", "Saml2"),
            ("OIDC", "Oidc"),
            ("code", "Code"),
        ] {
            assert_eq!(variant(wire), rust);
        }
    }
}
