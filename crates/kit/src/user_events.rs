//! Who came, and who tried to?
//!
//! The function hears of three things and tells them on:
//!
//! | the pool fires | told as | the profile | counted as |
//! | --- | --- | --- | --- |
//! | post confirmation, of a sign-up | `user.created` | is made | `SignUps` |
//! | post confirmation, of a forgotten password | `user.password_reset` | is made if there is none | `PasswordResets` |
//! | pre authentication | `user.sign_in_attempted` | | `SignInAttempts` |
//! | post authentication | `user.signed_in` | notes the time, is made if there is none | `SignIns` |
//!
//! It **never fails** what the user is doing. By the time a confirmation is told the user is confirmed
//! already, and an error would only tell somebody who has an account that they have none; a sign-in must
//! not depend on a queue. Whatever cannot be done is given up after a moment, leaves one error line with the
//! user's `sub`, and is counted. A profile that could not be made is made at the next sign-in.
//!
//! An attempt with a name that nobody has is counted (`UnknownUsers`) and not told on: what stands in the
//! field of the name may be anything, even a password.
//!
//! Its environment:
//!
//! * `PROFILE_DATA`, a JSON object that the data of a new profile begins with (empty if it is not there).
//! * `GIVE_UP_AFTER_MS`, how long the profiles and the publisher may take: 1500 if it is not there, 4000 at
//!   most, since a trigger has five seconds.
//! * `METRICS_NAMESPACE`, where the metrics are filed: `Poolhouse/UserEvents` if it is not there.
//! * `PROFILE_TABLE` and `USER_EVENTS_TOPIC` tell the front what to hand in; of the topic only the account is
//!   looked at here, for the ARN of the pool.
//!
//! Profiles that tell by themselves that they were made, and when their user signed in, leave
//! `user.password_reset` and `user.sign_in_attempted` to this function.

mod metrics;
mod publisher;

pub use metrics::{Count, Counts, MetricSink};
pub use publisher::Publisher;

use crate::{
    BadSetting, Environment, NewProfile, Profiles, Unavailable,
    environment::{find, milliseconds},
};
use events::{
    UserEventKind as Kind,
    cognito::{
        Attributes, PostAuthentication, PostConfirmation, PreAuthentication, Trigger, TriggerEvent,
        TriggerSource,
    },
};
use functions::{InProcess, Thrown};
use futures::FutureExt;
use jiff::Timestamp;
use names::{Clock, Sub, Username};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::{
    collections::BTreeMap, future::Future, panic::AssertUnwindSafe, sync::Arc, time::Duration,
};

/// The function's name.
pub const NAME: &str = "user-events";

const PROFILE_DATA: &str = "PROFILE_DATA";
const GIVE_UP_AFTER_MS: &str = "GIVE_UP_AFTER_MS";
const METRICS_NAMESPACE: &str = "METRICS_NAMESPACE";
const USER_EVENTS_TOPIC: &str = "USER_EVENTS_TOPIC";

/// The function.
pub struct UserEvents {
    settings: Settings,
    profiles: Arc<dyn Profiles>,
    clock: Clock,
    publisher: Option<Arc<dyn Publisher>>,
    metrics: Option<Arc<dyn MetricSink>>,
}

/// What the function is told about itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// What the data of a new profile begins with.
    pub profile_data: Map<String, Value>,
    /// How long the profiles and the publisher may take.
    pub give_up_after: Duration,
    /// Where the metrics are filed.
    pub metrics_namespace: String,
    /// Whose pool it is, as far as the function knows.
    pub account: Account,
}

/// The part of an ARN that a pool's trigger does not tell. Empty where it is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: String,
    /// Twelve digits.
    pub id: String,
}

impl Account {
    /// The account of a topic, which is the pool's.
    fn of_topic(arn: Option<&str>) -> Self {
        let mut parts = arn.unwrap_or_default().split(':').skip(1);
        let partition = parts.next().filter(|partition| !partition.is_empty()).unwrap_or("aws");
        let id = parts.nth(2).unwrap_or_default();
        Self { partition: partition.to_owned(), id: id.to_owned() }
    }
}

impl UserEvents {
    /// The function with these settings over these profiles. It publishes and counts nothing yet.
    #[must_use]
    pub fn new(settings: Settings, profiles: Arc<dyn Profiles>, clock: Clock) -> Self {
        Self { settings, profiles, clock, publisher: None, metrics: None }
    }

    /// The function as its environment asks for it. It publishes and counts nothing yet.
    ///
    /// # Errors
    /// [`BadSetting`] for what cannot be used.
    pub fn from_environment(
        environment: &Environment,
        profiles: Arc<dyn Profiles>,
        clock: Clock,
    ) -> Result<Self, BadSetting> {
        Ok(Self::new(Settings::parse(environment)?, profiles, clock))
    }

