//! The nouns: article, its identity, audience, status, sections and passages.

use std::{fmt, sync::Arc};

use super::{Date, Step, passages::Passages};

/// A stable, unique name of an article; letters of any script, digits, `-`, `_`, `.`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArticleId(Arc<str>);

impl ArticleId {
    /// The longest id.
    const MAX_BYTES: usize = 200;

    /// The id, when it is usable in a URL path after percent-encoding: no blanks, no `/ \ ? #`, no
    /// controls, at most 200 bytes, not `.` or `..`.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let bad = |c: char| c.is_whitespace() || c.is_control() || "/\\?#%\"<>".contains(c);
        let fits = (1..=Self::MAX_BYTES).contains(&text.len()) && text != "." && text != "..";
        (fits && !text.contains(bad)).then(|| Self(text.into()))
    }

    /// The id a file has when its header names none: the path without `.md`, `/` as `--`, blanks as `-`.
    /// A long one is cut and ends with a hash of the path, so that its neighbours have others.
    #[must_use]
    pub fn from_path(path: &RelPath) -> Self {
        let stem = path.as_str();
        let stem = stem.strip_suffix(".md").unwrap_or(stem);
        let mut id = String::with_capacity(stem.len());
        for c in stem.chars() {
            match c {
                '/' | '\\' => id.push_str("--"),
                c if c.is_whitespace() || c.is_control() || "?#%\"<>".contains(c) => id.push('-'),
                c => id.push(c),
            }
        }
        if id.len() > Self::MAX_BYTES {
            let hash = Revision::of(path.as_str().as_bytes()).to_string();
            let end = format!("-{}", &hash[..12]);
            id.truncate(id.floor_char_boundary(Self::MAX_BYTES - end.len()));
            id.push_str(&end);
        }
        Self(id.into())
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ArticleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The path of a file below the knowledge base folder, with `/` between the parts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelPath(Arc<str>);

impl RelPath {
    /// Takes a path already written with `/`.
    #[must_use]
    pub fn new(path: &str) -> Self {
        Self(path.into())
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What `target`, a relative link written in this file, points at; `None` when it leaves the folder.
    #[must_use]
    pub fn resolve(&self, target: &str) -> Option<RelPath> {
        let mut parts: Vec<&str> = if target.starts_with('/') { Vec::new() } else { self.0.split('/').collect() };
        parts.pop();
        for part in target.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop()?;
                }
                part => parts.push(part),
            }
        }
        Some(Self::new(&parts.join("/")))
    }
}

impl fmt::Display for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// SHA-256 of the bytes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(pub [u8; 32]);

impl Revision {
    /// The revision of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        use sha2::Digest;
        Self(sha2::Sha256::digest(bytes).into())
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

/// Declares an enum whose values have one written name each.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal / $label:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }
        impl $name {
            /// Every value, in order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];
            /// The name as written in files and JSON.
            #[must_use]
            pub fn as_str(self) -> &'static str { match self { $(Self::$variant => $text),+ } }
            /// The name for Chinese readers.
            #[must_use]
            pub fn label(self) -> &'static str { match self { $(Self::$variant => $label),+ } }
            /// Reads the written name.
            #[must_use]
            pub fn read(text: &str) -> Option<Self> { match text { $($text => Some(Self::$variant),)+ _ => None } }
        }
    };
}

named! {
    /// What an article is for.
    Kind {
        /// From a complaint to a fix, step by step.
        Troubleshooting = "troubleshooting" / "故障排查",
        /// What a code on the display means.
        ErrorCode = "error-code" / "故障代码",
        /// How to do something.
        HowTo = "how-to" / "使用方法",
        /// What the company or the law promises.
        Policy = "policy" / "服务政策",
        /// What an agent says.
        Script = "script" / "坐席话术",
        /// What staff do, by when.
        Procedure = "procedure" / "处理流程",
    }
}

named! {
    /// Who an article is written for.
    Audience {
        /// Everybody.
        Public = "public" / "公开",
        /// Staff only; never reaches a customer in any way.
        Agent = "agent" / "仅坐席",
    }
}

named! {
    /// How dangerous the situation is.
    Severity {
        /// Annoying.
        Normal = "normal" / "普通",
        /// Damage goes on while one reads.
        Urgent = "urgent" / "紧急",
        /// People may be hurt.
        Danger = "danger" / "危险",
    }
}

named! {
    /// Where in its life an article stands.
    Status {
        /// Being written: editors only.
        Draft = "draft" / "草稿",
        /// Being checked: editors only.
        Review = "review" / "审核中",
        /// In service.
        Published = "published" / "已发布",
        /// Out of service: gone for customers, with a banner for staff.
        Retired = "retired" / "已停用",
    }
}

