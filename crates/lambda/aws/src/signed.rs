//! How is a service called for which there is no SDK here?
//!
//! Of Secrets Manager one operation is needed and of S3 three, so they are called over the signatures and the HTTP
//! client that the SDKs of the other services have brought along already, and a function starts faster.

use crate::Aws;
use aws_credential_types::{Credentials, provider::ProvideCredentials};
use aws_sigv4::{
    http_request::{
        PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
        SigningSettings, UriPathNormalizationMode, sign,
    },
    sign::v4::SigningParams,
};
use aws_smithy_http_client::{
    Connector,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::{
    client::{http::HttpConnector, identity::Identity, orchestrator::HttpRequest},
    http::Response,
};
use aws_smithy_types::body::SdkBody;
use http::{Method, Request, Uri};
use http_body_util::{BodyExt, Limited};
use jiff::Timestamp;
use kit::Unavailable;
use std::{sync::Arc, time::Duration};

/// How long a call may take. A function of the user API has ten seconds.
const PATIENCE: Duration = Duration::from_secs(3);

/// A service, as it is called by name and region.
#[derive(Clone)]
pub(crate) struct Service {
    aws: Arc<Known>,
    name: &'static str,
    what: &'static str,
}

struct Known {
    credentials: aws_types::sdk_config::SharedCredentialsProvider,
    region: String,
    client: Connector,
}

/// A call before it is signed.
pub(crate) struct Call<'a> {
    pub method: Method,
    pub url: String,
    pub headers: &'a [(&'static str, &'a str)],
    pub body: &'a [u8],
    /// The most bytes of an answer.
    pub longest: usize,
}

impl Service {
    /// The service of this name in signatures. `what` is what it is called in the log.
    ///
    /// `None` if the process does not know who or where it is; an [`Aws`] always does.
    pub(crate) fn new(aws: &Aws, name: &'static str, what: &'static str) -> Option<Self> {
        let config = aws.config();
        let client = Connector::builder().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build();
        let known = Known {
            credentials: config.credentials_provider()?,
            region: config.region()?.to_string(),
            client,
        };
        Some(Self { aws: Arc::new(known), name, what })
    }

    pub(crate) fn region(&self) -> &str {
        &self.aws.region
    }

    /// Calls the service, and answers its status and body, whatever they are.
    pub(crate) async fn call(
        &self,
        call: Call<'_>,
        now: Timestamp,
    ) -> Result<(u16, Vec<u8>), Unavailable> {
        let identity = self.identity().await?;
        let mut settings = settings();
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        let signable = SignableRequest::new(
            call.method.as_str(),
            &call.url,
            call.headers.iter().copied(),
            SignableBody::Bytes(call.body),
        );
        let signable = signable.map_err(|cause| self.unavailable(cause))?;
        let params = self.params(&identity, settings, now)?.into();
        let signed = sign(signable, &params).map_err(|cause| self.unavailable(cause))?;
        let mut request = Request::builder().method(call.method).uri(&call.url);
        for (name, value) in call.headers {
            request = request.header(*name, *value);
        }
        let request = request.body(SdkBody::from(call.body.to_vec()));
        let mut request = request.map_err(|cause| self.unavailable(cause))?;
        signed.into_parts().0.apply_to_request_http1x(&mut request);
        let request = HttpRequest::try_from(request).map_err(|cause| self.unavailable(cause))?;
        let answered = async {
            let answer: Response = self
                .aws
                .client
                .call(request)
                .await
                .map_err(|_| Unavailable::new(self.what, "the service does not answer"))?;
            let status = answer.status().as_u16();
            let body = Limited::new(answer.into_body(), call.longest).collect().await;
            let body = body.map_err(|_| Unavailable::new(self.what, "the answer is too long"))?;
            Ok((status, body.to_bytes().to_vec()))
        };
        let late = |_| Unavailable::new(self.what, "the service did not answer in time");
        tokio::time::timeout(PATIENCE, answered).await.map_err(late)?
    }

    /// An address that lets whoever has it make one call with these headers until it ends.
    pub(crate) async fn address(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        lasts: Duration,
        now: Timestamp,
    ) -> Result<String, Unavailable> {
        let identity = self.identity().await?;
        let mut settings = settings();
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(lasts);
        let headers = headers.iter().copied();
        let signable = SignableRequest::new(method, url, headers, SignableBody::UnsignedPayload);
        let signable = signable.map_err(|cause| self.unavailable(cause))?;
        let params = self.params(&identity, settings, now)?.into();
        let signed = sign(signable, &params).map_err(|cause| self.unavailable(cause))?;
        let mut request = Request::new(());
        *request.uri_mut() = url.parse::<Uri>().map_err(|cause| self.unavailable(cause))?;
        signed.into_parts().0.apply_to_request_http1x(&mut request);
        Ok(request.uri().to_string())
    }

    async fn identity(&self) -> Result<Identity, Unavailable> {
        let found: Result<Credentials, _> = self.aws.credentials.provide_credentials().await;
        found.map(Identity::from).map_err(|cause| self.unavailable(cause))
    }

    fn params<'a>(
        &'a self,
        identity: &'a Identity,
        settings: SigningSettings,
        now: Timestamp,
    ) -> Result<SigningParams<'a, SigningSettings>, Unavailable> {
        SigningParams::builder()
            .identity(identity)
            .region(self.region())
            .name(self.name)
            .time(now.into())
            .settings(settings)
            .build()
            .map_err(|cause| self.unavailable(cause))
    }

    fn unavailable(&self, cause: impl std::error::Error) -> Unavailable {
        Unavailable::new(self.what, cause.to_string())
    }
}

/// What holds for every service here. The paths of S3 are signed as they are, and nothing in ours needs an
/// escape.
fn settings() -> SigningSettings {
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings
}

/// The ending of host names in a region.
pub(crate) fn domain(region: &str) -> &'static str {
    if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" }
}
