//! What is an operation, and what has to be said about one?

use crate::{BODY_LIMIT, Fault, constraints::Structure};
use bytes::Bytes;
use http::request::Parts;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{collections::BTreeMap, net::IpAddr, pin::Pin};

/// An API as its door sees it. Generated, one per service model.
#[derive(Debug, Clone, Copy)]
pub struct Api {
    /// What stands before the dot of `X-Amz-Target`.
    pub target_prefix: &'static str,
    /// The service's name in a credential scope.
    pub signing_name: &'static str,
    /// Every operation of the model, sorted.
    pub operations: &'static [&'static str],
    /// The code of an answer to broken constraints.
    pub violation: &'static str,
}

/// What the service model says about an operation. Generated.
pub trait Modelled: 'static {
    /// The name after the dot of `X-Amz-Target`.
    const NAME: &'static str;
    /// What a client sends.
    type Input: DeserializeOwned + Send;
    /// What a client is answered.
    type Output: Serialize + Send;
    /// The constraints of the input.
    const INPUT: &'static Structure;
    /// The errors the operation declares, sorted.
    const ERRORS: &'static [&'static str];
    /// Without an output shape the body of a success is empty, not `{}`.
    const HAS_OUTPUT: bool;
    /// The model says `authtype: none`: clients do not sign.
    const UNSIGNED: bool;
}

/// The output of an operation that has no output shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct NoOutput;

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody. The input may prove more, for example by a secret hash.
    Public,
    /// Whoever has an access token, which is a member of the input.
    AccessToken,
    /// Whoever has an access token or the session of a challenge, both members of the input.
    AccessTokenOrSession,
    /// Whoever signs the request with an access key, or proves in the input to be a client. SDKs sign it with
    /// whatever they have, so a wrong signature is as good as none.
    IamOrClient,
    /// Whoever signs the request with an access key.
    Iam,
}

/// What the operations of an API work on.
pub trait Service: Send + Sync + 'static {
    /// Why an operation of this service did not succeed.
    type Error: Send;

    /// How an error looks to an AWS client. The one place where a code and a text are chosen.
    fn fault(error: Self::Error) -> Fault;

    /// The ARN of what an operation with this input works on, for whoever asks whether the caller may; `*` if it is
    /// nothing in particular, or if the input does not say it in its form. The input has not been checked.
    fn resource(&self, operation: &str, input: &Value) -> String {
        let _ = (operation, input);
        "*".to_owned()
    }

    /// Whether there is room for one more call of this operation. Asked once the caller is known, and before
    /// anything is read for the call.
    ///
    /// # Errors
    /// Why the caller has to wait.
    fn admit(&self, operation: &'static str) -> Result<(), Self::Error> {
        let _ = operation;
        Ok(())
    }

    /// The service as this call sees it, or `None` to be used as it is. A service that lives in many
    /// regions answers itself in the call's. The input has passed its constraints.
    fn for_call(&self, call: &Call, input: &Value) -> Option<Self>
    where
        Self: Sized,
    {
        let _ = (call, input);
        None
    }

    /// Whether the operation may begin at all, asked of the service as this call sees it.
    fn may_begin(&self, input: &Value) -> impl Future<Output = Result<(), Self::Error>> + Send {
        let _ = input;
        async { Ok(()) }
    }
}

/// The address of a caller, as an extension of a request: whoever accepts connections says it, or knows better
/// than the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

impl Peer {
    /// The address that a request comes from, if anybody said it.
    #[must_use]
    pub fn of(request: &Parts) -> Option<IpAddr> {
        request.extensions.get::<Self>().map(|peer| peer.0)
    }
}

/// What a door knows about a call apart from its input.
#[derive(Debug, Clone)]
pub struct Call {
    /// The operation's name.
    pub operation: &'static str,
    /// The id in the answer's `x-amzn-RequestId` and in the log.
    pub request_id: String,
    /// The region of the credential scope, if the call is signed and the operation asks for that.
    pub region: Option<names::Region>,
    /// The access key id, likewise.
    pub access_key_id: Option<String>,
    /// The client's `User-Agent`, at most 256 characters of it.
    pub user_agent: Option<String>,
    /// Where the call comes from, if the request says.
    pub peer: Option<IpAddr>,
}

/// What an operation does. One file each; see the crate `idp`.
pub trait Operation<S: Service>: Modelled {
    /// Who may call it.
    const ACCESS: Access;

    /// The largest body that is read.
    const BODY_LIMIT: usize = BODY_LIMIT;

    /// Does it. The input has passed its constraints and the caller its admission.
    fn run(
        service: &S,
        input: Self::Input,
    ) -> impl Future<Output = Result<Self::Output, S::Error>> + Send;
}

type Running<'a> = Pin<Box<dyn Future<Output = Result<Bytes, Fault>> + Send + 'a>>;

/// An operation in a table.
pub struct Row<S> {
    pub(super) name: &'static str,
    pub(super) access: Access,
    /// Whether clients may sign calls, though they need not.
    pub(super) may_be_signed: bool,
    pub(super) body_limit: usize,
    pub(super) input: &'static Structure,
    pub(super) errors: &'static [&'static str],
    pub(super) run: for<'a> fn(&'a S, Value) -> Running<'a>,
}

impl<S: Service> Row<S> {
    /// The row of an operation.
    #[must_use]
    pub const fn of<O: Operation<S>>() -> Self {
        Self {
            name: O::NAME,
            access: O::ACCESS,
            may_be_signed: !O::UNSIGNED,
            body_limit: O::BODY_LIMIT,
            input: O::INPUT,
            errors: O::ERRORS,
            run: run::<S, O>,
        }
    }

    /// The operation's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Who may call it.
    #[must_use]
    pub const fn access(&self) -> Access {
        self.access
    }

    /// The errors it declares.
    #[must_use]
    pub const fn errors(&self) -> &'static [&'static str] {
        self.errors
    }

    /// What it asks of its input.
    #[must_use]
    pub const fn input(&self) -> &'static Structure {
        self.input
    }
}

fn run<S: Service, O: Operation<S>>(service: &S, input: Value) -> Running<'_> {
    Box::pin(async move {
        // The constraints have passed, so only a newtype that is stricter than its model can refuse
        // here. serde's own text could echo the value and stays inside.
        let Ok(input) = serde_json::from_value::<O::Input>(input) else {
            return Err(Fault::refusal(
                "InvalidParameterException",
                "A member of the request has a value that is not accepted.",
            ));
        };
        let output = O::run(service, input).await.map_err(S::fault)?;
        if !O::HAS_OUTPUT {
            return Ok(Bytes::new());
        }
        serde_json::to_vec(&output).map(Bytes::from).map_err(Fault::broken)
    })
}

/// The operations of an API that are there.
pub struct Table<S>(BTreeMap<&'static str, Row<S>>);

impl<S: Service> Table<S> {
    /// A table of these rows.
    #[must_use]
    pub fn new(rows: impl IntoIterator<Item = Row<S>>) -> Self {
        Self(rows.into_iter().map(|row| (row.name, row)).collect())
    }

    /// The operation of this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Row<S>> {
        self.0.get(name)
    }

    /// The names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }

    /// The rows, sorted by name.
    pub fn rows(&self) -> impl Iterator<Item = &Row<S>> {
        self.0.values()
    }
}
