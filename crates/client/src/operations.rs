//! Which operations are there? A method for each, named as in the OpenAPI document.

mod about;
mod assets;
mod auth;
mod me;
mod people;
mod users;
