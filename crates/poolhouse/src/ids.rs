//! What are the resources of a template called here?
//!
//! Ids are derived from the master key, the stack and the logical id. So they are known before anything
//! exists, stay the same over restarts of one data directory, and are the same on every node that shares a
//! store and its key.

use crypto::MasterKey;
use names::{ClientSecret, Region};
use template::{AwsUrl, PhysicalIds};
use users::api_keys::{ApiKey, KeyId};

/// The names of a stack's resources.
pub struct StackIds<'a> {
    pub master: &'a MasterKey,
    pub stack: &'a str,
    pub region: &'a Region,
    /// Where the identity API is reached.
    pub identity_url: &'a str,
    /// Where the API of the template is reached.
    pub api_url: &'a str,
    pub has_aws_issuer: bool,
}

const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const MIXED: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

impl StackIds<'_> {
    fn text(&self, what: &str, logical_id: &str, alphabet: &[u8], length: usize) -> String {
        // Two bytes a letter, so that no letter is noticeably likelier than another.
        let mut bytes = vec![0; length * 2];
        self.master.derive(&format!("id\n{}\n{what}\n{logical_id}", self.stack), &mut bytes);
        let letter = |pair: &[u8]| {
            let number =
                pair.iter().fold(0_usize, |number, byte| number * 256 + usize::from(*byte));
            alphabet.get(number % alphabet.len()).map_or('a', |byte| char::from(*byte))
        };
        bytes.chunks(2).map(letter).collect()
    }

    fn pool_id(&self, logical_id: &str) -> String {
        format!("{}_{}", self.region, self.text("pool", logical_id, MIXED, 9))
    }

    /// The secret of a client whose template asks for one.
    pub fn client_secret(&self, logical_id: &str) -> Option<ClientSecret> {
        ClientSecret::parse(self.text("client secret", logical_id, LOWER, 52)).ok()
    }

    /// The value of an API key whose template gives none.
    pub fn gateway_key(&self, logical_id: &str) -> String {
        self.text("api key", logical_id, MIXED, 40)
    }

    /// The API key that `dev` tells of. As everything here it is known before anything exists, so it is in the
    /// outputs of every start, though only its digest is kept. Each number is another key: when one was revoked,
    /// the next takes its place.
    pub fn api_key(&self, number: u32) -> Option<ApiKey> {
        let part = |what, alphabet, length| {
            self.text(&format!("API key {what}"), &number.to_string(), alphabet, length)
        };
        let id = KeyId::parse(part("id", LOWER, 12)).ok()?;
        ApiKey::new(id, &part("secret", MIXED, 43)).ok()
    }

    fn issuer(&self, pool_id: &str) -> String {
        if self.has_aws_issuer {
            format!("https://cognito-idp.{}.amazonaws.com/{pool_id}", self.region)
        } else {
            format!("{}/{pool_id}", self.identity_url)
        }
    }
}

impl PhysicalIds for StackIds<'_> {
    fn reference(&self, logical_id: &str, kind: &str, _: Option<&str>) -> Option<String> {
        match kind {
            "AWS::Cognito::UserPool" => Some(self.pool_id(logical_id)),
            "AWS::Cognito::UserPoolClient" => Some(self.text("client", logical_id, LOWER, 26)),
            "AWS::Serverless::Api"
            | "AWS::Serverless::HttpApi"
            | "AWS::ApiGateway::RestApi"
            | "AWS::ApiGatewayV2::Api" => Some(self.text("api", logical_id, LOWER, 10)),
            _ => None,
        }
    }

    fn attribute(&self, logical_id: &str, kind: &str, attribute: &str) -> Option<String> {
        match (kind, attribute) {
            ("AWS::Cognito::UserPool", "UserPoolId") => Some(self.pool_id(logical_id)),
            ("AWS::Cognito::UserPool", "ProviderURL") => {
                Some(self.issuer(&self.pool_id(logical_id)))
            }
            ("AWS::Cognito::UserPoolClient", "ClientSecret") => {
                Some(self.client_secret(logical_id)?.reveal().to_owned())
            }
            _ => None,
        }
    }

    fn generated_secret(&self, logical_id: &str) -> Option<String> {
        Some(self.text("secret", logical_id, MIXED, 64))
    }

    fn local_url(&self, url: &AwsUrl<'_>) -> Option<String> {
        match url {
            AwsUrl::Identity { .. } => Some(self.identity_url.to_owned()),
            AwsUrl::Issuer { pool_id, .. } => Some(self.issuer(pool_id)),
            AwsUrl::Api { mount, .. } => Some(format!("{}{mount}", self.api_url)),
            AwsUrl::Domain { .. } => None,
        }
    }
}