    /// The same function, telling this publisher what happened.
    #[must_use]
    pub fn with_publisher(mut self, publisher: Arc<dyn Publisher>) -> Self {
        self.publisher = Some(publisher);
        self
    }

    /// The same function, writing what it counted there.
    #[must_use]
    pub fn with_metrics(mut self, metrics: Arc<dyn MetricSink>) -> Self {
        self.metrics = Some(metrics);
        self
    }

    /// Hears that a user is confirmed.
    pub async fn confirmed(&self, event: PostConfirmation) -> PostConfirmation {
        let (kind, count) = match event.trigger_source {
            TriggerSource::PostConfirmationConfirmForgotPassword => {
                (Kind::PasswordReset, Count::PasswordResets)
            }
            _ => (Kind::Created, Count::SignUps),
        };
        let heard = self.heard(&event, &event.request.user_attributes);
        let profile = async {
            let Some(new) = heard.new_profile(&self.settings.profile_data) else {
                tracing::error!(
                    pool = heard.pool,
                    "a confirmed user has no usable `sub` and gets no profile"
                );
                return Counts::of(Count::ProfileFailures);
            };
            let made = self.in_time("the profiles", self.profiles.create(new)).await;
            heard.log(made, Count::ProfileFailures, "the profile of a user could not be made")
        };
        let (profile, published) = tokio::join!(profile, self.publish(&heard, kind, None));
        self.count(&heard, Counts::of(count) + profile + published);
        event
    }

    /// Hears that somebody is about to show their password.
    pub async fn attempted(&self, event: PreAuthentication) -> PreAuthentication {
        let heard = self.heard(&event, &event.request.user_attributes);
        if event.request.user_not_found == Some(true) {
            self.count(&heard, Counts::of(Count::SignInAttempts) + Counts::of(Count::UnknownUsers));
            return event;
        }
        let published = self.publish(&heard, Kind::SignInAttempted, None).await;
        self.count(&heard, Counts::of(Count::SignInAttempts) + published);
        event
    }

    /// Hears that somebody has signed in.
    pub async fn signed_in(&self, event: PostAuthentication) -> PostAuthentication {
        let heard = self.heard(&event, &event.request.user_attributes);
        let profile = async {
            let noted = self.in_time("the profiles", self.note_sign_in(&heard)).await;
            heard.log(noted, Count::ProfileFailures, "a sign-in could not be noted on the profile")
        };
        let is_new = Some(event.request.new_device_used);
        let (profile, published) =
            tokio::join!(profile, self.publish(&heard, Kind::SignedIn, is_new));
        self.count(&heard, Counts::of(Count::SignIns) + profile + published);
        event
    }

    /// Hears whatever a pool fires. What is not one of its events, or cannot be read, leaves a line in the
    /// log and changes nothing: a function that never fails a sign-in does not do so over a new member.
    pub async fn hear(&self, event: &Value) {
        let source = event.get("triggerSource").and_then(Value::as_str);
        let source = source.and_then(TriggerSource::find);
        let is_heard = match source.map(TriggerSource::trigger) {
            Some(Trigger::PostConfirmation) => match read(event) {
                Some(event) => self.confirmed(event).map(|_| true).await,
                None => false,
            },
            Some(Trigger::PreAuthentication) => match read(event) {
                Some(event) => self.attempted(event).map(|_| true).await,
                None => false,
            },
            Some(Trigger::PostAuthentication) => match read(event) {
                Some(event) => self.signed_in(event).map(|_| true).await,
                None => false,
            },
            _ => false,
        };
        if !is_heard {
            let source = source.map(TriggerSource::as_str);
            tracing::error!(source, "an event is not one of a confirmation or a sign-in");
        }
    }

    /// The function as something that can be called. Every event comes back as it was.
    #[must_use]
    pub fn into_function(self) -> InProcess {
        let this = Arc::new(self);
        InProcess::new(move |event: Value| {
            let this = this.clone();
            async move {
                // What an adapter does before its future is there, or a sink of metrics, may panic too.
                if AssertUnwindSafe(this.hear(&event)).catch_unwind().await.is_err() {
                    tracing::error!("an event of a user was not told, because something panicked");
                }
                Ok::<_, Thrown>(event)
            }
        })
    }

