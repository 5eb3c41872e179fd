//! Lenient quoted-printable and base64, for the parts that the strict decoders refuse.
//!
//! The usual case is a mailing list that appended its footer in plain text to a body that is
//! encoded: the body must be readable, and so must the footer.

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Decodes `raw` by its Content-Transfer-Encoding; what does not decode stays as it is.
pub(super) fn decode(raw: &[u8], encoding: &str) -> Vec<u8> {
    match encoding.trim().to_ascii_lowercase().as_str() {
        "base64" => base64(raw),
        "quoted-printable" => quoted_printable(raw),
        _ => raw.to_vec(),
    }
}

/// Lines of base64 are decoded until the first line that is none; the rest is taken as it is.
fn base64(raw: &[u8]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(raw.len());
    let mut plain: Option<usize> = None;
    let mut at = 0;
    for line in raw.split_inclusive(|&b| b == b'\n') {
        let content = line.trim_ascii();
        let encoded = content
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='));
        // A footer's words can consist of base64 letters; after the padding nothing is base64.
        let finished = packed.last() == Some(&b'=') && !content.is_empty();
        if !encoded || finished {
            plain = Some(at);
            break;
        }
        packed.extend_from_slice(content);
        at += line.len();
    }
    let mut out = decode_groups(&packed);
    if let Some(footer) = plain.and_then(|at| raw.get(at..)) {
        if !out.is_empty() && !out.ends_with(b"\n") {
            out.push(b'\n');
        }
        out.extend_from_slice(footer);
    }
    out
}

fn decode_groups(packed: &[u8]) -> Vec<u8> {
    let letters = packed.split(|&b| b == b'=').next().unwrap_or_default();
    // A cut message can end within a group: a single letter says nothing, two or three do.
    let usable = match letters.len() % 4 {
        1 => letters.len() - 1,
        _ => letters.len(),
    };
    LENIENT
        .decode(letters.get(..usable).unwrap_or_default())
        .unwrap_or_default()
}

/// `=XX` and soft line breaks are decoded, any other `=` stays.
fn quoted_printable(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'=' {
            out.push(byte);
            continue;
        }
        match tail {
            [b'\r', b'\n', after @ ..] | [b'\n', after @ ..] => rest = after,
            [high, low, after @ ..] => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    out.push(high << 4 | low);
                    rest = after;
                }
                _ => out.push(b'='),
            },
            // A cut message can end with a soft line break.
            [] => {}
            _ => out.push(b'='),
        }
    }
    out
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_with_a_footer_in_plain_text() {
        let raw = b"SGVsbG8s\r\nCndvcmxkIQ==\r\n___________\r\nusers mailing list\r\n";
        assert_eq!(
            decode(raw, "BASE64"),
            b"Hello,\nworld!\n___________\r\nusers mailing list\r\n"
        );
    }

    #[test]
    fn base64_cut_in_the_middle() {
        assert_eq!(decode(b"SGVsbG8sIHdvcmxkI", "base64"), b"Hello, world");
    }

    #[test]
    fn broken_quoted_printable_stays() {
        assert_eq!(
            decode(b"caf=C3=A9 1=2 =ZZ soft=\r\nbreak=", "Quoted-Printable "),
            "café 1=2 =ZZ softbreak".as_bytes()
        );
    }
}