named! {
    /// What a `##` section is, told from its heading and the kind of the article.
    SectionRole {
        /// 现象: how this case is recognised.
        Symptoms = "symptoms" / "现象",
        /// 含义: what a code means.
        Meaning = "meaning" / "含义",
        /// 代码表: codes and their meanings.
        CodeTable = "code-table" / "代码表",
        /// 先看一眼: quick checks without risk.
        Precheck = "precheck" / "先看一眼",
        /// 软件排查: settings, mode, app, restart.
        Software = "software" / "软件排查",
        /// 硬件排查: what a person can safely touch.
        Hardware = "hardware" / "硬件排查",
        /// 联系售后: the exit.
        Service = "service" / "联系售后",
        /// 准备: before a how-to.
        Prepare = "prepare" / "准备",
        /// 步骤: steps of a how-to or procedure.
        Steps = "steps" / "步骤",
        /// 完成后: after a how-to.
        Afterwards = "afterwards" / "完成后",
        /// 结论: the policy in one sentence.
        Conclusion = "conclusion" / "结论",
        /// 规则: the policy in full.
        Rules = "rules" / "规则",
        /// 例外: when it does not hold.
        Exceptions = "exceptions" / "例外",
        /// 举例: worked cases.
        Examples = "examples" / "举例",
        /// 依据: the sources.
        Basis = "basis" / "依据",
        /// 什么时候用: when a script fits.
        WhenToUse = "when-to-use" / "什么时候用",
        /// 这样说: what to say.
        Say = "say" / "这样说",
        /// 不要说: what not to say.
        DontSay = "dont-say" / "不要说",
        /// 适用: whom a procedure concerns.
        Scope = "scope" / "适用",
        /// 时限: by when.
        Deadline = "deadline" / "时限",
        /// 上报: to whom.
        Escalation = "escalation" / "上报",
        /// Text before the first section or below an unknown heading: kept and shown.
        Other = "other" / "其他",
    }
}

impl SectionRole {
    /// The role a `##` heading announces.
    #[must_use]
    pub fn of_heading(heading: &str) -> Self {
        let heading = heading.trim();
        Self::ALL.iter().copied().find(|r| *r != Self::Other && r.label() == heading).unwrap_or(Self::Other)
    }

    /// Whether `###` headings below it are steps that can be walked.
    #[must_use]
    pub fn is_walked(self) -> bool {
        matches!(self, Self::Precheck | Self::Software | Self::Hardware)
    }
}

/// One `##` section; its text is a range of lines of the article's source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The heading without its attributes; empty for text before the first heading.
    pub heading: String,
    /// The anchor within the page.
    pub slug: String,
    /// What the section is.
    pub role: SectionRole,
    /// Lines of the source that hold its text before the first step (from, one past the last).
    pub lines: (usize, usize),
    /// Its steps, in the order of the file.
    pub steps: Vec<Step>,
}

/// Where in an article a passage stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// The title.
    Title,
    /// One of `symptoms`.
    Symptom,
    /// A section or step heading.
    Heading,
    /// Running text.
    Body,
}

impl Place {
    /// The name in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Symptom => "symptoms",
            Self::Heading => "heading",
            Self::Body => "body",
        }
    }
}

/// A paragraph, list item, table row or heading as plain text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passage<'a> {
    /// Where it stands.
    pub place: Place,
    /// Who may read it.
    pub audience: Audience,
    /// The words.
    pub text: &'a str,
}

/// A link or picture in the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The target as written.
    pub to: Box<str>,
    /// Whether it is a picture.
    pub picture: bool,
    /// Line of the file, from 1.
    pub line: u32,
    /// Who may see it.
    pub audience: Audience,
}

