//! Bytes of a file to an article and its problems. Never fails, never panics.

use super::{
    Article, ArticleId, Audience, Kind, Passage, Place, Problem, RelPath, Revision, Section, SectionRole, Severity,
    Status, Step, Trouble,
    block::agent_lines,
    culprit::culprit,
    decode::decode,
    dialect,
    front_matter::{self, FrontMatter},
    header::{self, Header},
    lost_header::{lost_header, rest_of_header},
    model::Link,
    outline::{Heading, Outline, file_line, line_starts, outline, visible},
    passages::Passages,
    step::{self, Attributes, Ids},
    yaml::{self, Mark},
};

/// Largest file read as an article.
pub const MAX_BYTES: u64 = 1 << 20;

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The article; `None` when the file is no text, empty or too large.
    pub article: Option<Article>,
    /// What is wrong, in the order of the file.
    pub problems: Vec<Problem>,
    /// Whether it may replace an earlier version: false when the header cannot be read.
    pub sound: bool,
}

/// Reads one file.
#[must_use]
pub fn parse(path: &RelPath, bytes: &[u8]) -> Parsed {
    let unsound = |trouble| Parsed {
        article: None,
        problems: vec![at(path, Mark { line: 1, column: 1 }, trouble)],
        sound: false,
    };
    if bytes.len() as u64 > MAX_BYTES {
        return unsound(Trouble::TooLarge(bytes.len() as u64));
    }
    let mut problems = Vec::new();
    let Some((text, note)) = decode(bytes) else { return unsound(Trouble::NotText) };
    problems.extend(note.map(|trouble| at(path, Mark { line: 1, column: 1 }, trouble)));
    if text.trim().is_empty() {
        return unsound(Trouble::Empty);
    }
    let (header, body_line, sound, troubles) = read_header(&text);
    let mut body = Body::read(&text, body_line, header.kind);
    body.troubles.extend(troubles);
    let (article, mut troubles) = body.into_article(path, Revision::of(bytes), header, sound);
    troubles.sort_by_key(|(mark, _)| mark.line);
    problems.extend(troubles.into_iter().map(|(mark, trouble)| at(path, mark, trouble)));
    problems.shrink_to_fit();
    Parsed { article: Some(article), problems, sound }
}

fn at(file: &RelPath, mark: Mark, trouble: Trouble) -> Problem {
    Problem { file: file.clone(), line: mark.line, column: mark.column, trouble }
}

/// The header, the first line of the body (from 0), whether it could be read, and its troubles.
fn read_header(text: &str) -> (Header, usize, bool, Vec<(Mark, Trouble)>) {
    let closed = |mark, trouble, line| {
        let header = Header { closed: true, ..Header::default() };
        (header, line, false, vec![(mark, trouble)])
    };
    let start = |line: usize| Mark { line: line as u32 + 1, column: 1 };
    let (node, lines) = match front_matter::cut(text) {
        FrontMatter::None => {
            return match lost_header(text) {
                Some(line) => closed(start(line), Trouble::HeaderUnread, 0),
                None => (Header::default(), 0, true, Vec::new()),
            };
        }
        FrontMatter::Open(line) => return closed(Mark { line, column: 1 }, Trouble::HeaderOpen, line as usize),
        FrontMatter::Toml { toml, first, lines } => (header::toml_node(toml, first).map_err(|mark| (mark, "")), lines),
        FrontMatter::Some { yaml, first, lines } => {
            (yaml::read(yaml, first).map_err(|fault| culprit(yaml, first, fault.0)), lines)
        }
    };
    match node {
        Err((mark, cause)) => closed(mark, Trouble::HeaderSyntax(cause), lines),
        Ok(node) => match rest_of_header(text, lines) {
            Some(line) => closed(start(line), Trouble::HeaderUnread, lines),
            None => {
                let (header, troubles) = header::read(node);
                (header, lines, true, troubles)
            }
        },
    }
}

/// The body of a file, cut into what each audience reads.
struct Body {
    source: String,
    translated: Option<Vec<String>>,
    agent_lines: Vec<bool>,
    body_line: usize,
    title: Option<String>,
    sections: Vec<Section>,
    public: Outline,
    staff: Outline,
    troubles: Vec<(Mark, Trouble)>,
}

