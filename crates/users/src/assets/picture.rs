//! What is in a file that somebody sent as their picture?

use crate::{Problem, problem::Kind};
use bytes::Bytes;
use crypto::sha256;
use image::{
    DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageError, ImageFormat,
    ImageReader, Limits,
    codecs::png::{CompressionType, FilterType as PngFilter, PngEncoder},
    imageops::FilterType,
};
use names::Sub;
use serde::{Deserialize, Serialize};
use std::{fmt, io::Cursor, sync::Arc, time::Duration};
use tokio::sync::Semaphore;

/// The most bytes of a file.
pub const LARGEST_PICTURE: usize = 2 * 1024 * 1024;
/// Width and height of every picture that is kept, in pixels.
pub const SIDE: u32 = 256;

/// The most pixels of a file: what a phone takes, 4096 by 3072.
const MOST_PIXELS: u64 = 4096 * 3072;
/// The longest edge of one.
const LONGEST_EDGE: u32 = 8192;
/// The most memory that the pixels of one file take.
const MOST_MEMORY: u64 = 64 * 1024 * 1024;
/// How many files are looked at at once, so that the memory of all of them is bounded too.
const AT_ONCE: usize = 2;
/// How long a file waits for its turn.
const PATIENCE: Duration = Duration::from_secs(3);

/// The name of a picture: the SHA-256 of whose it is and what is to be seen. The same name is the same
/// picture for ever, nobody guesses it, and two people with one picture do not learn of each other.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PictureName(String);

impl PictureName {
    const ENDING: &'static str = ".png";

    /// The name of somebody's picture.
    #[must_use]
    pub fn of(user: &Sub, picture: &[u8]) -> Self {
        let mut message = format!("avatar\n{user}\n").into_bytes();
        message.extend_from_slice(picture);
        Self(hex(&sha256(&message)) + Self::ENDING)
    }

