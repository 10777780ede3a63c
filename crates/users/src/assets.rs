//! Which pictures does the API have, and how do people get their own in?
//!
//! The drawings are part of the program. What people send is read as a picture of a few well-known kinds,
//! drawn anew in one size and one form, and kept under a name that says what is in it: whatever else was in the
//! file is gone, and what is served never changes.

mod address;
mod avatar;
mod drawings;
mod picture;
mod pictures;
mod uploads;

pub(crate) use address::{AVATARS, BADGES, PICTURES, UPLOADS};
pub use address::{is_avatar_url, is_badge_url};
pub use avatar::{Avatars, CHANGES_AN_HOUR, Leaving};
pub use drawings::{BadgeKind, DefaultAvatar, Drawing};
pub use picture::{LARGEST_PICTURE, NoPicture, PictureName, SIDE, Studio};
pub use pictures::{Pictures, StoredPictures};
pub use uploads::{StoredUploads, Ticket, UPLOAD_MINUTES, UploadAddress, UploadName, Uploads};
