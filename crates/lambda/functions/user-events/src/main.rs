//! The user events on AWS Lambda: profiles in a DynamoDB table, events to an SNS topic, metrics as lines.
//!
//! Beside the function's own environment it reads `PROFILE_TABLE`, the name of the table, and
//! `USER_EVENTS_TOPIC`, the ARN of the topic. Without a topic nothing is told.

use kit::user_events::UserEvents;
use lambda::{Problem, StandardOutput};
use lambda_aws::{Aws, TableProfiles, Topic};
use std::{process::ExitCode, sync::Arc};

const USER_EVENTS_TOPIC: &str = "USER_EVENTS_TOPIC";

fn main() -> ExitCode {
    lambda::run(|world| {
        let aws = Aws::of_this_process()?;
        let clock = &world.clock;
        let profiles = TableProfiles::new(&aws, world.require("PROFILE_TABLE")?, clock.clone());
        let profiles = Arc::new(profiles);
        let mut events = UserEvents::from_environment(&world.environment, profiles, clock.clone())?
            .with_metrics(Arc::new(StandardOutput));
        if let Some(arn) = world.find(USER_EVENTS_TOPIC) {
            if !arn.starts_with("arn:") {
                let problem = format!("the environment variable {USER_EVENTS_TOPIC} is no ARN");
                return Err(Problem::new(problem));
            }
            events = events.with_publisher(Arc::new(Topic::new(&aws, arn)));
        }
        Ok(events.into_function())
    })
}