    /// The name of this text: 64 hexadecimal digits and `.png`.
    ///
    /// # Errors
    /// [`NoPicture::Name`] for anything else.
    pub fn parse(text: impl Into<String>) -> Result<Self, NoPicture> {
        let text = text.into();
        let digits = text.strip_suffix(Self::ENDING).unwrap_or_default();
        if is_hex(digits) { Ok(Self(text)) } else { Err(NoPicture::Name) }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// 64 lower-case hexadecimal digits.
pub(super) fn is_hex(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl TryFrom<String> for PictureName {
    type Error = NoPicture;

    fn try_from(text: String) -> Result<Self, NoPicture> {
        Self::parse(text)
    }
}

impl From<PictureName> for String {
    fn from(name: PictureName) -> Self {
        name.0
    }
}

impl fmt::Display for PictureName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Why a file is not taken for a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoPicture {
    #[error("This is no name of a picture.")]
    Name,
    #[error("The file is empty.")]
    Empty,
    #[error("A picture has at most 2 MiB.")]
    TooLarge,
    #[error("A picture is a PNG, JPEG, WebP or GIF file.")]
    Unknown,
    #[error("A picture has at most 4096 by 3072 pixels, and no edge over 8192.")]
    TooManyPixels,
    #[error("The picture cannot be read.")]
    Unreadable,
    #[error("Too many pictures are being looked at.")]
    Busy,
}

impl From<NoPicture> for Problem {
    fn from(no: NoPicture) -> Self {
        let kind = match no {
            NoPicture::Name => Kind::NotFound,
            NoPicture::TooLarge => Kind::TooLarge,
            NoPicture::Unknown => Kind::UnsupportedMediaType,
            NoPicture::Empty | NoPicture::TooManyPixels | NoPicture::Unreadable => {
                Kind::Unprocessable
            }
            NoPicture::Busy => return Self::new(Kind::Unavailable).retry_after(5),
        };
        Self::new(kind).saying(no.to_string())
    }
}

/// Where pictures are drawn anew.
#[derive(Debug, Clone)]
pub struct Studio {
    turns: Arc<Semaphore>,
}

impl Default for Studio {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Studio {
    /// The picture of this file, drawn anew as a square PNG. What the file calls itself plays no part.
    ///
    /// # Errors
    /// [`NoPicture`].
    pub async fn redraw(&self, file: Bytes) -> Result<Bytes, NoPicture> {
        check(&file)?;
        let turn = tokio::time::timeout(PATIENCE, self.turns.clone().acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(NoPicture::Busy) };
        let drawn = tokio::task::spawn_blocking(move || {
            let drawn = redraw(&file);
            drop(turn);
            drawn
        });
        // A decoder that panics has met a file that is none.
        drawn.await.unwrap_or(Err(NoPicture::Unreadable)).map(Bytes::from)
    }
}

/// Refuses what is not worth a turn.
fn check(file: &[u8]) -> Result<ImageFormat, NoPicture> {
    if file.is_empty() {
        return Err(NoPicture::Empty);
    }
    if file.len() > LARGEST_PICTURE {
        return Err(NoPicture::TooLarge);
    }
    match image::guess_format(file) {
        Ok(
            format @ (ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP | ImageFormat::Gif),
        ) => Ok(format),
        _ => Err(NoPicture::Unknown),
    }
}

fn redraw(file: &[u8]) -> Result<Vec<u8>, NoPicture> {
    let mut reader = ImageReader::with_format(Cursor::new(file), check(file)?);
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_EDGE);
    limits.max_image_height = Some(LONGEST_EDGE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(unread)?;
    // What the head of the file says, before anything is unpacked.
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if width.max(height) > LONGEST_EDGE
        || pixels > MOST_PIXELS
        || decoder.total_bytes() > MOST_MEMORY
    {
        return Err(NoPicture::TooManyPixels);
    }
    decoder.set_limits(limits).map_err(unread)?;
    // Which way was up stands in what is thrown away.
    let orientation = decoder.orientation().map_err(unread)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unread)?;
    // Cut before it is scaled: to scale a thin line to fill a square would take a gigabyte.
    let side = picture.width().min(picture.height()).max(1);
    let (left, top) = ((picture.width() - side) / 2, (picture.height() - side) / 2);
    picture = picture.crop_imm(left, top, side, side);
    picture = picture.resize_exact(SIDE, SIDE, FilterType::CatmullRom);
    picture.apply_orientation(orientation);
    let pixels = picture.into_rgba8();
    let mut png = Vec::new();
    PngEncoder::new_with_quality(&mut png, CompressionType::Default, PngFilter::Adaptive)
        .write_image(&pixels, SIDE, SIDE, ExtendedColorType::Rgba8)
        .map_err(unread)?;
    Ok(png)
}

fn unread(error: ImageError) -> NoPicture {
    match error {
        ImageError::Limits(_) => NoPicture::TooManyPixels,
        _ => NoPicture::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage};

    /// A picture of four colours, in a form.
    fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let image =
            RgbImage::from_fn(width, height, |x, y| match (x * 2 < width, y * 2 < height) {
                (true, true) => Rgb([255, 0, 0]),
                (false, true) => Rgb([0, 255, 0]),
                (true, false) => Rgb([0, 0, 255]),
                (false, false) => Rgb([255, 255, 255]),
            });
        let mut out = Cursor::new(Vec::new());
        DynamicImage::ImageRgb8(image).write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    fn read(png: &[u8]) -> image::RgbaImage {
        image::load_from_memory_with_format(png, ImageFormat::Png).unwrap().into_rgba8()
    }

    const FORMS: [ImageFormat; 4] =
        [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif];

    #[tokio::test]
    async fn every_form_becomes_a_square_png() {
        for form in FORMS {
            let file = Bytes::from(picture(300, 200, form));
            let drawn = Studio::default().redraw(file).await.unwrap();
            let pixels = read(&drawn);
            assert_eq!(pixels.dimensions(), (SIDE, SIDE), "{form:?}");
            let corner = pixels.get_pixel(10, 10).0;
            assert!(corner[0] > 200 && corner[1] < 60 && corner[3] == 255, "{form:?} {corner:?}");
        }
    }

    #[tokio::test]
    async fn what_else_is_in_a_file_is_gone() {
        let needle = b"<script>alert(1)</script>";
        for form in FORMS {
            let mut file = picture(64, 64, form);
            file.extend_from_slice(needle);
            let drawn = Studio::default().redraw(file.into()).await.unwrap();
            assert!(drawn.starts_with(b"\x89PNG\r\n\x1a\n"));
            assert!(!drawn.windows(needle.len()).any(|window| window == needle), "{form:?}");
            // Only what a picture needs.
            for chunk in [b"tEXt", b"iTXt", b"zTXt", b"eXIf", b"iCCP"] {
                assert!(!drawn.windows(4).any(|window| window == chunk), "{form:?}");
            }
        }
    }

    #[tokio::test]
    async fn other_files_are_no_pictures_whatever_they_begin_with() {
        let studio = Studio::default();
        let redraw = async |file: &[u8]| studio.redraw(Bytes::copy_from_slice(file)).await;
        assert_eq!(redraw(b"").await, Err(NoPicture::Empty));
        assert_eq!(redraw(&vec![0; LARGEST_PICTURE + 1]).await, Err(NoPicture::TooLarge));
        for bad in [
            &b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>"[..],
            b"<html><script>1</script>",
            b"%PDF-1.7",
            b"PK\x03\x04",
            b"BM\x00\x00\x00\x00",
            b"II*\x00",
            b"\x00\x00\x01\x00",
            b"x",
        ] {
            assert_eq!(redraw(bad).await, Err(NoPicture::Unknown), "{bad:?}");
        }
        for bad in [&b"\x89PNG\r\n\x1a\n<script>"[..], b"\xff\xd8\xff\xe0<html>", b"GIF89a=1;//"] {
            assert_eq!(redraw(bad).await, Err(NoPicture::Unreadable), "{bad:?}");
        }
        for form in FORMS {
            let file = picture(64, 64, form);
            for cut in [9, 20, file.len() / 4] {
                // A file that was cut may still show something, or nothing; it breaks nothing.
                let _ = redraw(&file[..cut]).await;
            }
        }
    }

    #[tokio::test]
    async fn a_small_file_of_many_pixels_is_refused_before_it_is_unpacked() {
        // A PNG that says it is 60,000 pixels wide, and one of 8,000 by 8,000.
        for (width, height) in [(60_000_u32, 60_000_u32), (8000, 8000), (8193, 1)] {
            let mut head = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR".to_vec();
            head.extend_from_slice(&width.to_be_bytes());
            head.extend_from_slice(&height.to_be_bytes());
            head.extend_from_slice(&[8, 6, 0, 0, 0]);
            let sum = crc(&head[12..]);
            head.extend_from_slice(&sum.to_be_bytes());
            head.extend_from_slice(b"\x00\x00\x00\x00IDAT\x35\xaf\x06\x1e");
            let refused = Studio::default().redraw(head.into()).await;
            assert_eq!(refused, Err(NoPicture::TooManyPixels), "{width}x{height}");
        }
    }

    /// The check sum of a PNG's chunk.
    fn crc(bytes: &[u8]) -> u32 {
        let step = |sum: u32| if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 };
        !bytes
            .iter()
            .fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), |s, _| step(s)))
    }

    #[tokio::test]
    async fn a_thin_line_is_a_picture_too() {
        let file = Bytes::from(picture(4000, 1, ImageFormat::Png));
        assert_eq!(read(&Studio::default().redraw(file).await.unwrap()).dimensions(), (SIDE, SIDE));
    }

    #[test]
    fn a_name_is_of_one_user_and_one_picture() {
        let ann = Sub::parse("d2f5a4c4-1051-70e1-b8d7-90a5c3c1f1aa").unwrap();
        let bob = Sub::parse("d2f5a4c4-1051-70e1-b8d7-90a5c3c1f1ab").unwrap();
        let name = PictureName::of(&ann, b"picture");
        assert_eq!(PictureName::parse(name.as_str()), Ok(name.clone()));
        assert_ne!(name, PictureName::of(&bob, b"picture"));
        assert_ne!(name, PictureName::of(&ann, b"pictures"));
        let digits = "a1".repeat(32);
        for bad in [
            "",
            ".png",
            "../x.png",
            &digits,
            &format!("{digits}.PNG"),
            &format!("{}.png", digits.to_uppercase()),
            &format!("{}.png", &digits[1..]),
            &format!("{digits}/.png"),
        ] {
            assert!(PictureName::parse(bad).is_err(), "{bad}");
        }
    }
}
