//! Bytes of a file to text: UTF-8 with or without a mark, GB18030; line ends become `\n`.

use encoding_rs::{GB18030, UTF_8};

/// Text of a file and what it was written in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decoded {
    Utf8(String),
    Gb18030(String),
    /// Neither: a picture, an archive, a program.
    Binary,
}

pub(super) fn decode(bytes: &[u8]) -> Decoded {
    let body = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if body.contains(&0) {
        return Decoded::Binary;
    }
    if let Some(text) = UTF_8.decode_without_bom_handling_and_without_replacement(body) {
        return Decoded::Utf8(unix_lines(&text));
    }
    match GB18030.decode_without_bom_handling_and_without_replacement(body) {
        Some(text) if looks_written(&text) => Decoded::Gb18030(unix_lines(&text)),
        _ => Decoded::Binary,
    }
}

/// GB18030 maps nearly every byte sequence to something; text written by a person has few controls
/// and few characters of the private use area.
fn looks_written(text: &str) -> bool {
    let odd =
        |c: &char| (c.is_control() && !matches!(c, '\n' | '\r' | '\t')) || matches!(u32::from(*c), 0xE000..=0xF8FF);
    let n = text.chars().count();
    text.chars().filter(odd).count() * 50 <= n
}

fn unix_lines(text: &str) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_of_the_same_words_reads_alike() {
        let text = "# 洗衣机不脱水\n先看程序。\n";
        assert_eq!(decode(text.as_bytes()), Decoded::Utf8(text.into()));
        assert_eq!(decode(format!("\u{feff}{}", text.replace('\n', "\r\n")).as_bytes()), Decoded::Utf8(text.into()));
        assert_eq!(decode(&GB18030.encode(text).0), Decoded::Gb18030(text.into()));
    }

    #[test]
    fn a_picture_is_binary() {
        assert_eq!(decode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), Decoded::Binary);
        assert_eq!(decode(b"\xff\xfe\xff\xfe\xff"), Decoded::Binary);
    }
}