/// One article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// The stable name.
    pub id: ArticleId,
    /// The file it was read from.
    pub path: RelPath,
    /// SHA-256 of the file's bytes.
    pub revision: Revision,
    /// The title.
    pub title: String,
    /// What it is for.
    pub kind: Kind,
    /// Appliances it is about; empty = not about one.
    pub appliances: Vec<String>,
    /// Models it is limited to; `*` at the end stands for the rest.
    pub models: Vec<String>,
    /// Codes it explains, as written.
    pub codes: Vec<String>,
    /// People's own words for the complaint.
    pub symptoms: Vec<String>,
    /// Questions people have asked that it answers. They help to find it and stand on no page, only as the
    /// reason why it was found.
    pub asked: Vec<String>,
    /// Old addresses that lead here, starting with `/`.
    pub redirects: Vec<String>,
    /// Closed facts that tell it from its neighbours: name, value.
    pub signs: Vec<(String, String)>,
    /// Line of the header on which `signs` stands; 0 when it does not.
    pub signs_line: u32,
    /// Who it is for.
    pub audience: Audience,
    /// How dangerous the situation is.
    pub severity: Severity,
    /// Where in its life it stands.
    pub status: Status,
    /// The team that answers for it; staff only.
    pub owner: Option<String>,
    /// Last day somebody checked it.
    pub reviewed: Option<Date>,
    /// Day by which it must be checked again.
    pub review_by: Option<Date>,
    /// Last day customers see it.
    pub expires: Option<Date>,
    /// Questions that must return this article first; never indexed.
    pub expect: Vec<String>,
    /// Line of the header on which each of `expect` stands.
    pub expect_lines: Vec<u32>,
    /// The body in sections.
    pub sections: Vec<Section>,
    /// Links and pictures of the body.
    pub links: Vec<Link>,
    /// The body as plain text, for search and snippets.
    pub(super) passages: Passages,
    /// The whole file as text.
    pub source: Box<str>,
    /// The lines of `source` in plain Markdown, when the file holds marks of other tools; a line may
    /// have become several.
    pub translated: Option<Box<[Box<str>]>>,
    /// For each line of `source`, whether only staff may read it.
    pub agent_lines: Box<[bool]>,
    /// Lines of `source` the header takes; the body begins behind them.
    pub header_lines: usize,
}

impl Article {
    /// The lines of the file in plain Markdown.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        let translated = self.translated.iter().flatten().map(|l| &**l);
        let source = self.source.lines().take(if self.translated.is_some() { 0 } else { usize::MAX });
        translated.chain(source)
    }

    /// The body as plain text, for search and snippets.
    pub fn passages(&self) -> impl ExactSizeIterator<Item = Passage<'_>> {
        self.passages.iter(&self.source)
    }

    /// What kind it is, for Chinese readers: what only staff may read of how things are done is internal.
    #[must_use]
    pub fn kind_label(&self) -> &'static str {
        if self.kind == Kind::Procedure && self.audience == Audience::Agent {
            "内部流程"
        } else {
            self.kind.label()
        }
    }

    /// All steps in the order of the file.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.sections.iter().flat_map(|s| &s.steps)
    }

    /// Files a picture written in this article may mean, likeliest first: beside it, at the top, and
    /// where other tools keep pictures.
    #[must_use]
    pub fn picture_paths(&self, target: &str) -> Vec<RelPath> {
        let name = target.strip_prefix("wiki:").unwrap_or(target);
        let top = RelPath::new("");
        let folders = ["static", "public", "assets", "attachments"];
        let elsewhere =
            folders.iter().filter_map(|folder| top.resolve(&format!("{folder}/{}", name.trim_start_matches('/'))));
        [self.path.resolve(name), top.resolve(name)].into_iter().flatten().chain(elsewhere).collect()
    }

    /// Whether customers no longer see it on `today`.
    #[must_use]
    pub fn is_expired(&self, today: Date) -> bool {
        self.expires.is_some_and(|last| last < today)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_an_id_is_named_after_its_path() {
        let id = |p: &str| ArticleId::from_path(&RelPath::new(p)).to_string();
        assert_eq!(id("洗衣机/不脱水 怎么办.md"), "洗衣机--不脱水-怎么办");
        assert_eq!(id("a.md"), "a");
        assert!(ArticleId::new("a/b").is_none() && ArticleId::new("a b").is_none() && ArticleId::new("").is_none());
        assert!(ArticleId::new("洗衣机-不脱水").is_some());
        // Two long names in one deep folder.
        let long = |n: usize, end: &str| id(&format!("{}{end}.md", "深".repeat(n)));
        assert_eq!(long(66, "ab"), "深".repeat(66) + "ab");
        assert_ne!(long(66, "abc"), long(66, "abd"));
        assert!(long(66, "abc").starts_with(&"深".repeat(62)) && long(99, "abc").len() <= 200);
        assert!(ArticleId::new(&long(99, "abc")).is_some());
    }

    #[test]
    fn links_are_resolved_against_their_file_and_stay_inside() {
        let path = RelPath::new("洗衣机/a.md");
        let at = |t: &str| path.resolve(t).map(|p| p.to_string());
        assert_eq!(at("b.md").as_deref(), Some("洗衣机/b.md"));
        assert_eq!(at("../空调/c.md").as_deref(), Some("空调/c.md"));
        assert_eq!(at("/d.md").as_deref(), Some("d.md"));
        assert_eq!(at("../../etc/passwd"), None);
    }
}