impl Body {
    fn read(text: &str, body_line: usize, kind: Option<Kind>) -> Self {
        let (agent_lines, mut troubles) = agent_lines(text, body_line);
        let hidden = |i: usize| agent_lines.get(i).copied().unwrap_or(true);
        let (translated, notes) = dialect::translate(text, body_line);
        troubles.extend(notes);
        let shown: Vec<&str> =
            translated.as_ref().map_or_else(|| text.lines().collect(), |l| l.iter().map(String::as_str).collect());
        let (readable, lines) = visible(&shown, body_line, |i| !hidden(i));
        let written: Vec<&str> = text.lines().collect();
        let is_mark = |i: usize| written.get(i).is_some_and(|l| l.trim_start().starts_with([':', '：']));
        let (staff_text, staff_lines) = visible(&shown, body_line, |i| hidden(i) && !is_mark(i));
        let walked = matches!(kind, Some(Kind::Troubleshooting | Kind::ErrorCode));
        let mut attribute_troubles = Vec::new();
        let (readable, attributes) = step::blank_attributes(&readable, &mut attribute_troubles);
        // Braces of higher headings are no attributes of steps but belong to other tools.
        let readable_lines: Vec<&str> = readable.lines().collect();
        let steps_only = |(mark, _): &(Mark, Trouble)| {
            readable_lines.get(mark.line as usize - 1).is_some_and(|l| l.trim_start().starts_with("###"))
        };
        let in_file = |(mark, t): (Mark, Trouble)| (Mark { line: file_line(mark.line, &lines), ..mark }, t);
        troubles.extend(attribute_troubles.into_iter().filter(steps_only).map(in_file));
        let attributes = attributes.into_iter().filter_map(|(line, a)| Some((*lines.get(line)?, a))).collect();
        let public = outline(&readable).in_file(&lines);
        let staff = outline(&staff_text).in_file(&staff_lines);
        let n_lines = line_starts(text).len();
        let title = public.headings.iter().find(|h| h.level == 1);
        let mut cutter = Sections {
            attributes,
            headings: &public.headings,
            lists: &public.lists,
            title_line: title.map(|h| h.line),
            written: &written,
            troubles: &mut troubles,
            ids: Ids::default(),
        };
        let sections = cutter.cut(body_line, n_lines, walked);
        let title = title.map(|h| h.text.clone());
        Self { source: text.to_owned(), translated, agent_lines, body_line, title, sections, public, staff, troubles }
    }

    fn into_article(
        mut self,
        path: &RelPath,
        revision: Revision,
        header: Header,
        sound: bool,
    ) -> (Article, Vec<(Mark, Trouble)>) {
        let closed = header.closed || !sound;
        let title = header.title.or(self.title.take()).filter(|t| !t.trim().is_empty()).unwrap_or_else(|| {
            let name = path.as_str().rsplit('/').next().unwrap_or("");
            name.strip_suffix(".md").unwrap_or(name).to_owned()
        });
        let audience = if closed { Audience::Agent } else { header.audience.unwrap_or(Audience::Public) };
        let mut troubles = self.troubles;
        troubles.append(&mut self.public.troubles);
        troubles.append(&mut self.staff.troubles);
        let all_links = links(&self.public, audience).chain(links(&self.staff, Audience::Agent)).collect();
        let summary = header.summary.iter().map(|text| Passage { place: Place::Body, audience, text });
        let all = summary.chain(passages(&self.public, audience)).chain(passages(&self.staff, Audience::Agent));
        let body = self.source.split_inclusive('\n').take(self.body_line).map(str::len).sum();
        let passages = Passages::new(&self.source, body, &all.collect::<Vec<_>>());
        self.agent_lines.iter_mut().take(self.body_line).for_each(|hidden| *hidden = true);
        let (expect, expect_lines) = header.expect.into_iter().unzip();
        let article = Article {
            id: header.id.unwrap_or_else(|| ArticleId::from_path(path)),
            path: path.clone(),
            revision,
            title,
            kind: header.kind.unwrap_or(Kind::HowTo),
            appliances: header.appliances,
            models: header.models,
            codes: header.codes,
            symptoms: header.symptoms,
            asked: header.asked,
            redirects: header.redirects,
            signs: header.signs,
            signs_line: header.signs_line,
            audience,
            severity: header.severity.unwrap_or(Severity::Normal),
            status: if closed { Status::Draft } else { header.status.unwrap_or(Status::Published) },
            owner: header.owner,
            reviewed: header.reviewed,
            review_by: header.review_by,
            expires: header.expires,
            expect,
            expect_lines,
            sections: self.sections,
            links: all_links,
            passages,
            source: self.source.into(),
            translated: self.translated.map(|lines| lines.into_iter().map(Into::into).collect()),
            agent_lines: self.agent_lines.into(),
            header_lines: self.body_line,
        };
        (article, troubles)
    }
}

fn links(outline: &Outline, audience: Audience) -> impl Iterator<Item = Link> + '_ {
    let link = move |t: &super::outline::Target| Link {
        to: t.to.as_str().into(),
        picture: t.picture,
        line: t.mark.line,
        audience,
    };
    outline.targets.iter().map(link)
}

fn passages(outline: &Outline, audience: Audience) -> impl Iterator<Item = Passage<'_>> {
    outline.passages.iter().map(move |(place, text)| Passage { place: *place, audience, text })
}