/// Names for finding out whether a template is right, before there is a master key. What is resolved with
/// them is thrown away: their secrets are none.
pub struct NoIds;

impl PhysicalIds for NoIds {
    fn attribute(&self, _: &str, kind: &str, attribute: &str) -> Option<String> {
        let is_secret = (kind, attribute) == ("AWS::Cognito::UserPoolClient", "ClientSecret");
        is_secret.then(|| "known later".to_owned())
    }

    fn generated_secret(&self, _: &str) -> Option<String> {
        Some("known later".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_the_same_for_the_same_key_stack_and_resource_only() {
        let region = Region::parse("eu-west-1").unwrap();
        let id = |key: u8, stack: &str, logical_id: &str| {
            let master = MasterKey::from_bytes(&[key; 32]).unwrap();
            let ids = StackIds {
                master: &master,
                stack,
                region: &region,
                identity_url: "http://127.0.0.1:9229",
                api_url: "http://127.0.0.1:3000",
                has_aws_issuer: false,
            };
            ids.reference(logical_id, "AWS::Cognito::UserPool", None).unwrap()
        };
        assert_eq!(id(1, "a", "Pool"), id(1, "a", "Pool"));
        for other in [id(2, "a", "Pool"), id(1, "b", "Pool"), id(1, "a", "Other")] {
            assert_ne!(other, id(1, "a", "Pool"));
        }
        names::UserPoolId::parse(id(1, "a", "Pool")).unwrap();
    }

    #[test]
    fn a_secret_of_a_template_is_long_and_its_own() {
        let region = Region::parse("eu-west-1").unwrap();
        let master = MasterKey::from_bytes(&[1; 32]).unwrap();
        let ids = StackIds {
            master: &master,
            stack: "a",
            region: &region,
            identity_url: "http://127.0.0.1:9229",
            api_url: "http://127.0.0.1:3000",
            has_aws_issuer: false,
        };
        let secret = ids.generated_secret("Secret").unwrap();
        assert_eq!(secret.len(), 64);
        assert_eq!(ids.generated_secret("Secret").unwrap(), secret);
        assert_ne!(ids.generated_secret("Other").unwrap(), secret);
        assert_ne!(ids.text("client secret", "Secret", MIXED, 64), secret);
    }

    #[test]
    fn an_api_key_is_of_one_house_one_stack_and_one_number() {
        let region = Region::parse("eu-west-1").unwrap();
        let key = |key: u8, stack: &str, number: u32| {
            let master = MasterKey::from_bytes(&[key; 32]).unwrap();
            let ids = StackIds {
                master: &master,
                stack,
                region: &region,
                identity_url: "http://127.0.0.1:9229",
                api_url: "http://127.0.0.1:3000",
                has_aws_issuer: false,
            };
            ids.api_key(number).unwrap().reveal().to_owned()
        };
        let first = key(1, "a", 0);
        assert_eq!(first, key(1, "a", 0));
        let id = |key: &str| ApiKey::parse(key).unwrap().id().clone();
        for other in [key(2, "a", 0), key(1, "b", 0), key(1, "a", 1)] {
            assert!(other != first && id(&other) != id(&first));
        }
    }
}
