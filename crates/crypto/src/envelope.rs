//! How does a code travel to a function that is to send it?
//!
//! In the [message format](https://docs.aws.amazon.com/encryption-sdk/latest/developer-guide/message-format.html)
//! of the AWS Encryption SDK, version 2, so that a function decrypts it with the library that it uses
//! on AWS. The suite is `0x0478`: AES-256-GCM with HKDF-SHA512 and key commitment, unsigned. The data key is
//! wrapped by a local AES key (what the SDK calls a raw AES keyring) instead of one in a KMS.

use crate::{NotOurs, Random, always, equal};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf,
};
use std::fmt;
use zeroize::Zeroizing;

const VERSION: u8 = 2;
const SUITE: [u8; 2] = [0x04, 0x78];
const FRAMED: u8 = 2;
const FRAME: u32 = 4096;
const LAST: [u8; 4] = [0xff; 4];
const FIRST: [u8; 4] = [0, 0, 0, 1];
const ID: usize = 32;
const KEY: usize = 32;
const TAG: usize = 16;

/// The name under which functions know whose key it is: the namespace of their keyring.
const PROVIDER: &[u8] = b"poolhouse";

/// A key that wraps the keys of messages. Its name is told in each message, and is the keyring's name.
pub struct EnvelopeKey {
    name: String,
    key: Zeroizing<[u8; KEY]>,
}

impl EnvelopeKey {
    /// A key of this name.
    #[must_use]
    pub fn new(name: impl Into<String>, key: Zeroizing<[u8; KEY]>) -> Self {
        Self { name: name.into(), key }
    }

    /// The key itself, for a function that decrypts with the AWS Encryption SDK.
    #[must_use]
    pub fn reveal(&self) -> &[u8; KEY] {
        &self.key
    }

    /// Encrypts a short text for whoever has this key. What is in the context is readable by anybody and
    /// cannot be changed.
    ///
    /// # Errors
    /// [`NotOurs`] for a text of more than one frame, or a name or context that no message can hold.
    pub fn encrypt(
        &self,
        random: &dyn Random,
        plain: &[u8],
        context: &[(&str, &str)],
    ) -> Result<Vec<u8>, NotOurs> {
        if plain.len() > usize::try_from(FRAME).unwrap_or_default() {
            return Err(NotOurs);
        }
        let id: [u8; ID] = random.bytes();
        let data_key: Zeroizing<[u8; KEY]> = Zeroizing::new(random.bytes());
        let context = written(context)?;
        let nonce: [u8; NONCE_LEN] = random.bytes();
        let wrapped = gcm(&self.key, nonce, &context, &*data_key);
        let mut info = self.info();
        info.extend_from_slice(&nonce);

        let (key, commitment) = derive(&data_key, &id);
        let mut message = vec![VERSION];
        message.extend_from_slice(&SUITE);
        message.extend_from_slice(&id);
        sized(&mut message, &context)?;
        message.extend_from_slice(&[0, 1]);
        sized(&mut message, PROVIDER)?;
        sized(&mut message, &info)?;
        sized(&mut message, &wrapped)?;
        message.push(FRAMED);
        message.extend_from_slice(&FRAME.to_be_bytes());
        message.extend_from_slice(&commitment);
        let tag = gcm(&key, [0; NONCE_LEN], &message, &[]);
        message.extend_from_slice(&tag);

        let (nonce, bound_to) = frame(&id, plain.len());
        message.extend_from_slice(&LAST);
        message.extend_from_slice(&FIRST);
        message.extend_from_slice(&nonce);
        let length = u32::try_from(plain.len()).map_err(|_| NotOurs)?;
        message.extend_from_slice(&length.to_be_bytes());
        message.extend_from_slice(&gcm(&key, nonce, &bound_to, plain));
        Ok(message)
    }

