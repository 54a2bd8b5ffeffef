//! Splits text that was cut already: words end with [`Cut::SEPARATOR`].
//!
//! The cutting happens once, on any thread, before the index sees the text; here a token is a
//! slice copied into one buffer that is used again and again.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::text::Cut;

/// The name under which the tokenizer is registered.
pub(super) const SPLIT: &str = "split";

#[derive(Clone, Default)]
pub(super) struct Split;

pub(super) struct SplitStream<'a> {
    words: std::str::SplitTerminator<'a, char>,
    token: Token,
    started: bool,
}

impl Tokenizer for Split {
    type TokenStream<'a> = SplitStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> SplitStream<'a> {
        SplitStream { words: text.split_terminator(Cut::SEPARATOR), token: Token::default(), started: false }
    }
}

impl TokenStream for SplitStream<'_> {
    fn advance(&mut self) -> bool {
        let Some(word) = self.words.next() else { return false };
        self.token.position = if self.started { self.token.position + 1 } else { 0 };
        self.started = true;
        self.token.text.clear();
        self.token.text.push_str(word);
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_out_in_order_through_one_buffer() {
        let text = format!("洗衣机排水泵{0}不{0}脱水{0}", Cut::SEPARATOR);
        let mut split = Split;
        let mut stream = split.token_stream(&text);
        let mut seen = Vec::new();
        let mut buffers = std::collections::HashSet::new();
        while stream.advance() {
            seen.push((stream.token().text.clone(), stream.token().position));
            buffers.insert(stream.token().text.as_ptr());
        }
        assert_eq!(seen, [("洗衣机排水泵".to_owned(), 0), ("不".to_owned(), 1), ("脱水".to_owned(), 2)]);
        assert_eq!(buffers.len(), 1, "a String for each token would cost as much as the cutting");
    }
}
