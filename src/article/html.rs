//! Lines of an article to HTML for one reader, sanitised as a whole.
//!
//! pulldown-cmark prints raw HTML and every attribute an author thinks of, so whatever it makes
//! goes through ammonia. Blocks for staff are left out before Markdown is read.

use pulldown_cmark::{CowStr, Event, Parser, Tag, TagEnd, html};

use super::{
    Article,
    inline::OpenTags,
    outline::{ends_in_chinese, options, push_shallow},
    sanitise::sanitiser,
    step::blank_attributes,
};

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// A customer: blocks for staff are not there.
    Customer,
    /// An agent, editor or admin.
    Staff,
}

/// Where links and pictures of an article lead, for one reader.
pub trait Links {
    /// The URL of the article that the relative link `target` means, when the reader may see it.
    fn article(&self, target: &str) -> Option<String>;
    /// The URL of the picture `target`, when it exists.
    fn picture(&self, target: &str) -> Option<String>;
}

/// Leads nowhere: relative links become text, pictures their description.
pub struct NoLinks;

impl Links for NoLinks {
    fn article(&self, _target: &str) -> Option<String> {
        None
    }
    fn picture(&self, _target: &str) -> Option<String> {
        None
    }
}

/// The HTML of the lines `range` (from 0, one past the last) of `article`; its header is no text for anybody.
#[must_use]
pub fn render(article: &Article, range: (usize, usize), viewer: Viewer, links: &dyn Links) -> String {
    Renderer::new(article, viewer, links).html(range)
}

/// Renders many parts of one article, without going through its lines from the first for each.
pub struct Renderer<'a> {
    lines: Vec<&'a str>,
    agent_lines: &'a [bool],
    /// Lines of the header, which are no text for anybody.
    header_lines: usize,
    viewer: Viewer,
    links: &'a dyn Links,
}

impl<'a> Renderer<'a> {
    /// Renders `article` for one reader.
    #[must_use]
    pub fn new(article: &'a Article, viewer: Viewer, links: &'a dyn Links) -> Self {
        Self {
            lines: article.lines().collect(),
            agent_lines: &article.agent_lines,
            header_lines: article.header_lines,
            viewer,
            links,
        }
    }

    /// The HTML of the lines `range` (from 0, one past the last).
    #[must_use]
    pub fn html(&self, range: (usize, usize)) -> String {
        let mut out = String::new();
        let mut chunk = String::new();
        let mut chunk_is_staff = false;
        for (i, line) in self.lines.iter().enumerate().take(range.1).skip(range.0.max(self.header_lines)) {
            let staff = self.agent_lines.get(i).copied().unwrap_or(true);
            if staff && self.viewer == Viewer::Customer {
                // As if it had never been written: not even a blank line stays.
                continue;
            }
            if staff != chunk_is_staff {
                write_chunk(&mut out, &chunk, chunk_is_staff, self.links);
                chunk.clear();
                chunk_is_staff = staff;
            }
            let mark = staff && line.trim_start().starts_with([':', '：']);
            if !mark {
                push_shallow(&mut chunk, line);
            }
            chunk.push('\n');
        }
        write_chunk(&mut out, &chunk, chunk_is_staff, self.links);
        out
    }
}

fn write_chunk(out: &mut String, markdown: &str, staff: bool, links: &dyn Links) {
    if markdown.trim().is_empty() {
        return;
    }
    let (markdown, _) = blank_attributes(markdown, &mut Vec::new());
    let events = Parser::new_ext(&markdown, options());
    let mut rewriter = Rewriter {
        links,
        dropped: Vec::new(),
        alt: None,
        after_chinese: false,
        after_sentence: false,
        tags: OpenTags::default(),
    };
    let mut raw = String::new();
    html::push_html(&mut raw, events.filter_map(|event| rewriter.pass(event)));
    let clean = sanitiser().clean(&raw).to_string();
    // Only here: an `aside` an author writes would look like a block for staff.
    if staff {
        out.extend(["<aside class=\"agent-note\">", &clean, "</aside>"]);
    } else {
        out.push_str(&clean);
    }
}

/// Points links and pictures to where the reader can go and turns the others into text.
struct Rewriter<'l> {
    links: &'l dyn Links,
    /// For each open link: whether its tags were dropped.
    dropped: Vec<bool>,
    /// Inside a picture that cannot be shown: its description so far.
    alt: Option<String>,
    /// The last text ended in Chinese.
    after_chinese: bool,
    /// It ended a sentence.
    after_sentence: bool,
    tags: OpenTags,
}

