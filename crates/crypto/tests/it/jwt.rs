//! Tokens: what is signed verifies, and nothing else does.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use crypto::{
    SeededRandom, hmac_sha256,
    jwt::{
        BadToken, Jwk, Jwks, LONGEST_TOKEN, Presented, SigningKey, TooLarge, VerifyingKey, key_id,
    },
};
use proptest::prelude::*;
use std::time::{Duration, Instant};

const FIRST: &[u8] = include_bytes!("../fixtures/first.pk8");
const SECOND: &[u8] = include_bytes!("../fixtures/second.pk8");
const SMALL: &[u8] = include_bytes!("../fixtures/small.pk8");
const KID: &str = "a2V5IG9uZQ==";
const CLAIMS: &[u8] = br#"{"sub":"ann","n":1}"#;

/// `CLAIMS` under the first key, signed by another library.
const TOKEN: &str = "eyJraWQiOiJhMlY1SUc5dVpRPT0iLCJhbGciOiJSUzI1NiJ9.\
    eyJzdWIiOiJhbm4iLCJuIjoxfQ.\
    ayCBYKh6tCuCnONsW8oBc7_3acPaSNJjN8NWVwSNJk9u0h6_h-nZnBJk8hgHUooqjKnGFo5DvSQn9PkyTcl8DJXi\
    aWtwYDHBQ_A7PdJYQBVA1d4zPZZ9epU9QRnIb4aADntYlUL3c6oxKTlUgIsu2cCjrCEoYYdIcJbqJFSp4bH6zRDv\
    v-B1s9nk-q9idQUTdTLxAeYs8nRtV7y3cd5hWRMiEOxg-jBmZLW2Z0OX_NMWUiEbklOFCiH1fCbk6qjm8-0NRz0w\
    o3zSfboHAseTIksCUbUSEzhzfI9g-Ecn4a3-p8rl9kxre9Dd1eBdGbs6Q0GN8lq1gm-9EfbzNhjIRA";
const MODULUS: &str = "\
    tBB0vS0n8sbNle1u9alAWIKbFuSCRQqexHg7KdXoaOB7ndgRW9ReCpYqUSBdoZ-rBYC9Ddlg5wF42ZGbeVG68uKm\
    0-YQOIMaIXBUge12XC2mVVx2SwRZCKpSiAkVn9z133jF9tM1ZeHgDQkObWKzaTytrg6jVc9i92dW2feAAyyM6KnU\
    KiyIe5JOhT0aMK0vrjSvoCj1VWJQpEuepqfLcUob3mLEnFvugwjq-9dV60D5ckwLjD6b32aTMfGaDfj9xWLFrNA4\
    yILQ9V2FQsz7FgQSwa3rWWZfzgkKr-MY4Bn7b1ilV9qbY8R7RwUfTkbLWo5QPwAzhDxHncKJClcnbw";

fn first() -> SigningKey {
    SigningKey::from_pkcs8(KID, FIRST).unwrap()
}

/// What a verifier does: parse, find the key, verify.
fn claims(token: &str) -> Result<Vec<u8>, BadToken> {
    Presented::parse(token)?.verify(&first().verifying_key())
}

