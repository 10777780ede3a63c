//! Are templates understood as their writers mean them, and are they told what is wrong?

#[cfg(test)]
mod apis;
#[cfg(test)]
mod broken;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod house;
#[cfg(test)]
mod intrinsics;
#[cfg(test)]
mod open_api;
#[cfg(test)]
mod plain_apis;
#[cfg(test)]
mod resources;
#[cfg(test)]
mod starter;