    /// Decrypts what [`EnvelopeKey::encrypt`] gave.
    ///
    /// # Errors
    /// [`NotOurs`] for anything else.
    pub fn decrypt(&self, message: &[u8]) -> Result<Zeroizing<Vec<u8>>, NotOurs> {
        let mut rest = message;
        if take(&mut rest, 1)? != [VERSION] || take(&mut rest, 2)? != SUITE {
            return Err(NotOurs);
        }
        let id: [u8; ID] = array(&mut rest)?;
        let context = take_sized(&mut rest)?;
        if take(&mut rest, 2)? != [0, 1] || take_sized(&mut rest)? != PROVIDER {
            return Err(NotOurs);
        }
        let nonce = take_sized(&mut rest)?.strip_prefix(self.info().as_slice()).ok_or(NotOurs)?;
        let nonce = nonce.try_into().map_err(|_| NotOurs)?;
        let data_key = open(&self.key, nonce, context, take_sized(&mut rest)?)?;
        let data_key = Zeroizing::new(data_key.as_slice().try_into().map_err(|_| NotOurs)?);
        let (key, commitment) = derive(&data_key, &id);
        if take(&mut rest, 1)? != [FRAMED] || take(&mut rest, 4)? != FRAME.to_be_bytes() {
            return Err(NotOurs);
        }
        if !equal(take(&mut rest, KEY)?, &commitment) {
            return Err(NotOurs);
        }
        let head = message.get(..message.len() - rest.len()).ok_or(NotOurs)?;
        open(&key, [0; NONCE_LEN], head, take(&mut rest, TAG)?)?;
        if take(&mut rest, 4)? != LAST || take(&mut rest, 4)? != FIRST {
            return Err(NotOurs);
        }
        let length = rest.len().checked_sub(NONCE_LEN + 4 + TAG).ok_or(NotOurs)?;
        let (nonce, bound_to) = frame(&id, length);
        let told = u32::try_from(length).map_err(|_| NotOurs)?.to_be_bytes();
        if take(&mut rest, NONCE_LEN)? != nonce || take(&mut rest, 4)? != told {
            return Err(NotOurs);
        }
        open(&key, nonce, &bound_to, rest)
    }

    /// What is told of the wrapped key, before its nonce: the name, and the lengths of tag and nonce.
    fn info(&self) -> Vec<u8> {
        let mut info = self.name.as_bytes().to_vec();
        info.extend_from_slice(&128_u32.to_be_bytes());
        info.extend_from_slice(&12_u32.to_be_bytes());
        info
    }
}

impl fmt::Debug for EnvelopeKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("EnvelopeKey(…)")
    }
}

/// The key of a message and the commitment to it.
fn derive(data_key: &[u8; KEY], id: &[u8; ID]) -> (Zeroizing<[u8; KEY]>, [u8; KEY]) {
    struct Length;
    impl hkdf::KeyType for Length {
        fn len(&self) -> usize {
            KEY
        }
    }
    let source = hkdf::Salt::new(hkdf::HKDF_SHA512, id).extract(data_key);
    let expand = |info: &[&[u8]], out: &mut [u8; KEY]| {
        let filled = source.expand(info, Length).and_then(|key| key.fill(out));
        always(filled, "expanding to 32 bytes");
    };
    let (mut key, mut commitment) = (Zeroizing::new([0; KEY]), [0; KEY]);
    expand(&[&SUITE, b"DERIVEKEY"], &mut key);
    expand(&[b"COMMITKEY"], &mut commitment);
    (key, commitment)
}

/// The nonce of the only frame, and what it is bound to.
fn frame(id: &[u8; ID], length: usize) -> ([u8; NONCE_LEN], Vec<u8>) {
    let mut nonce = [0; NONCE_LEN];
    if let Some(last) = nonce.last_mut() {
        *last = 1;
    }
    let mut bound_to = id.to_vec();
    bound_to.extend_from_slice(b"AWSKMSEncryptionClient Final Frame");
    bound_to.extend_from_slice(&FIRST);
    bound_to.extend_from_slice(&u64::try_from(length).unwrap_or(u64::MAX).to_be_bytes());
    (nonce, bound_to)
}

/// A context as messages hold it: sorted pairs, or nothing at all.
fn written(context: &[(&str, &str)]) -> Result<Vec<u8>, NotOurs> {
    if context.is_empty() {
        return Ok(Vec::new());
    }
    let mut sorted = context.to_vec();
    sorted.sort_unstable();
    let count = u16::try_from(sorted.len()).map_err(|_| NotOurs)?;
    let mut bytes = count.to_be_bytes().to_vec();
    for (name, value) in sorted {
        sized(&mut bytes, name.as_bytes())?;
        sized(&mut bytes, value.as_bytes())?;
    }
    Ok(bytes)
}

fn sized(into: &mut Vec<u8>, bytes: &[u8]) -> Result<(), NotOurs> {
    let length = u16::try_from(bytes.len()).map_err(|_| NotOurs)?;
    into.extend_from_slice(&length.to_be_bytes());
    into.extend_from_slice(bytes);
    Ok(())
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], NotOurs> {
    let (taken, after) = rest.split_at_checked(length).ok_or(NotOurs)?;
    *rest = after;
    Ok(taken)
}

