//! The front matter as typed fields, with what is wrong in it.

use super::{
    ArticleId, Audience, Date, Kind, Severity, Status, Trouble,
    keys::{OTHER_TOOLS, decides_readers, is_ordinary, meant_for},
    signs::mark_at,
    yaml::{Mark, Node},
};

/// The fields of a header; absent ones keep their defaults.
#[derive(Debug, Default)]
pub(super) struct Header {
    pub id: Option<ArticleId>,
    pub title: Option<String>,
    pub kind: Option<Kind>,
    pub appliances: Vec<String>,
    pub models: Vec<String>,
    pub codes: Vec<String>,
    pub symptoms: Vec<String>,
    pub asked: Vec<String>,
    /// Old addresses, starting with `/`.
    pub redirects: Vec<String>,
    /// What other tools call description or summary.
    pub summary: Option<String>,
    pub signs: Vec<(String, String)>,
    pub signs_line: u32,
    pub audience: Option<Audience>,
    pub severity: Option<Severity>,
    pub status: Option<Status>,
    pub owner: Option<String>,
    pub reviewed: Option<Date>,
    pub review_by: Option<Date>,
    pub expires: Option<Date>,
    pub expect: Vec<(String, u32)>,
    /// `audience` or `status` was there and could not be read: nobody but editors sees the article.
    pub closed: bool,
}

/// Reads the fields of `node`. Each problem carries its place.
pub(super) fn read(node: Node) -> (Header, Vec<(Mark, Trouble)>) {
    let mut reader = Reader { header: Header::default(), troubles: Vec::new() };
    match node {
        Node::Map(pairs, _) => {
            let mut seen: Vec<String> = Vec::new();
            for (key, mark, value) in pairs {
                let key = key.trim().to_ascii_lowercase();
                if seen.contains(&key) {
                    // Two different wishes about who may read: nobody but editors.
                    reader.header.closed |= decides_readers(&key);
                    reader.troubles.push((mark, Trouble::FieldTwice(key)));
                    continue;
                }
                reader.field(&key, mark, value);
                seen.push(key);
            }
        }
        Node::Text(text, _) if text.is_empty() => {}
        other => {
            reader.header.closed = true;
            reader.troubles.push((other.mark(), Trouble::HeaderShape));
        }
    }
    (reader.header, reader.troubles)
}

struct Reader {
    header: Header,
    troubles: Vec<(Mark, Trouble)>,
}

impl Reader {
    fn field(&mut self, key: &str, mark: Mark, value: Node) {
        if is_null(&value) && !decides_readers(key) {
            return;
        }
        match key {
            "id" => {
                if let Some((text, at)) = self.text(key, value) {
                    self.header.id = ArticleId::new(&text);
                    if self.header.id.is_none() {
                        self.troubles.push((at, Trouble::BadId(text)));
                    }
                }
            }
            "title" => self.header.title = self.text(key, value).map(|t| t.0),
            "owner" => self.header.owner = self.text(key, value).map(|t| t.0),
            "kind" => self.header.kind = self.named(key, value, Kind::read, Trouble::UnknownKind),
            "audience" | "status" | "severity" => self.standing(key, value),
            "draft" => {
                if self.text(key, value).is_some_and(|(t, _)| t != "false") {
                    self.header.status.get_or_insert(Status::Draft);
                }
            }
            "appliance" => self.header.appliances = self.names(key, value),
            "models" => self.header.models = self.names(key, value),
            "codes" => self.header.codes = self.names(key, value),
            // Topics other tools keep are words people use for the matter.
            "symptoms" | "tags" | "tag" | "keywords" | "categories" => {
                self.one_symptom(key, mark, &value);
                let words = self.texts(key, value);
                self.header.symptoms.extend(words);
            }
            "asked" => self.header.asked = self.texts(key, value),
            "aliases" | "alias" => {
                let (redirects, names): (Vec<_>, Vec<_>) =
                    self.texts(key, value).into_iter().partition(|a| a.starts_with('/'));
                self.header.redirects.extend(redirects);
                self.header.symptoms.extend(names);
            }
            "description" | "summary" => self.header.summary = self.text(key, value).map(|t| t.0),
            "expect" => {
                self.header.expect = self.marked_texts(key, value).into_iter().map(|(t, m)| (t, m.line)).collect();
            }
            "signs" => self.signs(mark, value),
            "reviewed" => self.header.reviewed = self.date(key, value),
            "review_by" => self.header.review_by = self.date(key, value),
            "expires" => self.header.expires = self.date(key, value),
            other if OTHER_TOOLS.contains(&other) => {}
            other => self.unknown(other, mark, &value),
        }
    }

    /// A key we do not know; one that looks like a field which hides the article does hide it.
    fn unknown(&mut self, key: &str, mark: Mark, value: &Node) {
        let hides = |text: &str| text == "agent" || Status::read(text).is_some_and(|s| s != Status::Published);
        let ordinary = is_ordinary(key) && !matches!(value, Node::Text(text, _) if hides(text.trim()));
        match meant_for(key).filter(|_| !ordinary) {
            Some(meant) => {
                self.header.closed = true;
                self.troubles.push((mark, Trouble::MisspeltField(key.to_owned(), meant)));
            }
            None => self.troubles.push((mark, Trouble::UnknownField(key.to_owned()))),
        }
    }

