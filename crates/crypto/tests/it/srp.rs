//! SRP between a client and the server.

use crypto::{
    SeededRandom,
    srp::{
        BadPublicValue, Ephemeral, PublicA, PublicB, SessionKey, Verifier, begin, challenge,
        client::Client, fresh_salt, session_key,
    },
};
use names::Password;
use proptest::prelude::*;
use std::time::{Duration, Instant};

const REALM: &str = "Ab1Cd2Ef3";
const TIME: &str = "Tue May 7 00:09:40 UTC 2024";
const N: &str = "\
    FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74\
    020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437\
    4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED\
    EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05\
    98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB\
    9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B\
    E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718\
    3995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33\
    A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7\
    ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864\
    D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E2\
    08E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF";

fn password(text: &str) -> Password {
    Password::parse(text).unwrap()
}

/// Both sides' keys after an exchange in which everything travels as text.
fn exchange(random: &SeededRandom, known: &str, typed: &str) -> (SessionKey, SessionKey) {
    let verifier = Verifier::derive(REALM, "alice", &password(known), fresh_salt(random));
    let verifier = Verifier::from_bytes(&verifier.to_bytes()).unwrap();
    let client = Client::new(random);
    let a = PublicA::parse(&client.public_a().to_hex()).unwrap();
    let (b, public_b) = begin(&verifier, random);
    let b = Ephemeral::from_bytes(b.to_bytes().as_slice()).unwrap();
    let theirs = client
        .session_key(REALM, "alice", &password(typed), &verifier.salt_hex(), &public_b.to_hex())
        .unwrap();
    let public_b = PublicB::parse(&public_b.to_hex()).unwrap();
    (theirs, session_key(&a, &b, &public_b, &verifier).unwrap())
}

#[test]
fn both_sides_agree_in_every_exchange() {
    let random = SeededRandom::new(1);
    for number in 0..400 {
        let secret = format!("Correct-Horse{number}!");
        let (theirs, ours) = exchange(&random, &secret, &secret);
        let proof = theirs.sign(REALM, "alice", b"block", TIME);
        assert!(ours.verifies(REALM, "alice", b"block", TIME, &proof), "exchange {number}");
    }
}

#[test]
fn a_wrong_password_proves_nothing() {
    for wrong in ["Correct-Horse7", "correct-horse7!", "Correct-Horse7!!", "x"] {
        let (theirs, ours) = exchange(&SeededRandom::new(3), "Correct-Horse7!", wrong);
        let proof = theirs.sign(REALM, "alice", b"block", TIME);
        assert!(!ours.verifies(REALM, "alice", b"block", TIME, &proof), "{wrong}");
    }
}

#[test]
fn a_proof_holds_for_one_user_block_and_time_only() {
    let (theirs, ours) = exchange(&SeededRandom::new(4), "Correct-Horse7!", "Correct-Horse7!");
    let proof = theirs.sign(REALM, "alice", b"block", TIME);
    assert!(ours.verifies(REALM, "alice", b"block", TIME, &proof));
    assert!(!ours.verifies("Ab1Cd2Ef4", "alice", b"block", TIME, &proof));
    assert!(!ours.verifies(REALM, "bob", b"block", TIME, &proof));
    assert!(!ours.verifies(REALM, "alice", b"clock", TIME, &proof));
    assert!(!ours.verifies(REALM, "alice", b"block", "Tue May 7 00:09:41 UTC 2024", &proof));
    for at in 0..proof.len() {
        let mut altered = proof;
        altered[at] ^= 1;
        assert!(!ours.verifies(REALM, "alice", b"block", TIME, &altered));
        assert!(!ours.verifies(REALM, "alice", b"block", TIME, &proof[..at]));
    }
}

#[test]
fn an_old_verifier_does_not_serve_a_new_password() {
    let random = SeededRandom::new(5);
    let old = Verifier::derive(REALM, "alice", &password("Correct-Horse7!"), fresh_salt(&random));
    let new = Verifier::derive(REALM, "alice", &password("Correct-Horse8!"), fresh_salt(&random));
    let client = Client::new(&random);
    let (b, public_b) = begin(&old, &random);
    let (salt, public) = (old.salt_hex(), public_b.to_hex());
    let theirs =
        client.session_key(REALM, "alice", &password("Correct-Horse7!"), &salt, &public).unwrap();
    let proof = theirs.sign(REALM, "alice", b"block", TIME);
    let with = |verifier| session_key(client.public_a(), &b, &public_b, verifier).unwrap();
    assert!(with(&old).verifies(REALM, "alice", b"block", TIME, &proof));
    assert!(!with(&new).verifies(REALM, "alice", b"block", TIME, &proof));
}

#[test]
fn a_verifier_knows_its_password_user_and_pool() {
    let secret = password("Correct-Horse7!");
    let verifier = Verifier::derive(REALM, "alice", &secret, [0x20; 16]);
    assert!(verifier.matches(REALM, "alice", &secret));
    assert!(!verifier.matches(REALM, "alice", &password("Correct-Horse7?")));
    assert!(!verifier.matches(REALM, "bob", &secret));
    assert!(!verifier.matches("Ab1Cd2Ef4", "alice", &secret));
}

