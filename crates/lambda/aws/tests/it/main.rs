//! The ports over AWS, against what stands in for it.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod interrupted;
#[cfg(test)]
mod pictures;
#[cfg(test)]
mod secret_keys;
