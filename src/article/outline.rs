//! The shape of a Markdown text: headings, top-level ordered lists, plain passages, links.
//!
//! Works on the visible part of a file: without the header and the blocks of the other audience.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::{Place, Trouble, yaml::Mark};

/// The Markdown we read: CommonMark with tables, strikethrough and GitHub's alerts.
pub(super) fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_GFM
}

/// Quotes and list items inside each other in one line; the marks of further ones are left out. Nobody
/// writes so many, and a page takes time with the square of their depth.
pub(super) const NESTING: usize = 64;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Heading {
    pub level: u8,
    pub text: String,
    /// Line, from 0.
    pub line: usize,
    /// One past its last line: two lines on when it is underlined.
    pub end: usize,
}

/// A link or picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub to: String,
    pub picture: bool,
    pub mark: Mark,
}

#[derive(Debug, Default)]
pub(super) struct Outline {
    /// Headings outside lists and quotes.
    pub headings: Vec<Heading>,
    /// Ordered lists outside others: for each item, lines from and one past the last.
    pub lists: Vec<Vec<(usize, usize)>>,
    pub passages: Vec<(Place, String)>,
    pub targets: Vec<Target>,
    pub troubles: Vec<(Mark, Trouble)>,
}

pub(super) fn outline(text: &str) -> Outline {
    let starts = line_starts(text);
    let mut walk = Walk {
        out: Outline::default(),
        starts: &starts,
        depth: 0,
        buffer: String::new(),
        quiet: 0,
        star: false,
        is_ordered: false,
    };
    for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
        walk.step(event, &range);
    }
    walk.flush(Place::Body);
    walk.out
}

struct Walk<'a> {
    out: Outline,
    starts: &'a [usize],
    /// Open blocks around the current event.
    depth: usize,
    buffer: String,
    /// Open code blocks: asterisks there are meant.
    quiet: usize,
    /// The event before was text that ended with an asterisk.
    star: bool,
    /// The last list outside others is an ordered one.
    is_ordered: bool,
}

impl Walk<'_> {
    fn step(&mut self, event: Event<'_>, range: &std::ops::Range<usize>) {
        match event {
            Event::Start(tag) => self.start(&tag, range),
            Event::End(end) => self.end(end, range),
            Event::Text(text) => {
                // The parser hands out delimiters it could not use one or two at a time.
                let stray = text.contains("**") || (self.star && text.starts_with('*'));
                self.star = text.ends_with('*') && !stray;
                if self.quiet == 0 && stray {
                    self.out.troubles.push((self.mark(range.start), Trouble::StrayAsterisks));
                }
                self.buffer.push_str(&text);
                return;
            }
            Event::Code(text) => self.buffer.push_str(&text),
            Event::SoftBreak if ends_in_chinese(&self.buffer) => {}
            Event::SoftBreak | Event::HardBreak => self.buffer.push(' '),
            Event::Html(html) | Event::InlineHtml(html) => push_html_text(&mut self.buffer, &html),
            _ => {}
        }
        self.star = false;
    }

    fn start(&mut self, tag: &Tag<'_>, range: &std::ops::Range<usize>) {
        match tag {
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                let picture = matches!(tag, Tag::Image { .. });
                let mark = self.mark(range.start);
                self.out.targets.push(Target { to: dest_url.to_string(), picture, mark });
            }
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough => {}
            Tag::TableCell => self.buffer.push(' '),
            other => {
                self.flush(Place::Body);
                if matches!(other, Tag::CodeBlock(_)) {
                    self.quiet += 1;
                }
                if let Tag::List(first) = other
                    && self.depth == 0
                {
                    self.is_ordered = first.is_some();
                    if self.is_ordered {
                        self.out.lists.push(Vec::new());
                    }
                }
                if matches!(other, Tag::Item)
                    && self.depth == 1
                    && self.is_ordered
                    && let Some(list) = self.out.lists.last_mut()
                {
                    let last = range.end.saturating_sub(1).max(range.start);
                    list.push((line_of(self.starts, range.start), line_of(self.starts, last) + 1));
                }
                self.depth += 1;
            }
        }
    }

    fn end(&mut self, end: TagEnd, range: &std::ops::Range<usize>) {
        match end {
            TagEnd::Link
            | TagEnd::Image
            | TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::TableCell => {
                return;
            }
            TagEnd::Heading(level) if self.depth == 1 => {
                let text = self.buffer.trim().to_owned();
                let line = line_of(self.starts, range.start);
                let last = range.end.saturating_sub(1).max(range.start);
                let end = line_of(self.starts, last) + 1;
                self.out.headings.push(Heading { level: level_number(level), text, line, end });
                self.flush(Place::Heading);
            }
            TagEnd::Heading(_) => self.flush(Place::Heading),
            TagEnd::TableHead => self.flush(Place::Heading),
            TagEnd::CodeBlock => {
                self.quiet = self.quiet.saturating_sub(1);
                self.flush(Place::Body);
            }
            _ => self.flush(Place::Body),
        }
        self.depth = self.depth.saturating_sub(1);
    }

    fn flush(&mut self, place: Place) {
        let text = self.buffer.trim();
        if !text.is_empty() {
            self.out.passages.push((place, text.to_owned()));
        }
        self.buffer.clear();
    }

    fn mark(&self, at: usize) -> Mark {
        let line = line_of(self.starts, at);
        Mark { line: line as u32 + 1, column: 1 }
    }
}

