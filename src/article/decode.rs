//! Bytes of a file to text: UTF-8 with or without a mark, GB18030, UTF-16; line ends become `\n`.

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use super::Trouble;

/// The text of `bytes`, with a note when it is not UTF-8; `None` for a picture, an archive, a program.
#[must_use]
pub fn decode(bytes: &[u8]) -> Option<(String, Option<Trouble>)> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes)
        && (encoding == UTF_16LE || encoding == UTF_16BE)
    {
        let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..])?;
        return looks_written(&text).then(|| (unix_lines(&text), Some(Trouble::Utf16)));
    }
    let body = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if body.contains(&0) {
        return None;
    }
    if let Some(text) = UTF_8.decode_without_bom_handling_and_without_replacement(body) {
        return Some((unix_lines(&text), None));
    }
    let text = GB18030.decode_without_bom_handling_and_without_replacement(body)?;
    looks_written(&text).then(|| (unix_lines(&text), Some(Trouble::Gb18030)))
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
        let plain = |bytes: &[u8]| decode(bytes).expect("text");
        assert_eq!(plain(text.as_bytes()), (text.into(), None));
        assert_eq!(plain(format!("\u{feff}{}", text.replace('\n', "\r\n")).as_bytes()), (text.into(), None));
        assert_eq!(plain(&GB18030.encode(text).0), (text.into(), Some(Trouble::Gb18030)));
        let wide: Vec<u8> = std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(plain(&wide), (text.into(), Some(Trouble::Utf16)));
    }

    #[test]
    fn a_picture_is_no_text() {
        assert_eq!(decode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), None);
        assert_eq!(decode(b"\xff\xfe\xff\xfe\xff"), None);
    }
}