fn array<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], NotOurs> {
    take(rest, N)?.try_into().map_err(|_| NotOurs)
}

fn take_sized<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], NotOurs> {
    let length = u16::from_be_bytes(array(rest)?);
    take(rest, usize::from(length))
}

fn aead(key: &[u8; KEY]) -> LessSafeKey {
    LessSafeKey::new(always(UnboundKey::new(&AES_256_GCM, key), "a key of 32 bytes"))
}

fn gcm(key: &[u8; KEY], nonce: [u8; NONCE_LEN], bound_to: &[u8], plain: &[u8]) -> Vec<u8> {
    let mut bytes = plain.to_vec();
    let nonce = Nonce::assume_unique_for_key(nonce);
    let sealed = aead(key).seal_in_place_append_tag(nonce, Aad::from(bound_to), &mut bytes);
    always(sealed, "sealing less than 64 GiB");
    bytes
}

fn open(
    key: &[u8; KEY],
    nonce: [u8; NONCE_LEN],
    bound_to: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, NotOurs> {
    let mut bytes = Zeroizing::new(sealed.to_vec());
    let nonce = Nonce::assume_unique_for_key(nonce);
    let plain = aead(key).open_in_place(nonce, Aad::from(bound_to), &mut bytes);
    let length = plain.map_err(|_| NotOurs)?.len();
    bytes.truncate(length);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededRandom;
    use base64::{Engine, engine::general_purpose::STANDARD};

    fn key() -> EnvelopeKey {
        EnvelopeKey::new("key of a test", Zeroizing::new([7; KEY]))
    }

    fn message(context: &[(&str, &str)]) -> Vec<u8> {
        key().encrypt(&SeededRandom::new(1), b"123456", context).unwrap()
    }

    #[test]
    fn what_was_encrypted_is_decrypted_and_nothing_else_is() {
        for context in [&[][..], &[("userpool-id", "eu-west-1_Ab1Cd2Ef3"), ("a", "b")]] {
            let good = message(context);
            assert_eq!(key().decrypt(&good).unwrap().as_slice(), b"123456");
            for at in 0..good.len() {
                let mut bad = good.clone();
                bad[at] ^= 1;
                assert!(key().decrypt(&bad).is_err(), "byte {at}");
                assert!(key().decrypt(&good[..at]).is_err(), "cut at {at}");
            }
        }
        for other in [
            EnvelopeKey::new("key of a test", Zeroizing::new([8; KEY])),
            EnvelopeKey::new("another key", Zeroizing::new([7; KEY])),
        ] {
            assert!(other.decrypt(&message(&[])).is_err());
        }
    }

    /// Decrypted by `aws-encryption-sdk` 4.0.7 for Python, with a raw AES keyring of this name and key.
    #[test]
    fn the_format_is_the_one_of_the_aws_encryption_sdk() {
        let message = message(&[("userpool-id", "eu-west-1_Ab1Cd2Ef3")]);
        assert_eq!(STANDARD.encode(message), VECTOR);
    }

    const VECTOR: &str = concat!(
        "AgR4eDglgipvnmLaIZDoKOTJ0lduWXfjoLNiCwkt+56ZlvoAJAABAAt1c2VycG9vbC1pZAATZXUtd2VzdC0xX0Fi",
        "MUNkMkVmMwABAAlwb29saG91c2UAIWtleSBvZiBhIHRlc3QAAACAAAAADIx2VOz9ewtiO4A+LwAweuopyzmEjENI",
        "jLVNyzOQaIftdQf9ceLqahx7MtBHwgTF3dowQgevVjVoCyeJ5A+2AgAAEAB9AqQtKnIDvtj7nGrwE/Sol6c6GiBv",
        "sfwJRD4KU0xqyvsUxTkKuJNnC95JOYNv6yr/////AAAAAQAAAAAAAAAAAAAAAQAAAAbDX2viNypOgNwQ1BZ3kFwH",
        "MB61V/5A",
    );

    #[test]
    fn a_text_of_more_than_a_frame_is_refused() {
        assert!(key().encrypt(&SeededRandom::new(1), &[0; 4097], &[]).is_err());
        assert!(!format!("{:?}", key()).contains('7'));
    }
}
