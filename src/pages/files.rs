//! The files of the build, by the path that they have in `web/dist`.

use std::borrow::Cow;

use axum::body::Bytes;
use rust_embed::RustEmbed;

/// What `npm run build` in `web/` wrote. A release build has the files inside; a debug build reads
/// them from the disk at each request. The folder may be missing.
#[derive(RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Dist;

/// One file of the build.
pub(super) struct File {
    pub(super) bytes: Bytes,
    /// SHA-256 of the bytes.
    pub(super) hash: [u8; 32],
}

/// Finds a file by its path in the build. Tests bring their own.
pub(super) type Lookup = fn(&str) -> Option<File>;

/// The [`Lookup`] of what this binary has.
pub(super) fn embedded(path: &str) -> Option<File> {
    let file = Dist::get(path)?;
    let hash = file.metadata.sha256_hash();
    let bytes = match file.data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    };
    Some(File { bytes, hash })
}

/// The media type of a file, by its extension.
pub(super) fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        "png" => "image/png",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "ttf" => "font/ttf",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}
