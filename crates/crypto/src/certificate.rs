//! How does somebody outside know a key by a certificate?

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::{Timestamp, tz::TimeZone};
use names::Malformed;
use rcgen::{
    CertificateParams, DistinguishedName, DnType, IsCa, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256,
    SerialNumber, date_time_ymd,
};

/// How long a certificate is good.
const YEARS: i32 = 10;

/// A certificate that the key signs for itself, good for ten years from the day before `now`, as base64 of
/// its DER: metadata of SAML holds it in that form.
///
/// # Errors
/// [`Malformed`] when it is no RSA key in PKCS #8.
pub fn self_signed_certificate(
    pkcs8: &[u8],
    common_name: &str,
    now: Timestamp,
    mut serial: [u8; 16],
) -> Result<String, Malformed> {
    let malformed = Malformed { what: "SigningKey" };
    let key = KeyPair::from_pkcs8_der_and_sign_algo(&pkcs8.into(), &PKCS_RSA_SHA256)
        .map_err(|_| malformed)?;
    // A serial number is positive, and its first byte says so.
    serial[0] &= 0x7f;
    let day = now.to_zoned(TimeZone::UTC).date().yesterday().map_err(|_| malformed)?;
    let month = u8::try_from(day.month()).map_err(|_| malformed)?;
    // The 29th of February has no anniversary in most years.
    let day_of_month = u8::try_from(day.day()).map_err(|_| malformed)?.min(28);
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    params.not_before = date_time_ymd(i32::from(day.year()), month, day_of_month);
    params.not_after = date_time_ymd(i32::from(day.year()) + YEARS, month, day_of_month);
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let certificate = params.self_signed(&key).map_err(|_| malformed)?;
    Ok(STANDARD.encode(certificate.der()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SigningKey;

    #[test]
    fn a_certificate_names_its_key_and_its_years() {
        let pkcs8 = SigningKey::generate();
        let now: Timestamp = "2028-02-29T08:00:00Z".parse().unwrap();
        let text = self_signed_certificate(&pkcs8, "eu-west-1_Ab1Cd2Ef3", now, [0xff; 16]).unwrap();
        let der = STANDARD.decode(text).unwrap();
        let holds = |bytes: &[u8]| der.windows(bytes.len()).any(|window| window == bytes);
        assert!(holds(b"eu-west-1_Ab1Cd2Ef3"));
        assert!(holds(b"280228000000Z") && holds(b"380228000000Z"));
        assert!(self_signed_certificate(b"no key", "a", now, [0; 16]).is_err());
    }
}
