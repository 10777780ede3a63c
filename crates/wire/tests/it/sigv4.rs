//! Signatures: the documented examples, signatures botocore made, and case ADM-01.

use bytes::Bytes;
use expect_test::{Expect, expect};
use http::Request;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use wire::sigv4::{AccessKey, Refused, Signer, Verifier, claimed, sign};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "session+token/with=signs";

fn then() -> Timestamp {
    "2015-08-30T12:36:00Z".parse().unwrap()
}

fn key() -> AccessKey {
    AccessKey::permanent("AKIDEXAMPLE", SECRET)
}

fn temporary() -> AccessKey {
    let end = then() + SignedDuration::from_hours(1);
    AccessKey::temporary("ASIAEXAMPLE", "another secret", TOKEN, end)
}

fn verifier(now: Timestamp) -> Verifier {
    Verifier::new(Arc::new(vec![key(), temporary()]), Arc::new(move || now))
}

fn verify(request: Request<Bytes>, service: &str, now: Timestamp) -> Result<Signer, Refused> {
    let (parts, body) = request.into_parts();
    verifier(now).verify(&parts, &body, service)
}

fn admin() -> Request<Bytes> {
    Request::post("http://localhost:9229/")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", "AWSCognitoIdentityProviderService.ListUserPools")
        .body(Bytes::from_static(br#"{"MaxResults": 1}"#))
        .unwrap()
}

fn signed() -> Request<Bytes> {
    sign(admin(), &key(), "eu-west-1", "cognito-idp", then()).unwrap()
}

fn signature(request: &Request<Bytes>) -> String {
    let value = request.headers()["authorization"].to_str().unwrap();
    value.rsplit_once("Signature=").unwrap().1.to_owned()
}

fn set(mut request: Request<Bytes>, name: &'static str, value: &str) -> Request<Bytes> {
    request.headers_mut().insert(name, value.parse().unwrap());
    request
}

fn refused(request: Request<Bytes>, expected: Expect) {
    let refused = verify(request, "cognito-idp", then()).unwrap_err();
    expected.assert_eq(&format!("{}: {refused}", refused.code()));
}

#[test]
fn the_documented_example_has_the_documented_signature() {
    let request = Request::get("https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08")
        .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
        .body(Bytes::new())
        .unwrap();
    let request = sign(request, &key(), "us-east-1", "iam", then()).unwrap();
    assert_eq!(
        signature(&request),
        "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    );
    assert!(verify(request, "iam", then()).is_ok());
}

#[test]
fn plain_requests_are_signed_as_in_the_published_suite() {
    for (method, expected) in [
        ("GET", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    ] {
        let request = Request::builder().method(method).uri("https://example.amazonaws.com/");
        let request = request.body(Bytes::new()).unwrap();
        let request = sign(request, &key(), "us-east-1", "service", then()).unwrap();
        assert_eq!(signature(&request), expected);
    }
}

#[test]
fn what_botocore_signs_is_accepted() {
    let of = |name: &str, region: &str, service: &str, headers: &str, signature: &str| {
        format!(
            "AWS4-HMAC-SHA256 Credential={name}/20150830/{region}/{service}/aws4_request, \
             SignedHeaders={headers}, Signature={signature}"
        )
    };
    let call = Request::post("/")
        .header("host", "cognito-idp.eu-west-1.amazonaws.com")
        .header("x-amz-date", "20150830T123600Z")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", "AWSCognitoIdentityProviderService.ListUserPools")
        .header(
            "authorization",
            of(
                "AKIDEXAMPLE",
                "eu-west-1",
                "cognito-idp",
                "content-type;host;x-amz-date;x-amz-target",
                "9d6bd082ae75e718e8703e3db34eac5f13a422a279eaf5bede8884c7e20bed31",
            ),
        )
        .body(Bytes::from_static(br#"{"MaxResults": 1}"#))
        .unwrap();
    let signer = verify(call, "cognito-idp", then()).unwrap();
    assert_eq!(
        (signer.access_key_id.as_str(), signer.region.as_str()),
        ("AKIDEXAMPLE", "eu-west-1")
    );

    let odd = Request::get("//a/./b%20c/../d/?z=1&a=%20&a=B&b")
        .header("host", "example.amazonaws.com")
        .header("x-amz-date", "20150830T123600Z")
        .header("x-amz-meta", "  two   spaces  ")
        .header(
            "authorization",
            of(
                "AKIDEXAMPLE",
                "us-east-1",
                "execute-api",
                "host;x-amz-date;x-amz-meta",
                "28b2a0e66237d6f9232fb4a7866641474fc2e8efc66e88ff6c73e4f6cf73bc6c",
            ),
        )
        .body(Bytes::new())
        .unwrap();
    assert!(verify(odd, "execute-api", then()).is_ok());
}

#[test]
fn http_2_carries_the_host_as_its_authority() {
    let mut request = signed();
    request.headers_mut().remove("host");
    assert!(verify(request, "cognito-idp", then()).is_ok());
}

#[test]
fn adm_01_unsigned() {
    refused(admin(), expect!["MissingAuthenticationTokenException: Missing Authentication Token"]);
    refused(
        set(admin(), "authorization", "Bearer abc"),
        expect!["MissingAuthenticationTokenException: Missing Authentication Token"],
    );
}

#[test]
fn adm_01_wrong_secret() {
    let guess = AccessKey::permanent("AKIDEXAMPLE", "a guess");
    let request = sign(admin(), &guess, "eu-west-1", "cognito-idp", then()).unwrap();
    refused(
        request,
        expect![
            "InvalidSignatureException: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
        ],
    );
}

#[test]
fn adm_01_unknown_key() {
    let stranger = AccessKey::permanent("AKIDSTRANGER", SECRET);
    let request = sign(admin(), &stranger, "eu-west-1", "cognito-idp", then()).unwrap();
    refused(
        request,
        expect![
            "UnrecognizedClientException: The security token included in the request is invalid."
        ],
    );
}

#[test]
fn adm_01_clock_skew() {
    let at = |minutes: i64| {
        let now = then() + SignedDuration::from_mins(minutes);
        verify(signed(), "cognito-idp", now).map_err(|refused| refused.to_string())
    };
    for minutes in [-5, 0, 5] {
        assert!(at(minutes).is_ok(), "{minutes}");
    }
    expect!["Signature expired: 20150830T123600Z is now earlier than 20150830T125100Z (20150830T125600Z - 5 min.)"].assert_eq(&at(20).unwrap_err());
    expect!["Signature not yet current: 20150830T123600Z is still later than 20150830T122100Z (20150830T121600Z + 5 min.)"].assert_eq(&at(-20).unwrap_err());
    assert!(at(6).is_err() && at(-6).is_err());
}

#[test]
fn adm_01_body_changed_after_signing() {
    let changed = signed().map(|_| Bytes::from_static(br#"{"MaxResults": 2}"#));
    refused(
        changed,
        expect![
            "InvalidSignatureException: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
        ],
    );
    // Not even if the client names the hash of the new body in a header that was signed.
    let request = set(admin(), "x-amz-content-sha256", &"0".repeat(64));
    let request = sign(request, &key(), "eu-west-1", "cognito-idp", then()).unwrap();
    refused(
        request,
        expect![
            "InvalidSignatureException: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
        ],
    );
    let request = set(admin(), "x-amz-content-sha256", "UNSIGNED-PAYLOAD");
    let request = sign(request, &key(), "eu-west-1", "cognito-idp", then()).unwrap();
    assert_eq!(verify(request, "cognito-idp", then()), Err(Refused::Mismatch));
}

#[test]
fn adm_01_missing_session_token() {
    let good = || sign(admin(), &temporary(), "eu-west-1", "cognito-idp", then()).unwrap();
    assert!(verify(good(), "cognito-idp", then()).is_ok());

    // Signed with the temporary key's secret, but without its token.
    let bare = AccessKey::permanent("ASIAEXAMPLE", "another secret");
    let request = sign(admin(), &bare, "eu-west-1", "cognito-idp", then()).unwrap();
    refused(
        request,
        expect![
            "UnrecognizedClientException: The security token included in the request is invalid."
        ],
    );

    let other =
        AccessKey::temporary("ASIAEXAMPLE", "another secret", "another token", Timestamp::MAX);
    let request = sign(admin(), &other, "eu-west-1", "cognito-idp", then()).unwrap();
    assert_eq!(verify(request, "cognito-idp", then()), Err(Refused::UnknownKey));

    let token_for_none = AccessKey::temporary("AKIDEXAMPLE", SECRET, TOKEN, Timestamp::MAX);
    let request = sign(admin(), &token_for_none, "eu-west-1", "cognito-idp", then()).unwrap();
    assert_eq!(verify(request, "cognito-idp", then()), Err(Refused::UnknownKey));
}

#[test]
fn a_temporary_key_ends() {
    let later = then() + SignedDuration::from_hours(1);
    let request = sign(admin(), &temporary(), "eu-west-1", "cognito-idp", later).unwrap();
    let refused = verify(request, "cognito-idp", later).unwrap_err();
    assert_eq!(refused.code(), "ExpiredTokenException");
}

#[test]
fn everything_amazon_reads_must_be_signed() {
    refused(
        set(signed(), "x-amz-content-sha256", "x"),
        expect![
            "IncompleteSignatureException: 'x-amz-content-sha256' must be a 'SignedHeader' in the AWS Authorization."
        ],
    );
    for name in ["x-amz-target", "host", "content-type"] {
        let request = set(signed(), name, "another");
        assert_eq!(verify(request, "cognito-idp", then()), Err(Refused::Mismatch), "{name}");
    }
    // Added by a content delivery network on the way.
    assert!(verify(set(signed(), "x-amz-cf-id", "x"), "cognito-idp", then()).is_ok());
    let mut twice = signed();
    twice.headers_mut().append("x-amz-date", "20150830T123600Z".parse().unwrap());
    assert_eq!(
        verify(twice, "cognito-idp", then()).unwrap_err().code(),
        "IncompleteSignatureException"
    );
}

#[test]
fn a_scope_is_for_one_day_and_one_service() {
    refused(
        sign(admin(), &key(), "eu-west-1", "iam", then()).unwrap(),
        expect![
            "InvalidSignatureException: Credential should be scoped to correct service: 'cognito-idp'."
        ],
    );
    refused(
        sign(admin(), &key(), "Ireland!", "cognito-idp", then()).unwrap(),
        expect!["InvalidSignatureException: Credential should be scoped to a valid region."],
    );
    let yesterday = signed().headers()["authorization"].to_str().unwrap().replace("0830", "0829");
    refused(
        set(signed(), "authorization", &yesterday),
        expect![
            "InvalidSignatureException: Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP."
        ],
    );
    let term = signed().headers()["authorization"].to_str().unwrap().replace("aws4_r", "aws5_r");
    refused(
        set(signed(), "authorization", &term),
        expect![
            "InvalidSignatureException: Credential should be scoped with a valid terminator: 'aws4_request'."
        ],
    );
}

#[test]
fn broken_headers_are_incomplete() {
    let good = signed().headers()["authorization"].to_str().unwrap().to_owned();
    let with = |authorization: &str| set(signed(), "authorization", authorization);
    refused(
        with("AWS4-HMAC-SHA256 "),
        expect![
            "IncompleteSignatureException: Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter."
        ],
    );
    refused(
        with("AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=x"),
        expect![
            "IncompleteSignatureException: Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term"
        ],
    );
    refused(
        with(&good.replace("content-type;host", "host;content-type")),
        expect![
            "IncompleteSignatureException: SignedHeaders must be a sorted list of lower-case header names."
        ],
    );
    refused(
        with(&good.replace("host;", "")),
        expect![
            "IncompleteSignatureException: 'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
        ],
    );
    refused(
        set(signed(), "x-amz-date", "yesterday"),
        expect![
            "IncompleteSignatureException: Date must be in ISO-8601 'basic format', e.g. 20150830T123600Z."
        ],
    );
    refused(
        with(&format!("{good}, Signature=0")),
        expect!["IncompleteSignatureException: The Authorization header has a parameter twice."],
    );
    refused(
        with(&format!("{good}{}", " ".repeat(5000) + "x")),
        expect![
            "IncompleteSignatureException: The Authorization header is too long or not plain text."
        ],
    );
    let mut undated = signed();
    undated.headers_mut().remove("x-amz-date");
    refused(
        undated,
        expect![
            "IncompleteSignatureException: Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
        ],
    );
}

#[test]
fn a_signature_of_any_length_but_the_right_one_is_refused() {
    let good = signature(&signed());
    for bad in ["", "0", &good[1..], &format!("{good}0"), &good.to_uppercase()] {
        let value = signed().headers()["authorization"].to_str().unwrap().replace(&good, bad);
        let request = set(signed(), "authorization", &value);
        assert_eq!(verify(request, "cognito-idp", then()), Err(Refused::Mismatch), "{bad}");
    }
}

#[test]
fn a_claim_is_read_without_proof() {
    let (parts, _) = signed().into_parts();
    assert_eq!(claimed(&parts).unwrap().region.as_str(), "eu-west-1");
    let (parts, _) = admin().into_parts();
    assert_eq!(claimed(&parts), Err(Refused::Missing));
}

#[test]
fn a_key_does_not_print_its_secret() {
    assert_eq!(
        format!("{:?} {:?}", key(), temporary()),
        "AccessKey(AKIDEXAMPLE, …) AccessKey(ASIAEXAMPLE, …)"
    );
}