/// A line of Chinese goes on with the next one: a blank between them would be seen.
pub(super) fn ends_in_chinese(text: &str) -> bool {
    text.chars()
        .next_back()
        .is_some_and(|c| matches!(u32::from(c), 0x3000..=0x9FFF | 0xFF00..=0xFFEF | 0x201C..=0x201D))
}

/// Words between tags; comments and tags themselves are not read.
fn push_html_text(buffer: &mut String, html: &str) {
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        buffer.push_str(&rest[..open]);
        let close = if rest[open..].starts_with("<!--") { "-->" } else { ">" };
        match rest[open..].find(close) {
            Some(end) => rest = &rest[open + end + close.len()..],
            None => return,
        }
    }
    buffer.push_str(rest);
}

fn level_number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

/// Byte offset at which each line starts.
pub(super) fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(i, _)| i + 1)).collect()
}

fn line_of(starts: &[usize], at: usize) -> usize {
    starts.partition_point(|&s| s <= at).saturating_sub(1)
}

/// A text without its header and without the lines of another audience, and the line of the file
/// behind each of its lines (with one more behind the last).
///
/// Hidden lines are left out, not blanked: what customers read must be the same as if the hidden
/// lines had never been written.
pub(super) fn visible(text: &[&str], header: usize, is_shown: impl Fn(usize) -> bool) -> (String, Vec<usize>) {
    let mut out = String::new();
    let mut lines = Vec::new();
    for (i, line) in text.iter().enumerate() {
        if i < header {
            out.push('\n');
            lines.push(i);
        } else if is_shown(i) {
            push_shallow(&mut out, line);
            out.push('\n');
            // A translated line may have become several.
            lines.extend(std::iter::repeat_n(i, 1 + line.matches('\n').count()));
        }
    }
    lines.push(text.len());
    (out, lines)
}

/// Adds a line (a translated one may have become several) without the marks that nest too deep.
pub(super) fn push_shallow(out: &mut String, line: &str) {
    for (i, line) in line.split('\n').enumerate() {
        if i > 0 {
            out.push('\n');
        }
        let (from, until) = too_deep(line);
        out.push_str(&line[..from]);
        out.push_str(&line[until..]);
    }
}

/// The part of a line with marks of quotes and list items that are too many; usually empty.
fn too_deep(line: &str) -> (usize, usize) {
    let (mut from, mut at) = (line.len(), 0);
    for n in 0.. {
        let said = line[at..].trim_start_matches([' ', '\t']);
        let begins = line.len() - said.len();
        if n == NESTING {
            from = begins;
        }
        match container_mark(said.as_bytes()) {
            Some(length) => at = begins + length,
            None => return (from, if n > NESTING { begins } else { from }),
        }
    }
    (from, from)
}

