//! The functions crate from outside.

#[cfg(test)]
mod clients;
#[cfg(test)]
mod fire;
#[cfg(test)]
mod in_process;
#[cfg(test)]
mod invoke_api;
#[cfg(test)]
mod invoke_url;
#[cfg(test)]
mod lambda;
#[cfg(test)]
mod lambda_environment;
#[cfg(test)]
mod lambda_instances;
#[cfg(test)]
mod lambda_logs;
#[cfg(test)]
mod lambda_mischief;
