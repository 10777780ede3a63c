//! What happens when a user is confirmed?
//!
//! The user gets a profile. This never fails the confirmation: by the time the trigger runs the user is
//! confirmed already, and an error would only tell somebody who has an account that they have none. A user
//! whose profile could not be made signs in without the claims that come from it, and there is one error
//! line with their `sub` in the log. The profile is then made at the next occasion this function hears of:
//! a new password after a forgotten one also counts as a confirmation, and making a profile twice is
//! harmless.
//!
//! Its environment: `PROFILE_DATA`, a JSON object that the data of a new profile begins with (empty if it is
//! not there); `PROFILE_TABLE` tells the front which table to hand in.

use crate::{BadSetting, Environment, NewProfile, Profiles, environment::find};
use events::cognito::PostConfirmation;
use functions::{InProcess, Thrown};
use names::{Clock, Sub, Username};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, sync::Arc};

/// The function's name.
pub const NAME: &str = "user-events";

const PROFILE_DATA: &str = "PROFILE_DATA";

/// The function.
pub struct UserEvents {
    profiles: Arc<dyn Profiles>,
    data: Map<String, Value>,
    clock: Clock,
}

impl UserEvents {
    /// The function over these profiles, and what their data begins with.
    #[must_use]
    pub fn new(profiles: Arc<dyn Profiles>, data: Map<String, Value>, clock: Clock) -> Self {
        Self { profiles, data, clock }
    }

    /// The function as its environment asks for it.
    ///
    /// # Errors
    /// [`BadSetting`] for a `PROFILE_DATA` that is no JSON object.
    pub fn from_environment(
        environment: &Environment,
        profiles: Arc<dyn Profiles>,
        clock: Clock,
    ) -> Result<Self, BadSetting> {
        let data = match find(environment, PROFILE_DATA) {
            None => Map::new(),
            Some(text) => serde_json::from_str(text)
                .map_err(|_| BadSetting::new(PROFILE_DATA, "is no JSON object"))?,
        };
        Ok(Self::new(profiles, data, clock))
    }

    /// Hears that a user is confirmed.
    pub async fn confirmed(&self, event: PostConfirmation) -> PostConfirmation {
        let Some(new) = self.profile(&event) else {
            tracing::error!(
                pool = event.user_pool_id,
                "a confirmed user has no usable `sub` and gets no profile"
            );
            return event;
        };
        let sub = new.sub.clone();
        if let Err(unavailable) = self.profiles.create(new).await {
            tracing::error!(
                pool = event.user_pool_id,
                %sub,
                cause = unavailable.chain(),
                "the profile of a confirmed user could not be made"
            );
        }
        event
    }

    /// The function as something that can be called.
    #[must_use]
    pub fn into_function(self) -> InProcess {
        let this = Arc::new(self);
        InProcess::new(move |event: PostConfirmation| {
            let this = this.clone();
            async move { Ok::<_, Thrown>(this.confirmed(event).await) }
        })
    }

    fn profile(&self, event: &PostConfirmation) -> Option<NewProfile> {
        let attributes = &event.request.user_attributes;
        let attributes: BTreeMap<String, String> = attributes
            .iter()
            .filter(|(name, _)| name.as_str() != "sub" && !name.starts_with("cognito:"))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        Some(NewProfile {
            sub: Sub::parse(event.request.user_attributes.get("sub")?).ok()?,
            username: Username::parse(&event.user_name).ok()?,
            email: attributes.get("email").cloned(),
            attributes,
            data: self.data.clone(),
            created_at: (self.clock)(),
        })
    }
}