impl Rewriter<'_> {
    fn pass<'e>(&mut self, event: Event<'e>) -> Option<Event<'e>> {
        if let Some(alt) = &mut self.alt {
            match event {
                Event::End(TagEnd::Image) => return self.alt.take().map(|a| Event::Text(a.into())),
                Event::Text(text) | Event::Code(text) => alt.push_str(&text),
                _ => {}
            }
            return None;
        }
        match &event {
            Event::Text(text) | Event::Code(text) => {
                self.after_chinese = ends_in_chinese(text);
                self.after_sentence = text.ends_with(['。', '！', '？', '；']);
            }
            // Who writes `<br>` has the line already.
            Event::InlineHtml(_) => self.after_sentence = false,
            _ => {}
        }
        match event {
            // Who ends the line with the sentence means a line for each: so warnings are read one by one.
            Event::SoftBreak if self.after_sentence => Some(Event::HardBreak),
            Event::SoftBreak if self.after_chinese => None,
            Event::Html(html) | Event::InlineHtml(html) if !self.tags.take(&html) => Some(Event::Text(html)),
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let to = self.destination(&dest_url);
                self.dropped.push(to.is_none());
                to.map(|dest_url| Event::Start(Tag::Link { link_type, dest_url: dest_url.into(), title, id }))
            }
            Event::End(TagEnd::Link) => (!self.dropped.pop().unwrap_or(false)).then_some(Event::End(TagEnd::Link)),
            Event::Start(Tag::Image { link_type, dest_url, title, id }) => match self.links.picture(&dest_url) {
                Some(url) => Some(Event::Start(Tag::Image { link_type, dest_url: CowStr::from(url), title, id })),
                None => {
                    self.alt = Some(String::new());
                    None
                }
            },
            Event::Start(Tag::Heading { .. }) => Some(Event::Start(Tag::Heading {
                level: pulldown_cmark::HeadingLevel::H4,
                id: None,
                classes: Vec::new(),
                attrs: Vec::new(),
            })),
            Event::End(TagEnd::Heading(_)) => Some(Event::End(TagEnd::Heading(pulldown_cmark::HeadingLevel::H4))),
            other => Some(other),
        }
    }

    fn destination(&self, target: &str) -> Option<String> {
        let lower = target.to_ascii_lowercase();
        let outside = ["http://", "https://", "mailto:", "tel:", "#"];
        if outside.iter().any(|scheme| lower.starts_with(scheme)) {
            return Some(target.to_owned());
        }
        self.links.article(target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::{RelPath, outline::NESTING, parse};

    struct Known;
    impl Links for Known {
        fn article(&self, target: &str) -> Option<String> {
            (target == "b.md").then(|| "/a/b".to_owned())
        }
        fn picture(&self, target: &str) -> Option<String> {
            (target == "p.png").then(|| "/media/p.png".to_owned())
        }
    }

    fn html(markdown: &str, viewer: Viewer) -> String {
        let article = parse(&RelPath::new("a.md"), markdown.as_bytes()).article.expect("an article");
        let n = markdown.lines().count();
        render(&article, (0, n), viewer, &Known)
    }

    #[test]
    fn staff_blocks_reach_staff_only() {
        let text = "公开\n\n:::agent\n话术\n:::\n";
        assert!(!html(text, Viewer::Customer).contains("话术"));
        assert!(html(text, Viewer::Staff).contains("<aside class=\"agent-note\"><p>话术</p>"));
    }

    #[test]
    fn a_line_that_ends_with_its_sentence_stays_a_line_and_a_wrapped_one_does_not() {
        let text = "> **马上断电！**\n> 不碰插头，\n> 也不碰水。\n> 看[别处](b.md)。\n> 走。<br>\n> 快走。\n";
        let lines = "<strong>马上断电！</strong><br>\n不碰插头，也不碰水。<br>\n看<a href=\"/a/b\" rel=\"noopener noreferrer\">别处</a>。<br>\n走。<br>快走。";
        let shown = html(text, Viewer::Customer);
        assert!(shown.contains(lines), "{shown}");
    }

    #[test]
    fn the_header_of_a_file_is_read_to_nobody() {
        let text = "---\nid: a\ntitle: 题\nsymptoms: [漏水]\n---\n:::agent\n话术\n:::\n公开\n";
        for viewer in [Viewer::Customer, Viewer::Staff] {
            let out = html(text, viewer);
            assert!(out.contains("公开") && !out.contains("symptoms") && !out.contains("title"), "{out}");
        }
        assert!(html(text, Viewer::Staff).starts_with("<aside class=\"agent-note\"><p>话术</p>"));
    }

    #[test]
    fn an_aside_an_author_writes_does_not_look_like_a_block_for_staff() {
        let text = "<aside class=\"agent-note\">\n\n话术\n\n</aside>\n";
        for viewer in [Viewer::Customer, Viewer::Staff] {
            let out = html(text, viewer);
            assert!(out.contains("话术") && !out.contains("agent-note") && !out.contains("aside"), "{out}");
        }
    }

    #[test]
    fn what_nests_too_deep_is_shown_flat() {
        let n = 100_000;
        for (mark, tag) in [("> ", "<blockquote>"), ("- ", "<ul>"), ("1. ", "<ol>")] {
            let out = html(&format!("{}字\n", mark.repeat(n)), Viewer::Customer);
            assert!(out.contains('字') && out.matches(tag).count() == NESTING, "{mark}");
        }
        let out = html(&format!("字{}字\n", "<b x=1>".repeat(n)), Viewer::Customer);
        assert!(out.matches("<b>").count() < 100 && out.matches("&lt;b x=1&gt;").count() > n - 100);
        let out = html(&format!("字{}\n", "<b>粗</b><br>".repeat(n / 2)), Viewer::Customer);
        assert_eq!((out.matches("<b>粗</b>").count(), out.contains("&lt;")), (n / 2, false));
    }

    #[test]
    fn a_path_that_climbs_out_of_its_folder_leads_nowhere() {
        for path in [
            "/media/../login",
            "/media/a/%2E%2e/../login",
            "/media/..\\login",
            "/media/.\t./login",
            "/media/%2e%2e",
            "/a/./../login",
        ] {
            let out = html(&format!("<img src=\"{path}\" alt=图> <a href=\"{path}\">去</a>\n"), Viewer::Customer);
            assert!(!out.contains("src=") && !out.contains("href=") && out.contains('去'), "{path}: {out}");
        }
        let out = html("<img src=\"/media/a..b/...png\"> <a href=\"https://a.cn/../b\">去</a>\n", Viewer::Customer);
        assert!(out.contains("/media/a..b/...png") && out.contains("a.cn"), "{out}");
    }

    #[test]
    fn links_lead_where_the_reader_can_go() {
        let out = html("[甲](b.md) [乙](secret.md) ![图](p.png) ![没有](q.png) [网](https://a.cn)\n", Viewer::Customer);
        assert!(out.contains("href=\"/a/b\"") && out.contains("src=\"/media/p.png\""), "{out}");
        assert!(
            !out.contains("secret") && out.contains("乙") && out.contains("没有") && !out.contains("q.png"),
            "{out}"
        );
        assert!(out.contains("href=\"https://a.cn\""));
    }

    #[test]
    fn a_line_break_between_chinese_lines_is_no_blank() {
        assert_eq!(
            html("第一句，\n第二句，**粗**\n字 end\nnext\n", Viewer::Customer),
            "<p>第一句，第二句，<strong>粗</strong>字 end\nnext</p>\n"
        );
    }

    #[test]
    fn nothing_an_author_writes_can_run() {
        let evil = "## 题 {onclick=alert(1)}\n<h4 onclick=alert(1)>四</h4><script>alert(1)</script><img src=x onerror=alert(1)>\n\n\
            [a](javascript:alert(1)) <a href=\"data:text/html,x\" style=\"x\" id=\"y\">b</a> <svg onload=alert(1)></svg>\n\
            <iframe src=\"/a/b\"></iframe> <form action=/><input></form>\n\n> [!CAUTION]\n> 小心\n";
        let out = html(evil, Viewer::Customer);
        for bad in [
            "script",
            "onerror",
            "onclick",
            "onload",
            "javascript",
            "data:",
            "style=",
            "id=",
            "<iframe",
            "<form",
            "<input",
            "src=",
        ] {
            assert!(!out.to_lowercase().contains(bad), "{bad} in {out}");
        }
        assert!(out.contains("markdown-alert-caution"), "{out}");
    }
}
