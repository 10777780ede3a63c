//! `SetLogDeliveryConfiguration`: says where the logs of a pool are to go.

use crate::{
    Idp,
    convert::json,
    plan::{self, Feature},
};
use pool::{Error, LogDelivery, Refusal};
use std::collections::BTreeSet;
use wire::{
    Access, Operation,
    cognito_idp::{
        EventSourceName, LogConfigurationType, LogDeliveryConfigurationType, LogLevel,
        SetLogDeliveryConfiguration,
    },
};

impl Operation<Idp> for SetLogDeliveryConfiguration {
    const ACCESS: Access = Access::Iam;

    async fn run(idp: &Idp, input: Self::Input) -> Result<Self::Output, Error> {
        let pool = idp.pools.pool(&input.user_pool_id).await?;
        check(&input.log_configurations)?;
        let is_activity = input.log_configurations.iter().any(plan::is_activity_log);
        plan::require_of(&pool, is_activity.then_some(Feature::ActivityLog))?;
        let configurations: Result<_, Error> = input.log_configurations.iter().map(json).collect();
        let delivery = LogDelivery { pool: pool.id.clone(), configurations: configurations? };
        idp.pools.set_log_delivery(&delivery).await?;
        let log_delivery_configuration = LogDeliveryConfigurationType {
            user_pool_id: pool.id.clone(),
            log_configurations: input.log_configurations,
        };
        Ok(Self::Output { log_delivery_configuration: Some(log_delivery_configuration) })
    }
}

/// Each source once, at the level that it has, to one destination.
fn check(configurations: &[LogConfigurationType]) -> Result<(), Refusal> {
    let mut sources = BTreeSet::new();
    for configuration in configurations {
        let source = configuration.event_source;
        if !sources.insert(source) {
            return Err(Refusal::invalid(format!("Duplicate EventSource: {source}")));
        }
        let level = match source {
            EventSourceName::UserNotification => LogLevel::Error,
            EventSourceName::UserAuthEvents => LogLevel::Info,
        };
        if configuration.log_level != level {
            return Err(Refusal::invalid(format!("LogLevel of {source} must be {level}")));
        }
        let destinations = [
            configuration.cloud_watch_logs_configuration.is_some(),
            configuration.s3_configuration.is_some(),
            configuration.firehose_configuration.is_some(),
        ];
        if destinations.iter().filter(|is_given| **is_given).count() != 1 {
            let text = format!("{source} needs exactly one destination");
            return Err(Refusal::invalid(text));
        }
    }
    Ok(())
}
