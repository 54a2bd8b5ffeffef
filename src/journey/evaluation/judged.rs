//! Questions with the articles that answer them: from the `expect` lines of the folder, or from a table.

use crate::{
    access::Role,
    article::{Article, Audience},
    journey::Snapshot,
};

/// How a table says that nothing answers.
const NOTHING: &str = "NONE";

/// A question with what must come of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// How it is called: its id, or where it stands.
    pub name: String,
    /// What is asked.
    pub query: String,
    /// Articles of which any is right; empty = nothing answers it.
    pub wanted: Vec<String>,
    /// What kind of question it is.
    pub stratum: String,
    /// Who asks.
    pub role: Role,
}

/// Why a table was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JudgedFault {
    /// The first line does not name the columns `query` and `ids`.
    #[error("the first line names no `query` and `ids`")]
    Columns,
    /// A line without a question or without its answer.
    #[error("line `{0}` has no query or no ids")]
    Incomplete(usize),
    /// A line asked by nobody we know.
    #[error("line `{line}` has the audience `{audience}`")]
    Audience {
        /// The line, from 1.
        line: usize,
        /// What stands there.
        audience: String,
    },
}

/// The role that asks the `expect` questions of `article`.
pub(in crate::journey) fn asked_as(article: &Article) -> Role {
    match article.audience {
        Audience::Public => Role::Customer,
        Audience::Agent => Role::Agent,
    }
}

/// The `expect` questions of every article of `snapshot`, by appliance.
#[must_use]
pub fn expectations(snapshot: &Snapshot) -> Vec<Judged> {
    let of_article = |article: &Article| -> Vec<Judged> {
        let asked = article.expect.iter().zip(&article.expect_lines);
        let judged = asked.map(|(query, line)| Judged {
            name: format!("{}:{line}", article.path),
            query: query.clone(),
            wanted: vec![article.id.to_string()],
            stratum: article.appliances.first().cloned().unwrap_or_else(|| "其他".to_owned()),
            role: asked_as(article),
        });
        judged.collect()
    };
    snapshot.articles().flat_map(|article| of_article(article)).collect()
}

/// Reads a table: a line with the names of the columns, then a line a question, cells parted by tabs.
///
/// # Errors
/// When a column is missing, or a line says too little or something unknown.
pub fn read_judged(text: &str) -> Result<Vec<Judged>, JudgedFault> {
    let mut lines = (1..).zip(text.trim_start_matches('\u{feff}').lines());
    let header: Vec<&str> = lines.next().map(|(_, l)| l.split('\t').map(str::trim).collect()).unwrap_or_default();
    let column = |name: &str| header.iter().position(|h| *h == name);
    let (Some(query), Some(ids)) = (column("query"), column("ids")) else { return Err(JudgedFault::Columns) };
    let (qid, stratum, audience) = (column("qid"), column("stratum"), column("audience"));
    let mut judged = Vec::new();
    for (line, text) in lines.filter(|(_, l)| !l.trim().is_empty()) {
        let cells: Vec<&str> = text.split('\t').map(str::trim).collect();
        let cell = |i: Option<usize>| i.and_then(|i| cells.get(i)).copied().filter(|c| !c.is_empty());
        let (Some(query), Some(ids)) = (cell(Some(query)), cell(Some(ids))) else {
            return Err(JudgedFault::Incomplete(line));
        };
        let role = match cell(audience) {
            None | Some("public" | "customer") => Role::Customer,
            Some("agent") => Role::Agent,
            Some(other) => return Err(JudgedFault::Audience { line, audience: other.to_owned() }),
        };
        judged.push(Judged {
            name: cell(qid).map_or_else(|| format!("第 {line} 行"), str::to_owned),
            query: query.to_owned(),
            wanted: ids.split('|').map(str::trim).filter(|id| *id != NOTHING).map(str::to_owned).collect(),
            stratum: cell(stratum).unwrap_or("全部").to_owned(),
            role,
        });
    }
    Ok(judged)
}

/// Wanted articles that are not in the folder, each with the question that wants it.
#[must_use]
pub fn unknown_ids<'j>(judged: &'j [Judged], snapshot: &Snapshot) -> Vec<(&'j str, &'j str)> {
    let known: std::collections::HashSet<&str> = snapshot.articles().map(|a| a.id.as_str()).collect();
    let wanted = judged.iter().flat_map(|j| j.wanted.iter().map(|id| (j.name.as_str(), id.as_str())));
    wanted.filter(|(_, id)| !known.contains(id)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_by_the_names_of_its_columns() {
        let read =
            read_judged("\u{feff}ids\tquery\tqid\taudience\r\na|b\t洗衣机漏水\tq1\tagent\r\n\r\nNONE\t天气\t\t\r\n");
        let read = read.expect("a table");
        assert_eq!((read[0].wanted.as_slice(), read[0].role), (&["a".to_owned(), "b".to_owned()][..], Role::Agent));
        assert_eq!((read[1].name.as_str(), read[1].wanted.len(), read[1].role), ("第 4 行", 0, Role::Customer));
        assert_eq!((read[0].stratum.as_str(), read[0].name.as_str()), ("全部", "q1"));
    }

    #[test]
    fn a_table_that_says_too_little_names_its_line() {
        let fault = |text: &str| read_judged(text).expect_err("refused");
        assert_eq!(fault("query\tid\nx\ty\n"), JudgedFault::Columns);
        assert_eq!(fault(""), JudgedFault::Columns);
        assert_eq!(fault("query\tids\nx\ty\n\nz\n"), JudgedFault::Incomplete(4));
        let audience = JudgedFault::Audience { line: 2, audience: "boss".into() };
        assert_eq!(fault("query\tids\taudience\nx\ty\tboss\n"), audience);
    }
}