    fn heard<'a, Request, Response>(
        &self,
        event: &'a TriggerEvent<Request, Response>,
        attributes: &'a Attributes,
    ) -> Heard<'a> {
        Heard {
            pool: &event.user_pool_id,
            client: &event.caller_context.client_id,
            sub: attributes.get("sub").and_then(|sub| Sub::parse(sub).ok()),
            username: &event.user_name,
            attributes,
            at: (self.clock)(),
        }
    }

    /// Somebody who was made by an administrator or brought over has no profile until they sign in.
    async fn note_sign_in(&self, heard: &Heard<'_>) -> Result<(), Unavailable> {
        let Some(sub) = &heard.sub else {
            return Err(Unavailable::new("the profile", "the user has no usable `sub`"));
        };
        if self.profiles.signed_in(sub, heard.at).await? {
            return self.profiles.heed(sub, heard.attributes).await;
        }
        let Some(new) = heard.new_profile(&self.settings.profile_data) else {
            return Err(Unavailable::new("the profile", "the user has no usable name"));
        };
        self.profiles.create(new).await?;
        self.profiles.signed_in(sub, heard.at).await.map(drop)
    }

    async fn publish(&self, heard: &Heard<'_>, kind: Kind, new_device: Option<bool>) -> Counts {
        let Some(publisher) = &self.publisher else { return Counts::default() };
        if matches!(kind, Kind::Created | Kind::SignedIn) && self.profiles.tells() {
            return Counts::default();
        }
        let Some(event) = publisher::event(kind, heard, &self.settings.account, new_device) else {
            tracing::error!(pool = heard.pool, "an event names no pool, and is not told");
            return Counts::of(Count::PublishFailures);
        };
        let published = self.in_time("the publisher", publisher.publish(&event)).await;
        heard.log(published, Count::PublishFailures, "an event of a user could not be published")
    }

    fn count(&self, heard: &Heard<'_>, counts: Counts) {
        let Some(metrics) = &self.metrics else { return };
        let namespace = &self.settings.metrics_namespace;
        let line = counts.to_emf(namespace, heard.pool, heard.client, heard.at);
        metrics.write(&line);
    }

    /// Waits for something, but not for long, and not for something that panics.
    async fn in_time<T>(
        &self,
        what: &'static str,
        doing: impl Future<Output = Result<T, Unavailable>>,
    ) -> Result<T, Unavailable> {
        let doing = AssertUnwindSafe(doing).catch_unwind();
        match tokio::time::timeout(self.settings.give_up_after, doing).await {
            Ok(Ok(done)) => done,
            Ok(Err(_)) => Err(Unavailable::new(what, "it panicked")),
            Err(late) => Err(Unavailable::new(what, late)),
        }
    }
}

impl Settings {
    /// Reads `PROFILE_DATA`, `GIVE_UP_AFTER_MS` and `METRICS_NAMESPACE`.
    ///
    /// # Errors
    /// [`BadSetting`] for a `PROFILE_DATA` that is no JSON object, for a time out of bounds and for what
    /// CloudWatch takes for no namespace.
    pub fn parse(environment: &Environment) -> Result<Self, BadSetting> {
        let profile_data = match find(environment, PROFILE_DATA) {
            None => Map::new(),
            Some(text) => serde_json::from_str(text)
                .map_err(|_| BadSetting::new(PROFILE_DATA, "is no JSON object"))?,
        };
        let namespace = find(environment, METRICS_NAMESPACE).unwrap_or("Poolhouse/UserEvents");
        let is_namespace = namespace.len() <= 255
            && !namespace.starts_with("AWS/")
            && namespace.bytes().all(|byte| {
                byte.is_ascii_alphanumeric()
                    || matches!(byte, b'.' | b'-' | b'_' | b'/' | b'#' | b':')
            });
        if !is_namespace {
            return Err(BadSetting::new(METRICS_NAMESPACE, "is no namespace of metrics"));
        }
        Ok(Self {
            profile_data,
            give_up_after: milliseconds(environment, GIVE_UP_AFTER_MS, 1500, 1..=4000)?,
            metrics_namespace: namespace.to_owned(),
            account: Account::of_topic(find(environment, USER_EVENTS_TOPIC)),
        })
    }
}

fn read<Event: DeserializeOwned>(event: &Value) -> Option<Event> {
    Event::deserialize(event).ok()
}

/// What all three events say.
struct Heard<'a> {
    pool: &'a str,
    client: &'a str,
    sub: Option<Sub>,
    username: &'a str,
    attributes: &'a Attributes,
    at: Timestamp,
}

impl Heard<'_> {
    fn new_profile(&self, data: &Map<String, Value>) -> Option<NewProfile> {
        let attributes: BTreeMap<String, String> = self
            .attributes
            .iter()
            .filter(|(name, _)| name.as_str() != "sub" && !name.starts_with("cognito:"))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        Some(NewProfile {
            sub: self.sub.clone()?,
            username: Username::parse(self.username).ok()?,
            email: attributes.get("email").cloned(),
            attributes,
            data: data.clone(),
            created_at: self.at,
        })
    }

    /// What could not be done is written down and counted, and that is all.
    fn log<T>(&self, done: Result<T, Unavailable>, failure: Count, what: &'static str) -> Counts {
        let Err(unavailable) = done else { return Counts::default() };
        let sub = self.sub.as_ref().map(Sub::as_str);
        tracing::error!(pool = self.pool, sub, cause = unavailable.chain(), "{what}");
        Counts::of(failure)
    }
}
