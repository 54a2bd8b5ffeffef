//! Any bytes are an article with its problems, and its HTML is harmless for every reader.

use wenzhen::article::{
    Article, ArticleId, Audience, Date, Links, NoLinks, Parsed, RelPath, Status, Viewer, check_article, parse, render,
};

use super::markup::{Extent, faults};

/// Longest input that is checked: the limits of the parser have tests of their own.
const LONGEST: usize = 64 << 10;

/// Every link leads somewhere, with whatever stands in it.
struct Everywhere;

impl Links for Everywhere {
    fn article(&self, target: &str) -> Option<String> {
        Some(format!("/a/{target}"))
    }
    fn picture(&self, target: &str) -> Option<String> {
        Some(format!("/media/{target}"))
    }
}

/// Reads `bytes` as a file.
///
/// # Panics
/// When a place lies outside the file, or the HTML could run or load something.
pub fn article(bytes: &[u8]) {
    if bytes.len() > LONGEST {
        return;
    }
    let Some(article) = read(bytes).article else { return };
    let n = article.source.lines().count();
    let mut parts = vec![(0, n)];
    for section in &article.sections {
        parts.push(section.lines);
        parts.extend(section.steps.iter().map(|step| step.lines));
    }
    for lines in parts {
        assert!(lines.0 <= lines.1 && lines.1 <= n + 1, "the lines {lines:?} of {n}");
        for viewer in [Viewer::Customer, Viewer::Staff] {
            for links in [&NoLinks as &dyn Links, &Everywhere] {
                let html = render(&article, lines, viewer, links);
                let wrong = faults(&html, Extent::Piece);
                assert!(wrong.is_empty(), "{wrong:#?}\nin {html}");
            }
        }
    }
}

/// Reads `bytes` as the header of an article, in both syntaxes, behind a line that keeps it from customers.
///
/// # Panics
/// When the rest of the header takes that line back, or a field is not what it has to be.
pub fn front_matter(bytes: &[u8]) {
    let Some(text) = std::str::from_utf8(bytes).ok().filter(|t| t.len() <= LONGEST) else { return };
    for plain in [format!("---\n{text}\n---\n正文\n"), format!("+++\n{text}\n+++\n正文\n")] {
        read(plain.as_bytes());
    }
    let for_staff = [
        (format!("---\naudience: agent\n{text}\n---\n正文\n"), Audience::Agent, Status::Published),
        (format!("---\nstatus: draft\n{text}\n---\n正文\n"), Audience::Public, Status::Draft),
        (format!("+++\naudience = \"agent\"\n{text}\n+++\n正文\n"), Audience::Agent, Status::Published),
        (format!("+++\nstatus = \"draft\"\n{text}\n+++\n正文\n"), Audience::Public, Status::Draft),
    ];
    for (file, audience, status) in for_staff {
        // A file of NULs, say, is no text and nobody's article.
        let Some(article) = read(file.as_bytes()).article else { continue };
        let shown = article.audience == Audience::Public && article.status == Status::Published;
        assert!(!shown, "customers see {file:?}");
        let closed = article.audience == Audience::Agent && article.status == Status::Draft;
        let as_said = match audience {
            Audience::Agent => article.audience == Audience::Agent,
            Audience::Public => article.status == status,
        };
        assert!(closed || as_said, "{:?} {:?} of {file:?}", article.audience, article.status);
    }
}

fn read(bytes: &[u8]) -> Parsed {
    let path = RelPath::new("甲/乙.md");
    let parsed = parse(&path, bytes);
    assert!(parsed.article.is_some() || !parsed.problems.is_empty(), "no article and nobody says why");
    let mut problems = parsed.problems.clone();
    if let Some(article) = &parsed.article {
        problems.extend(check_article(article, Date::new(2026, 11, 21).expect("a day of the calendar")));
        holds(article);
    }
    let n = parsed.article.as_ref().map_or(0, |a| a.source.lines().count());
    for problem in &problems {
        let line = problem.line as usize;
        assert!((1..=n + 1).contains(&line) && problem.column >= 1, "{problem:?} in {n} lines");
        assert!(!problem.trouble.sentence().is_empty());
    }
    parsed
}

fn holds(article: &Article) {
    let id = article.id.as_str();
    assert!(ArticleId::new(id).is_some(), "the id {id:?}");
    assert!(!article.title.trim().is_empty(), "an article without a title");
    assert_eq!(article.expect.len(), article.expect_lines.len());
    assert!(article.redirects.iter().all(|r| r.starts_with('/')), "{:?}", article.redirects);
    // What stands before the first heading, or below a title, has none and is no place to go to.
    let headed = article.sections.iter().filter(|s| !s.heading.is_empty());
    let mut names: Vec<&str> = headed.map(|s| s.slug.as_str()).collect();
    names.extend(article.steps().map(|s| s.id.as_str()));
    let n = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), n, "two anchors of one name: {names:?}");
    assert!(names.iter().all(|n| !n.is_empty() && !n.contains(char::is_whitespace)), "{names:?}");
}