fn encode(text: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// The good token under another header: its signature cannot fit, so it must be refused one way or
/// the other.
fn under(header: &str) -> Result<Vec<u8>, BadToken> {
    let (_, rest) = TOKEN.split_once('.').unwrap();
    claims(&format!("{}.{rest}", encode(header)))
}

#[test]
fn a_token_is_signed_as_another_library_signs_it() {
    assert_eq!(first().sign(CLAIMS).unwrap().reveal(), TOKEN);
    assert_eq!(first().kid(), KID);
}

#[test]
fn the_header_has_a_key_and_an_algorithm_and_nothing_else() {
    let header = TOKEN.split('.').next().unwrap();
    let header = URL_SAFE_NO_PAD.decode(header).unwrap();
    assert_eq!(header, br#"{"kid":"a2V5IG9uZQ==","alg":"RS256"}"#);
}

#[test]
fn a_good_token_gives_its_claims() {
    let presented = Presented::parse(TOKEN).unwrap();
    assert_eq!(presented.kid(), KID);
    assert_eq!(presented.verify(&first().verifying_key()).unwrap(), CLAIMS);
}

#[test]
fn a_public_key_is_listed_as_cognito_lists_it_and_can_be_read_again() {
    let listed = serde_json::to_string(&Jwks { keys: vec![first().jwk()] }).unwrap();
    assert_eq!(
        listed,
        format!(
            r#"{{"keys":[{{"alg":"RS256","e":"AQAB","kid":"{KID}","kty":"RSA","n":"{MODULUS}","use":"sig"}}]}}"#
        )
    );
    let keys: Jwks = serde_json::from_str(&listed).unwrap();
    let key = VerifyingKey::from_jwk(keys.find(KID).unwrap()).unwrap();
    assert_eq!(Presented::parse(TOKEN).unwrap().verify(&key).unwrap(), CLAIMS);
    assert_eq!(keys.find("another"), None);
}

#[test]
fn a_key_set_may_hold_keys_of_other_kinds() {
    let keys: Jwks = serde_json::from_str(
        r#"{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA","kid":"e","x5c":["AA"]},{}]}"#,
    )
    .unwrap();
    assert!(keys.keys.iter().all(|key| VerifyingKey::from_jwk(key).is_err()));
}

#[test]
fn a_key_is_used_for_what_it_is_listed_for() {
    let good = first().jwk();
    let loads = |change: &dyn Fn(&mut Jwk)| {
        let mut jwk = good.clone();
        change(&mut jwk);
        VerifyingKey::from_jwk(&jwk).is_ok()
    };
    assert!(loads(&|_| ()));
    assert!(loads(&|jwk| jwk.alg = None));
    assert!(loads(&|jwk| jwk.usage = None));
    assert!(!loads(&|jwk| jwk.alg = Some("RS512".into())));
    assert!(!loads(&|jwk| jwk.alg = Some("HS256".into())));
    assert!(!loads(&|jwk| jwk.usage = Some("enc".into())));
    assert!(!loads(&|jwk| jwk.kty = "oct".into()));
    assert!(!loads(&|jwk| jwk.n.clear()));
    assert!(!loads(&|jwk| jwk.n = encode([0; 256])));
    assert!(!loads(&|jwk| jwk.n = encode([0xff; 255])));
    assert!(!loads(&|jwk| jwk.n = encode([0xff; 1025])));
    assert!(!loads(&|jwk| jwk.n.push('=')));
    assert!(!loads(&|jwk| jwk.n = "A".repeat(1_000_000)));
    for exponent in [&[][..], &[0], &[1], &[2], &[1, 0, 0], &[0xff; 8]] {
        assert!(!loads(&|jwk| jwk.e = encode(exponent)), "{exponent:?}");
    }
}

#[test]
fn a_private_key_must_be_large_enough_and_have_an_id() {
    assert!(SigningKey::from_pkcs8(KID, SMALL).is_err());
    assert!(SigningKey::from_pkcs8(KID, b"").is_err());
    assert!(SigningKey::from_pkcs8(KID, &FIRST[1..]).is_err());
    assert!(SigningKey::from_pkcs8("", FIRST).is_err());
    assert!(SigningKey::from_pkcs8(&"k".repeat(129), FIRST).is_err());
}

#[test]
fn a_generated_key_signs_what_its_listing_verifies() {
    let kid = key_id(&SeededRandom::new(1));
    assert_eq!((kid.len(), kid.ends_with('=')), (44, true));
    assert_eq!(STANDARD.decode(&kid).unwrap().len(), 32);
    let key = SigningKey::from_pkcs8(&kid, &SigningKey::generate()).unwrap();
    let token = key.sign(CLAIMS).unwrap();
    let presented = Presented::parse(token.reveal()).unwrap();
    assert_eq!(presented.kid(), kid);
    assert_eq!(presented.verify(&VerifyingKey::from_jwk(&key.jwk()).unwrap()).unwrap(), CLAIMS);
    assert_eq!(presented.verify(&first().verifying_key()), Err(BadToken::Signature));
}

#[test]
fn another_key_refuses_whatever_the_token_calls_it() {
    let impostor = SigningKey::from_pkcs8(KID, SECOND).unwrap();
    let token = impostor.sign(CLAIMS).unwrap();
    assert_eq!(claims(token.reveal()), Err(BadToken::Signature));
}

#[test]
fn claims_of_any_size_are_signed_or_refused() {
    for length in [0, 1, 2, 3, 10_000, 48_000] {
        let token = first().sign(&vec![b'x'; length]).unwrap();
        assert_eq!(token.reveal().split('.').count(), 3);
    }
    assert_eq!(first().sign(&vec![b'x'; 50_000]).unwrap_err(), TooLarge);
}

/// TOK-01.
#[test]
fn no_algorithm_is_no_signature() {
    let (_, rest) = TOKEN.split_once('.').unwrap();
    let (payload, signature) = rest.split_once('.').unwrap();
    for alg in [
        r#","alg":"none""#,
        r#","alg":"None""#,
        r#","alg":"NONE""#,
        r#","alg":"nOnE""#,
        "",
        r#","alg":"""#,
        r#","alg":null"#,
        r#","alg":0"#,
        r#","alg":["RS256"]"#,
        r#","alg":"rs256""#,
        r#","alg":"RS256 ""#,
        r#","alg":"RS384""#,
        r#","alg":"PS256""#,
        r#","alg":"ES256""#,
    ] {
        let header = encode(format!(r#"{{"kid":"{KID}"{alg}}}"#));
        for signature in ["", signature] {
            let token = format!("{header}.{payload}.{signature}");
            assert_eq!(claims(&token), Err(BadToken::Algorithm), "{alg}");
        }
    }
    assert_eq!(claims(&TOKEN.replace(signature, "")), Err(BadToken::Signature));
}

/// TOK-02.
#[test]
fn the_public_key_is_no_shared_secret() {
    let modulus = URL_SAFE_NO_PAD.decode(MODULUS).unwrap();
    let info: &[u8] = &[
        0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
        0x01, 0x01, 0x05, 0x00, 0x03, 0x82, 0x01, 0x0f, 0x00, 0x30, 0x82, 0x01, 0x0a, 0x02, 0x82,
        0x01, 0x01, 0x00,
    ];
    let der = [info, &modulus, &[0x02, 0x03, 0x01, 0x00, 0x01]].concat();
    let lines: Vec<String> = STANDARD
        .encode(&der)
        .as_bytes()
        .chunks(64)
        .map(|line| String::from_utf8(line.to_vec()).unwrap())
        .collect();
    let pem =
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"));
    let keys = [
        pem.clone().into_bytes(),
        format!(" {pem}").into_bytes(),
        format!("\n{pem}").into_bytes(),
        pem.trim_end().into(),
        der,
        serde_json::to_vec(&first().jwk()).unwrap(),
        MODULUS.into(),
        modulus,
    ];
    let payload = encode(CLAIMS);
    for key in keys {
        for (alg, refusal) in [
            ("HS256", BadToken::Algorithm),
            ("hs256", BadToken::Algorithm),
            ("RS256", BadToken::Signature),
        ] {
            let header = encode(format!(r#"{{"kid":"{KID}","alg":"{alg}"}}"#));
            let signed = format!("{header}.{payload}");
            let signature = encode(hmac_sha256(&key, &[signed.as_bytes()]));
            assert_eq!(claims(&format!("{signed}.{signature}")), Err(refusal));
        }
    }
}

/// TOK-03 and TOK-04: what the header brings along is not even read, so there is nobody to call.
#[test]
fn keys_and_addresses_in_the_header_are_ignored() {
    let attacker = SigningKey::from_pkcs8("attacker", SECOND).unwrap();
    let jwk = serde_json::to_string(&attacker.jwk()).unwrap();
    for extra in [
        format!(r#""jwk":{jwk}"#),
        r#""jku":"http://127.0.0.1:1/keys""#.into(),
        r#""x5u":"http://127.0.0.1:1/certificate""#.into(),
        r#""x5c":["AAAA"]"#.into(),
    ] {
        // The attacker's key signs correctly under the very header that offers it.
        let header = format!(r#"{{"kid":"{KID}","alg":"RS256",{extra}}}"#);
        let token = signed_by(SECOND, &header);
        assert!(Presented::parse(&token).unwrap().verify(&attacker.verifying_key()).is_ok());
        assert_eq!(claims(&token), Err(BadToken::Signature), "{extra}");
    }
}

/// TOK-05.
#[test]
fn a_strange_key_id_is_a_refusal_or_just_a_text() {
    let begun = Instant::now();
    for text in ["../../../dev/null", "' OR '1'='1", "%00", "\\u0000"] {
        let header = format!(r#"{{"kid":"{text}","alg":"RS256"}}"#);
        assert_eq!(under(&header), Err(BadToken::Signature), "{text}");
    }
    let long = format!(r#""{}""#, "k".repeat(4096));
    for kid in [r#""""#, "1", "null", "[]", r#"{"a":1}"#, &long] {
        let header = format!(r#"{{"kid":{kid},"alg":"RS256"}}"#);
        assert_eq!(under(&header), Err(BadToken::KeyId), "{kid}");
    }
    assert_eq!(under(r#"{"alg":"RS256"}"#), Err(BadToken::KeyId));
    assert!(begun.elapsed() < Duration::from_millis(50 * 11));
}

/// TOK-11.
#[test]
fn an_altered_token_is_refused() {
    let parts: Vec<&str> = TOKEN.split('.').collect();
    let [header, payload, signature] = parts[..] else { panic!("three segments") };

    for at in 0..TOKEN.len() {
        let mut altered = TOKEN.as_bytes().to_vec();
        altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(altered).unwrap();
        assert!(claims(&altered).is_err(), "character {at}");
        assert!(claims(&TOKEN[..at]).is_err(), "cut at {at}");
    }
    let json =
        format!(r#"{{"protected":"{header}","payload":"{payload}","signature":"{signature}"}}"#);
    for bad in [
        String::new(),
        ".".into(),
        "...".into(),
        format!("{TOKEN}."),
        format!("{TOKEN}.AAAA"),
        format!(".{TOKEN}"),
        format!(" {TOKEN}"),
        format!("{TOKEN} "),
        format!("{TOKEN}\n"),
        format!("Bearer {TOKEN}"),
        format!("{header}. {payload}.{signature}"),
        format!("{header}.{payload}.\t{signature}"),
        format!("{header}.{payload}\u{200b}.{signature}"),
        format!("{header}=.{payload}.{signature}"),
        format!("{header}.{payload}=.{signature}"),
        format!("{header}.{payload}.{signature}=="),
        format!("{header}.{payload}"),
        json,
    ] {
        assert_eq!(claims(&bad), Err(BadToken::NotCompact), "{bad}");
    }
    // The same bytes in another spelling: the last character carries four bits that say nothing.
    assert_eq!(claims(&format!("{}B", &TOKEN[..TOKEN.len() - 1])), Err(BadToken::NotCompact));
    // The standard alphabet instead of the one for addresses.
    let standard = signature.replace('-', "+").replace('_', "/");
    assert_ne!(standard, signature);
    assert_eq!(claims(&format!("{header}.{payload}.{standard}")), Err(BadToken::NotCompact));
}

/// TOK-12.
#[test]
fn a_demanded_extension_is_refused() {
    for crit in [r#"["exp"]"#, r#"["b64"]"#, "[]", "null", "false", r#""exp""#] {
        let header = format!(r#"{{"kid":"{KID}","alg":"RS256","crit":{crit}}}"#);
        assert_eq!(claims(&signed_by(FIRST, &header)), Err(BadToken::Critical), "{crit}");
    }
}

#[test]
fn a_header_is_one_object_that_says_things_once() {
    for header in [
        "",
        " ",
        "null",
        "1",
        r#""RS256""#,
        r#"["RS256","k"]"#,
        "{",
        "{}}",
        r#"{"alg":"RS256","kid":"k"} x"#,
        r#"{"alg":"none","alg":"RS256","kid":"k"}"#,
        r#"{"alg":"RS256","kid":"j","kid":"k"}"#,
        r#"{"alg":"RS256","kid":"k","x":}"#,
        "\u{feff}{}",
    ] {
        assert_eq!(under(header), Err(BadToken::Header), "{header}");
    }
    let deep = format!("{}{}", "[".repeat(4000), "]".repeat(4000));
    assert_eq!(under(&format!(r#"{{"alg":"RS256","kid":{deep}}}"#)), Err(BadToken::Header));
    let unread = format!(r#"{{"alg":"RS256","kid":"k","x":{deep}}}"#);
    assert_eq!(under(&unread), Err(BadToken::Signature));
    let (_, rest) = TOKEN.split_once('.').unwrap();
    let not_utf8 = format!("{}.{rest}", encode(b"{\"alg\":\"RS256\",\"kid\":\"\xff\"}"));
    assert_eq!(claims(&not_utf8), Err(BadToken::Header));
}

#[test]
fn a_long_token_is_not_looked_at() {
    assert_eq!(claims(&"a.".repeat(LONGEST_TOKEN)), Err(BadToken::TooLong));
    assert_eq!(claims(&"a".repeat(LONGEST_TOKEN)), Err(BadToken::NotCompact));
}

#[test]
fn keys_are_not_printed() {
    assert_eq!(format!("{:?}", first()), r#"SigningKey { kid: "a2V5IG9uZQ==", .. }"#);
    assert_eq!(format!("{:?}", first().verifying_key()), "VerifyingKey(RSA)");
    let presented = Presented::parse(TOKEN).unwrap();
    assert_eq!(format!("{presented:?}"), r#"Presented { kid: "a2V5IG9uZQ==", .. }"#);
    assert_eq!(format!("{:?}", first().sign(CLAIMS).unwrap()), "Token(…)");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_refused(text in ".{0,300}") {
        prop_assert!(claims(&text).is_err());
    }

    #[test]
    fn any_header_is_refused_under_a_foreign_signature(
        header in r#"\{("(alg|kid|crit|jwk)":("RS256"|"k"|null|1|\[\]|\{\}),?){0,4}\}"#,
    ) {
        prop_assert!(under(&header).is_err());
    }

    #[test]
    fn any_three_segments_are_refused(token in "[A-Za-z0-9_-]{0,90}\\.[A-Za-z0-9_-]{0,90}\\.[A-Za-z0-9_-]{0,90}") {
        prop_assert!(claims(&token).is_err());
    }

    #[test]
    fn any_claims_come_back(text in "\\PC{0,300}") {
        let token = first().sign(text.as_bytes()).unwrap();
        prop_assert_eq!(claims(token.reveal()).unwrap(), text.as_bytes());
    }
}

/// `CLAIMS` under any header, correctly signed.
fn signed_by(pkcs8: &[u8], header: &str) -> String {
    use aws_lc_rs::{
        rand::SystemRandom,
        signature::{RSA_PKCS1_SHA256, RsaKeyPair},
    };
    let key = RsaKeyPair::from_pkcs8(pkcs8).unwrap();
    let signed = format!("{}.{}", encode(header), encode(CLAIMS));
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    format!("{signed}.{}", encode(signature))
}