/// The length of the mark of a quote or list item that `said` begins with.
fn container_mark(said: &[u8]) -> Option<usize> {
    let length = match said.first()? {
        b'>' => return Some(1),
        b'-' | b'*' | b'+' => 1,
        // CommonMark reads nine digits at most.
        _ => match said.iter().take(10).take_while(|b| b.is_ascii_digit()).count() {
            n @ 1..=9 if matches!(said.get(n), Some(b'.' | b')')) => n + 1,
            _ => return None,
        },
    };
    said.get(length).is_none_or(|b| matches!(b, b' ' | b'\t')).then_some(length)
}

impl Outline {
    /// Turns lines of a visible text into lines of the file.
    pub(super) fn in_file(mut self, lines: &[usize]) -> Self {
        let line = |i: usize| lines.get(i).or(lines.last()).copied().unwrap_or(0);
        for heading in &mut self.headings {
            heading.line = line(heading.line);
            heading.end = line(heading.end.saturating_sub(1)) + 1;
        }
        for item in self.lists.iter_mut().flatten() {
            *item = (line(item.0), line(item.1.saturating_sub(1)) + 1);
        }
        let marks = self.targets.iter_mut().map(|t| &mut t.mark).chain(self.troubles.iter_mut().map(|t| &mut t.0));
        for mark in marks {
            mark.line = file_line(mark.line, lines);
        }
        self
    }
}

/// The line of the file (from 1) behind a line of a visible text (from 1).
pub(super) fn file_line(line: u32, lines: &[usize]) -> u32 {
    lines.get(line.saturating_sub(1) as usize).map_or(line, |i| *i as u32 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_lists_links_and_passages_know_their_lines() {
        let o =
            outline("# 题\n\n## 软件排查\n1. 先看\n2. 再试\n   续行\n\n> ### 引用里的\n\n见 [甲](a.md) ![](b.png)\n");
        assert_eq!(o.headings.iter().map(|h| (h.level, h.line)).collect::<Vec<_>>(), [(1, 0), (2, 2)]);
        assert_eq!(o.lists, [vec![(3, 4), (4, 7)]]);
        assert_eq!(
            o.targets.iter().map(|t| (t.to.as_str(), t.picture)).collect::<Vec<_>>(),
            [("a.md", false), ("b.png", true)]
        );
        assert!(o.passages.contains(&(Place::Body, "再试续行".into())));
    }

    #[test]
    fn items_of_a_list_with_dots_do_not_join_the_numbered_list_above() {
        let lists = outline("1. 甲\n\n文\n\n- 乙\n- 丙\n\n1. 丁\n").lists;
        let starts: Vec<Vec<usize>> = lists.iter().map(|l| l.iter().map(|item| item.0).collect()).collect();
        assert_eq!(starts, [[0], [7]]);
    }

    #[test]
    fn marks_that_nest_too_deep_are_left_out_and_other_lines_stay() {
        let shallow = |line: &str| {
            let mut out = String::new();
            push_shallow(&mut out, line);
            out
        };
        for same in ["", "字", "> - 1. 字", "> a\n> > b", "-----", "  \t", &"> ".repeat(NESTING), "1234567890. 字"] {
            assert_eq!(shallow(same), same);
        }
        for mark in ["> ", ">", "- ", "1. ", "  12)\t"] {
            let deepest = mark.repeat(NESTING);
            let expected = format!("{deepest}字 > - 尾");
            assert_eq!(shallow(&expected), expected);
            assert_eq!(
                shallow(&format!("{}字 > - 尾", mark.repeat(NESTING + 1))).replace([' ', '\t'], ""),
                expected.replace([' ', '\t'], "")
            );
            assert_eq!(shallow(&mark.repeat(NESTING * 9)).trim_end(), deepest.trim_end());
        }
    }

    #[test]
    fn bold_that_commonmark_does_not_make_is_seen() {
        assert_eq!(
            outline("按**「启动」**键\n").troubles.first(),
            Some(&(Mark { line: 1, column: 1 }, Trouble::StrayAsterisks))
        );
        assert!(outline("**「启动」键** 和 `**`\n").troubles.is_empty());
    }

    #[test]
    fn comments_are_not_read_and_tagged_words_are() {
        let o = outline("<p>看<b>得见</b></p>\n<!-- 看不见 -->\n");
        assert_eq!(
            o.passages.iter().map(|p| p.1.as_str()).collect::<String>().replace(char::is_whitespace, ""),
            "看得见"
        );
    }
}