    /// The fields that decide who sees the article: what cannot be read closes it.
    fn standing(&mut self, key: &str, value: Node) {
        let before = self.troubles.len();
        match key {
            "audience" => self.header.audience = self.named(key, value, Audience::read, Trouble::UnknownAudience),
            "status" => {
                let status = self.named(key, value, Status::read, Trouble::UnknownStatus);
                self.header.status = status.or(self.header.status);
            }
            _ => {
                let read = self.named(key, value, Severity::read, Trouble::UnknownSeverity);
                self.header.severity = Some(read.unwrap_or(Severity::Danger));
                return;
            }
        }
        self.header.closed |= self.troubles.len() > before;
    }

    fn signs(&mut self, mark: Mark, value: Node) {
        self.header.signs_line = mark.line;
        let Node::Map(pairs, _) = value else {
            self.troubles.push((mark, Trouble::FieldShape("signs".into(), "{现象: 值, …}")));
            return;
        };
        for (name, mark, value) in pairs {
            if let Some((value, _)) = self.text("signs", value) {
                self.header.signs.push((name, value));
            } else {
                self.troubles.push((mark, Trouble::FieldShape(name, "一个词")));
            }
        }
    }

    fn named<T>(
        &mut self,
        key: &str,
        value: Node,
        read: fn(&str) -> Option<T>,
        wrong: fn(String) -> Trouble,
    ) -> Option<T> {
        let (text, mark) = self.text(key, value)?;
        let found = read(text.trim());
        if found.is_none() {
            self.troubles.push((mark, wrong(text)));
        }
        found
    }

    fn date(&mut self, key: &str, value: Node) -> Option<Date> {
        let (text, mark) = self.text(key, value)?;
        let date = Date::parse(&text);
        if date.is_none() {
            self.troubles.push((mark, Trouble::BadDate(key.to_owned(), text)));
        }
        date
    }

    fn text(&mut self, key: &str, value: Node) -> Option<(String, Mark)> {
        match value {
            Node::Text(text, mark) => Some((text.trim().to_owned(), mark)),
            other => {
                self.troubles.push((other.mark(), Trouble::FieldShape(key.to_owned(), "一个值")));
                None
            }
        }
    }

    /// A list on one line that a comma of full width leaves in one piece; in a phrase it is no fault.
    fn one_symptom(&mut self, key: &str, mark: Mark, value: &Node) {
        let only = match value {
            Node::List(items, _) => items.as_slice(),
            other => std::slice::from_ref(other),
        };
        if let ("symptoms", [Node::Text(text, at)]) = (key, only)
            && at.line == mark.line
            && text.contains('，')
        {
            self.troubles.push((*at, Trouble::WideComma(text.clone())));
        }
    }

    /// One value or a list of values that hold no commas: those of full width part them too.
    fn names(&mut self, key: &str, value: Node) -> Vec<String> {
        let texts = self.texts(key, value);
        let parts = texts.iter().flat_map(|text| text.split([',', '，', '、', '；'])).map(str::trim);
        let mut parts: Vec<String> = parts.filter(|part| !part.is_empty()).map(str::to_owned).collect();
        parts.shrink_to_fit();
        parts
    }

    fn texts(&mut self, key: &str, value: Node) -> Vec<String> {
        let mut texts: Vec<String> = self.marked_texts(key, value).into_iter().map(|(t, _)| t).collect();
        // They live as long as the article; collecting keeps the room of the marks.
        texts.shrink_to_fit();
        texts
    }

    /// One value or a list of values.
    fn marked_texts(&mut self, key: &str, value: Node) -> Vec<(String, Mark)> {
        let items = match value {
            Node::List(items, _) => items,
            Node::Text(..) => vec![value],
            Node::Map(_, mark) => {
                self.troubles.push((mark, Trouble::FieldShape(key.to_owned(), "一个值或一列值")));
                return Vec::new();
            }
        };
        let mut texts = Vec::new();
        for item in items {
            if let Some((text, mark)) = self.text(key, item)
                && !text.is_empty()
            {
                texts.push((text, mark));
            }
        }
        texts
    }
}

/// A TOML header whose first line is line `first_line` of the file, as the same tree a YAML header
/// gives; places are those of the keys' lines.
pub(super) fn toml_node(toml: &str, first_line: u32) -> Result<Node, Mark> {
    let table: toml::Table = toml::from_str(toml).map_err(|e| {
        let mark = mark_at(toml, e.span().map_or(0, |s| s.start));
        Mark { line: first_line + mark.line - 1, column: mark.column }
    })?;
    let line_of = |key: &str| {
        let at = toml.lines().position(|l| l.trim_start().starts_with(key));
        at.map_or(first_line - 1, |i| first_line + i as u32)
    };
    let pairs = table.into_iter().map(|(key, value)| {
        let mark = Mark { line: line_of(&key), column: 1 };
        let node = toml_value(value, mark);
        (key, mark, node)
    });
    Ok(Node::Map(pairs.collect(), Mark { line: first_line, column: 1 }))
}

fn toml_value(value: toml::Value, mark: Mark) -> Node {
    match value {
        toml::Value::String(text) => Node::Text(text, mark),
        toml::Value::Array(items) => Node::List(items.into_iter().map(|v| toml_value(v, mark)).collect(), mark),
        toml::Value::Table(table) => {
            Node::Map(table.into_iter().map(|(k, v)| (k, mark, toml_value(v, mark))).collect(), mark)
        }
        other => Node::Text(other.to_string(), mark),
    }
}

fn is_null(node: &Node) -> bool {
    matches!(node, Node::Text(t, _) if matches!(t.as_str(), "" | "~" | "null"))
}
