//! The YAML of a front matter as a small tree of texts with their places.
//!
//! Scalars stay as written (`07`, `1e3`, `no` are texts), because an error code is not a number.
//! Aliases are refused: a short header has no use for them and a bomb is made of them.

use saphyr_parser::{Event, Parser, Span};

/// Deepest nesting read; a header needs two.
const DEPTH: usize = 8;
/// Most values read from one header.
const NODES: usize = 20_000;

/// Line and column in the file, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Mark {
    pub line: u32,
    pub column: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    Text(String, Mark),
    List(Vec<Node>, Mark),
    Map(Vec<(String, Mark, Node)>, Mark),
}

impl Node {
    pub(super) fn mark(&self) -> Mark {
        match self {
            Self::Text(_, m) | Self::List(_, m) | Self::Map(_, m) => *m,
        }
    }
}

/// Why and where reading stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault(pub Mark);

enum Open {
    List(Vec<Node>, Mark),
    Map(Vec<(String, Mark, Node)>, Option<(String, Mark)>, Mark),
}

/// Reads one document whose first line is line `first_line` of the file, to its end.
pub(super) fn read(yaml: &str, first_line: u32) -> Result<Node, Fault> {
    let place = |span: &Span| Mark {
        line: first_line + u32::try_from(span.start.line()).unwrap_or(1).saturating_sub(1),
        column: u32::try_from(span.start.col()).unwrap_or(0) + 1,
    };
    let mut stack: Vec<Open> = Vec::new();
    let mut root = None;
    let mut nodes = 0;
    let mut last = Mark { line: first_line, column: 1 };
    for event in Parser::new_from_str(yaml) {
        let (event, span) = event.map_err(|e| {
            let m = e.marker();
            Fault(Mark {
                line: first_line + u32::try_from(m.line()).unwrap_or(1).saturating_sub(1),
                column: u32::try_from(m.col()).unwrap_or(0) + 1,
            })
        })?;
        nodes += 1;
        last = place(&span);
        if nodes > NODES || stack.len() > DEPTH {
            return Err(Fault(last));
        }
        let done = match event {
            Event::Scalar(text, ..) => Node::Text(text.into_owned(), last),
            Event::SequenceStart(..) => {
                stack.push(Open::List(Vec::new(), last));
                continue;
            }
            Event::MappingStart(..) => {
                stack.push(Open::Map(Vec::new(), None, last));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match stack.pop() {
                Some(Open::List(items, mark)) => Node::List(items, mark),
                Some(Open::Map(pairs, None, mark)) => Node::Map(pairs, mark),
                _ => return Err(Fault(last)),
            },
            Event::Alias(_) => return Err(Fault(last)),
            _ => continue,
        };
        match stack.last_mut() {
            // What stands below a whole value would be lost without a word.
            None if root.is_some() => return Err(Fault(last)),
            None => root = Some(done),
            Some(Open::List(items, _)) => items.push(done),
            Some(Open::Map(pairs, key, _)) => match (key.take(), done) {
                (Some((name, mark)), value) => pairs.push((name, mark, value)),
                (None, Node::Text(name, mark)) => *key = Some((name, mark)),
                (None, other) => return Err(Fault(other.mark())),
            },
        }
    }
    if stack.is_empty() { Ok(root.unwrap_or_else(|| Node::Map(Vec::new(), last))) } else { Err(Fault(last)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_stay_as_written_and_know_their_place() {
        let Ok(Node::Map(pairs, _)) = read("id: a\ncodes: [07, 1e3, no]\nsigns: {能进水: 是}\n", 2) else {
            panic!("not a map")
        };
        assert_eq!(pairs[1].1, Mark { line: 3, column: 1 });
        let Node::List(codes, _) = &pairs[1].2 else { panic!("not a list") };
        assert_eq!(codes[1], Node::Text("1e3".into(), Mark { line: 3, column: 13 }));
        assert!(matches!(&pairs[2].2, Node::Map(p, _) if p[0].0 == "能进水"));
    }

    #[test]
    fn what_cannot_be_read_names_its_line() {
        assert_eq!(read("id: a\ntitle: \"open\nkind: b\n", 2).map_err(|f| f.0.line > 1), Err(true));
        assert!(read("a: &x 1\nb: *x\n", 2).is_err());
        assert!(read(&"[".repeat(100), 2).is_err());
        assert!(read("{id: a}\naudience: agent\n", 2).is_err(), "nothing below is lost");
    }
}
