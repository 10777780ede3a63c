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
mod resources;
#[cfg(test)]
mod starter;