/// Cuts the lines of a body into sections and steps. Headings and lists stand in the order of the file:
/// those of a section are one piece of them, found by halving.
struct Sections<'a> {
    attributes: std::collections::HashMap<usize, Attributes>,
    headings: &'a [Heading],
    lists: &'a [Vec<(usize, usize)>],
    title_line: Option<usize>,
    /// The lines of the file.
    written: &'a [&'a str],
    troubles: &'a mut Vec<(Mark, Trouble)>,
    ids: Ids,
}

impl Sections<'_> {
    fn cut(&mut self, first: usize, end: usize, walked: bool) -> Vec<Section> {
        let tops: Vec<&Heading> = self.headings.iter().filter(|h| h.level <= 2).collect();
        let mut sections = Vec::new();
        let before_first = tops.first().map_or(end, |h| h.line);
        self.section(&mut sections, None, (first, before_first), walked);
        let title = tops.iter().position(|h| h.level == 1);
        for (i, top) in tops.iter().enumerate() {
            let until = tops.get(i + 1).map_or(end, |next| next.line);
            // The first `#` is the title; a further one begins a section like any other.
            let heading = (title != Some(i)).then_some(*top);
            self.section(&mut sections, heading, (top.end, until), walked);
        }
        // They live as long as the article: no room to spare.
        sections.shrink_to_fit();
        sections
    }

    fn section(&mut self, out: &mut Vec<Section>, heading: Option<&Heading>, lines: (usize, usize), walked: bool) {
        let role = heading.map_or(SectionRole::Other, |h| SectionRole::of_heading(&h.text));
        let mut inside = self.written.iter().skip(lines.0).take(lines.1.saturating_sub(lines.0));
        if heading.is_none() && inside.all(|l| l.trim().is_empty()) {
            return;
        }
        // What stands above the title has a name of its own, so that what follows the title keeps its.
        let above_title = self.title_line.is_some_and(|line| line >= lines.1);
        let wanted = heading.map_or_else(
            || if above_title { "preface" } else { "intro" }.to_owned(),
            |h| {
                let named = self.attributes.remove(&h.line).and_then(Attributes::into_id);
                named.unwrap_or_else(|| step::slug(&h.text))
            },
        );
        let mut section = Section {
            heading: heading.map(|h| h.text.clone()).unwrap_or_default(),
            slug: self.ids.unique(wanted),
            role,
            lines,
            steps: Vec::new(),
        };
        if let Some(layer) = step::layer(role)
            && walked
        {
            let from = self.headings.partition_point(|h| h.line < lines.0);
            let inside = self.headings[from..].iter().take_while(|h| h.line < lines.1);
            let heads: Vec<&Heading> = inside.filter(|h| h.level == 3).collect();
            for (i, head) in heads.iter().enumerate() {
                let until = heads.get(i + 1).map_or(lines.1, |next| next.line);
                let attributes = self.attributes.remove(&head.line).unwrap_or_default();
                let step = attributes.into_step(&head.text, layer, (head.line, head.line + 1, until));
                section.steps.push(self.keep(step));
            }
            if let Some(first) = heads.first() {
                section.lines.1 = first.line;
            } else {
                self.listed_steps(&mut section, layer);
            }
        }
        section.steps.shrink_to_fit();
        out.push(section);
    }

    /// Items of the first ordered list of a section without `###` are its steps.
    fn listed_steps(&mut self, section: &mut Section, layer: super::Layer) {
        let (from, until) = section.lines;
        let first = self.lists.partition_point(|l| l.first().is_none_or(|item| item.0 < from));
        let inside = |l: &&Vec<(usize, usize)>| l.first().is_some_and(|item| item.0 < until);
        let Some(list) = self.lists.get(first).filter(inside) else { return };
        for (n, &(start, _)) in list.iter().enumerate() {
            // Up to the next item: what staff read between two belongs to the first.
            let end = list.get(n + 1).map_or(until, |next| next.0);
            let title = step::item_title(self.written.get(start).copied().unwrap_or(""));
            let mark = Mark { line: start as u32 + 1, column: 1 };
            self.troubles.push((mark, Trouble::StepUnnamed(title.clone())));
            let mut step = Attributes::default().into_step(&title, layer, (start, start, end));
            step.id = format!("s{}", n + 1);
            section.steps.push(self.keep(step));
        }
        section.lines.1 = list.first().map_or(until, |item| item.0);
    }

    fn keep(&mut self, mut step: Step) -> Step {
        let mark = Mark { line: step.heading_line as u32 + 1, column: 1 };
        if step.named && step::is_of_the_page(&step.id) {
            self.troubles.push((mark, Trouble::StepIdOfPage(step.id.clone())));
        } else if step.named && self.ids.contains(&step.id) {
            self.troubles.push((mark, Trouble::StepIdTwice(step.id.clone())));
        }
        step.id = self.ids.unique(step.id);
        step
    }
}