#[test]
fn a_device_proves_itself_with_its_own_texts() {
    let random = SeededRandom::new(6);
    let (group, key) = ("-group", "eu-west-1_0b0a3a0e-0000-4000-8000-000000000000");
    let secret = password("a-device-secret");
    // The device computes its verifier and sends both values with a zero in front.
    let made = Verifier::derive(group, key, &secret, [0x9a; 16]).to_bytes();
    let (salt, v) = made.split_at(16);
    let verifier = Verifier::from_device(&[&[0], salt].concat(), &[&[0], v].concat()).unwrap();
    assert_eq!(verifier.to_bytes(), made);

    let client = Client::new(&random);
    let (b, public_b) = begin(&verifier, &random);
    let (salt, public) = (verifier.salt_hex(), public_b.to_hex());
    let theirs = client.session_key(group, key, &secret, &salt, &public).unwrap();
    let ours = session_key(client.public_a(), &b, &public_b, &verifier).unwrap();
    assert!(ours.verifies(group, key, b"block", TIME, &theirs.sign(group, key, b"block", TIME)));

    assert!(Verifier::from_device(&[1; 17], v).is_err());
    assert!(Verifier::from_device(&[1; 16], &[]).is_err());
    assert!(Verifier::from_device(&[1; 16], &hex::decode(N).unwrap()).is_err());
}

/// SRP-01.
#[test]
fn a_public_value_of_zero_or_n_or_no_number_is_refused() {
    let prime = N.to_string();
    let doubled = double(&prime);
    let zeros = "0".repeat(1024);
    for bad in [
        "",
        "0",
        "00",
        "000",
        &zeros,
        &prime,
        &prime.to_lowercase(),
        &format!("0{prime}"),
        &format!("0000{prime}"),
        &doubled,
        "-1",
        "-1f",
        "+1f",
        "0x1f",
        "1g",
        " 1f",
        "1f ",
        "1f\n",
        "1 f",
        "é1",
        "ａｂ",
        "1_f",
        "null",
    ] {
        assert_eq!(PublicA::parse(bad), Err(BadPublicValue), "{bad}");
        assert_eq!(PublicB::parse(bad), Err(BadPublicValue), "{bad}");
    }
    for good in
        ["1", "01", "aB", "ABC", &prime.replace("FFFFFFFFFFFFFFFFC", "C"), &"7".repeat(1024)]
    {
        assert!(PublicA::parse(good).is_ok(), "{good}");
    }
}

/// SRP-02.
#[test]
fn a_huge_public_value_is_refused_at_once() {
    for length in [1025, 1 << 20, 200_000_000] {
        let huge = "7".repeat(length);
        let begun = Instant::now();
        assert_eq!(PublicA::parse(&huge), Err(BadPublicValue));
        assert_eq!(PublicB::parse(&huge), Err(BadPublicValue));
        assert!(begun.elapsed() < Duration::from_millis(50), "{length} digits");
    }
}

#[test]
fn a_public_value_above_n_is_hashed_as_sent_and_calculated_reduced() {
    let random = SeededRandom::new(7);
    let verifier = Verifier::derive(REALM, "alice", &password("Correct-Horse7!"), [0x20; 16]);
    let (b, public_b) = begin(&verifier, &random);
    let above = PublicA::parse(&double(N).replace("FFFFFFFFFFFFFFFE", "FFFFFFFFFFFFFFFF")).unwrap();
    assert_eq!(above.to_hex().len(), 770);
    assert!(session_key(&above, &b, &public_b, &verifier).is_ok());
}

#[test]
fn texts_of_public_values_come_back() {
    assert_eq!(PublicA::parse("AbC").unwrap().to_hex(), "0abc");
    assert_eq!(PublicA::parse("000abc").unwrap().to_hex(), "0abc");
    let verifier = Verifier::derive(REALM, "alice", &password("Correct-Horse7!"), [0x20; 16]);
    let b = challenge(&verifier, &Ephemeral::from_bytes(&[7; 32]).unwrap());
    assert_eq!(PublicB::parse(&b.to_hex()), Ok(b.clone()));
    assert_eq!(PublicB::parse(&b.to_hex().to_uppercase()), Ok(b));
    assert!(Ephemeral::from_bytes(&[7; 31]).is_err());
}

#[test]
fn secrets_are_not_printed() {
    let (theirs, _) = exchange(&SeededRandom::new(8), "Correct-Horse7!", "Correct-Horse7!");
    let verifier = Verifier::derive(REALM, "alice", &password("Correct-Horse7!"), [0x20; 16]);
    let client = Client::with_exponent([0x11; 32]);
    assert_eq!(format!("{theirs:?}"), "SessionKey(…)");
    assert_eq!(format!("{verifier:?}"), "Verifier(…)");
    assert_eq!(format!("{:?}", Ephemeral::from_bytes(&[7; 32]).unwrap()), "Ephemeral(…)");
    assert_eq!(format!("{client:?}"), "Client { public: PublicA(384 bytes), .. }");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_a_public_value_or_is_refused(text in ".{0,1100}") {
        let _ = (PublicA::parse(&text), PublicB::parse(&text));
    }

    #[test]
    fn any_digits_are_the_number_they_say(text in "[0-9a-fA-F]{1,767}") {
        let digits = text.trim_start_matches('0').to_lowercase();
        match PublicA::parse(&text) {
            Ok(a) => prop_assert_eq!(a.to_hex().trim_start_matches('0').to_string(), digits),
            Err(_) => prop_assert!(digits.is_empty()),
        }
    }

    #[test]
    fn any_bytes_are_a_verifier_or_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..420)) {
        let _ = (Verifier::from_bytes(&bytes), Ephemeral::from_bytes(&bytes));
        let (salt, v) = bytes.split_at(bytes.len() / 20);
        let _ = Verifier::from_device(salt, v);
    }
}

/// Twice a hexadecimal number.
fn double(number: &str) -> String {
    let mut carry = 0;
    let mut digits: Vec<char> = number
        .chars()
        .rev()
        .map(|digit| {
            let twice = digit.to_digit(16).unwrap() * 2 + carry;
            carry = twice / 16;
            char::from_digit(twice % 16, 16).unwrap().to_ascii_uppercase()
        })
        .collect();
    digits.push(char::from_digit(carry, 16).unwrap());
    digits.iter().rev().collect()
}
