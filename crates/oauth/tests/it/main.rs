//! The endpoints and the pages, through the service.

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod factors;
#[cfg(test)]
mod federation;
#[cfg(test)]
mod flows;
#[cfg(test)]
mod looks;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod passkeys;
#[cfg(test)]
mod people;
#[cfg(test)]
mod threats;
#[cfg(test)]
mod world;
