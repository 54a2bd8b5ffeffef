//! A plan carried out over the postings of the index: each article that fits, with its score.
//!
//! tantivy's own queries go from document to document through a tree of scorers. Here any word may match, so there
//! are many documents and a call for each scorer of each costs more than the score. So postings are read word by
//! word, some thousand documents at a time, and the scores added up in arrays. Scores are those of tantivy.

use tantivy::{
    DocAddress, DocId, Searcher, SegmentReader, Term, fieldnorm::FieldNormReader, postings::BlockSegmentPostings,
    query::Bm25Weight, schema::IndexRecordOption,
};

use super::{
    plan::{Clause, Leaf, LeafWeight, Plan, Way},
    tally::{Bits, Room, SPAN, Scratch, Tally},
};

/// Calls `take` with each document that fits and its score.
pub(super) fn sweep(searcher: &Searcher, plan: &Plan, mut take: impl FnMut(DocAddress, f32)) -> tantivy::Result<()> {
    let mut room = Room::new();
    for (segment_ord, segment) in (0..).zip(searcher.segment_readers()) {
        let mut open = OpenPlan::open(plan, segment)?;
        for from in (0..segment.max_doc()).step_by(SPAN) {
            let to = segment.max_doc().min(from + SPAN as DocId);
            open.look(from, to, &mut room, |doc, score| {
                if segment.alive_bitset().is_none_or(|alive| alive.is_alive(doc)) {
                    take(DocAddress { segment_ord, doc_id: doc }, score);
                }
            });
        }
    }
    Ok(())
}

/// A plan with its postings in one segment.
struct OpenPlan {
    filters: Vec<Vec<Postings>>,
    without: Vec<Postings>,
    body: Vec<OpenClause>,
    beside: Vec<OpenClause>,
    /// There is no body: every document fits.
    takes_all: bool,
}

struct OpenClause {
    ways: Vec<OpenWay>,
    tie: f32,
}

struct OpenWay {
    leaves: Vec<OpenLeaf>,
    required: usize,
}

enum OpenLeaf {
    Counted { postings: Postings, weight: Bm25Weight, lengths: FieldNormReader },
    Constant { postings: Postings, score: f32 },
}

/// The documents of a term, from the first to the last; never back.
struct Postings {
    block: BlockSegmentPostings,
    at: usize,
}

impl Postings {
    fn open(segment: &SegmentReader, term: &Term, option: IndexRecordOption) -> tantivy::Result<Option<Self>> {
        let index = segment.inverted_index(term.field())?;
        let Some(info) = index.get_term_info(term)? else { return Ok(None) };
        Ok(Some(Self { block: index.read_block_postings_from_terminfo(&info, option)?, at: 0 }))
    }

    /// Calls `visit` with each document from `from` to before `to`, counted from `from`, and how often it holds the term.
    fn each(&mut self, from: DocId, to: DocId, mut visit: impl FnMut(usize, u32)) {
        if self.block.docs().get(self.at).is_some_and(|doc| *doc < from) {
            self.at = self.block.seek(from);
        }
        loop {
            let docs = self.block.docs();
            for (i, doc) in docs.iter().enumerate().skip(self.at) {
                if *doc >= to {
                    self.at = i;
                    return;
                }
                visit((*doc - from) as usize, self.block.freq(i));
            }
            self.at = 0;
            // A block without documents is behind the last.
            if docs.is_empty() {
                return;
            }
            self.block.advance();
        }
    }
}

impl OpenLeaf {
    fn open(leaf: &Leaf, segment: &SegmentReader) -> tantivy::Result<Option<Self>> {
        Ok(match &leaf.weight {
            LeafWeight::Constant(score) => Postings::open(segment, &leaf.term, IndexRecordOption::Basic)?
                .map(|postings| Self::Constant { postings, score: *score }),
            LeafWeight::Counted(weight) => {
                let lengths = segment.get_fieldnorms_reader(leaf.term.field())?;
                Postings::open(segment, &leaf.term, IndexRecordOption::WithFreqs)?.map(|postings| Self::Counted {
                    postings,
                    weight: weight.clone(),
                    lengths,
                })
            }
        })
    }

    fn each(&mut self, from: DocId, to: DocId, mut visit: impl FnMut(usize, f32)) {
        match self {
            Self::Constant { postings, score } => postings.each(from, to, |i, _| visit(i, *score)),
            Self::Counted { postings, weight, lengths } => postings.each(from, to, |i, count| {
                visit(i, weight.score(lengths.fieldnorm_id(from + i as DocId), count));
            }),
        }
    }
}

impl OpenClause {
    fn open(clause: &Clause, segment: &SegmentReader) -> tantivy::Result<Self> {
        let mut ways = Vec::with_capacity(clause.ways.len());
        for Way { leaves, required } in &clause.ways {
            let mut open = Vec::with_capacity(leaves.len());
            for leaf in leaves {
                open.extend(OpenLeaf::open(leaf, segment)?);
            }
            if open.len() >= *required {
                ways.push(OpenWay { leaves: open, required: *required });
            }
        }
        Ok(Self { ways, tie: clause.tie })
    }

    /// Adds what the clause counts to `sums`.
    fn add(&mut self, from: DocId, to: DocId, sums: &mut Tally, room: &mut Scratch) {
        match self.ways.as_mut_slice() {
            [] => {}
            [OpenWay { leaves, .. }] if leaves.len() == 1 => leaves[0].each(from, to, |i, score| sums.add(i, score)),
            ways => {
                for way in ways {
                    way.add(from, to, room);
                }
                let Scratch { best, all, .. } = room;
                all.drain(|i, sum| {
                    let best = std::mem::take(&mut best[i]);
                    sums.add(i, best + (sum - best) * self.tie);
                });
            }
        }
    }
}

impl OpenWay {
    fn add(&mut self, from: DocId, to: DocId, room: &mut Scratch) {
        let Scratch { best, all, parts, counts } = room;
        let mut found = |i: usize, score: f32| {
            best[i] = score.max(best[i]);
            all.add(i, score);
        };
        if let [leaf] = self.leaves.as_mut_slice() {
            return leaf.each(from, to, found);
        }
        for leaf in &mut self.leaves {
            leaf.each(from, to, |i, score| {
                parts.add(i, score);
                counts[i] += 1;
            });
        }
        parts.drain(|i, sum| {
            if usize::from(std::mem::take(&mut counts[i])) >= self.required {
                found(i, sum);
            }
        });
    }
}

impl OpenPlan {
    fn open(plan: &Plan, segment: &SegmentReader) -> tantivy::Result<Self> {
        let open = |terms: &[Term]| -> tantivy::Result<Vec<Postings>> {
            let all = terms.iter().map(|t| Postings::open(segment, t, IndexRecordOption::Basic));
            all.filter_map(Result::transpose).collect()
        };
        let mut filters = Vec::new();
        for terms in &plan.filters {
            let postings = open(terms)?;
            // Each of these terms is the only one of its field in a document: together they may stand in all.
            if postings.iter().map(|p| p.block.doc_freq()).sum::<u32>() < segment.max_doc() {
                filters.push(postings);
            }
        }
        let clauses = |of: &[Clause]| of.iter().map(|c| OpenClause::open(c, segment)).collect();
        let (body, beside): (tantivy::Result<Vec<_>>, tantivy::Result<Vec<_>>) =
            (clauses(&plan.body), clauses(&plan.beside));
        Ok(Self {
            filters,
            without: open(&plan.without)?,
            body: body?,
            beside: beside?,
            takes_all: plan.body.is_empty(),
        })
    }

    /// The documents from `from` to before `to`.
    fn look(&mut self, from: DocId, to: DocId, room: &mut Room, mut take: impl FnMut(DocId, f32)) {
        let mut allowed = Bits::first((to - from) as usize);
        for any in &mut self.filters {
            let mut held = Bits::NONE;
            any.iter_mut().for_each(|postings| postings.each(from, to, |i, _| held.set(i)));
            allowed.keep(&held);
        }
        self.without.iter_mut().for_each(|postings| postings.each(from, to, |i, _| allowed.unset(i)));
        if allowed.is_empty() {
            return;
        }
        let Room { body, beside, scratch } = room;
        for clause in &mut self.body {
            clause.add(from, to, body, scratch);
        }
        if self.takes_all {
            body.seen = Bits::first((to - from) as usize);
        }
        if !body.seen.is_empty() {
            for clause in &mut self.beside {
                clause.add(from, to, beside, scratch);
            }
        }
        body.drain(|i, score| {
            if allowed.has(i) {
                take(from + i as DocId, score + beside.score(i));
            }
        });
        beside.drain(|_, _| {});
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Arc};

    use tantivy::{
        collector::TopDocs,
        query::{BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, Occur, Query, TermQuery},
        schema::Field,
    };

    use super::*;
    use crate::{
        article::{Article, RelPath, parse},
        index::{IndexView, IndexWriter, Reader},
        text::Dictionary,
    };

    const TIE: f32 = 0.25;

    /// More articles than stand in one span, of many lengths; 锅 in a few, the others in many.
    fn article(n: usize) -> Arc<Article> {
        let words = ["洗衣机", "漏水", "不排水", "跳闸"];
        let text: Vec<&str> = (0..n % 23).map(|i| words[(n / 3 + i * i) % (2 + n % 3)]).collect();
        let (kind, rare) = (if n.is_multiple_of(5) { "policy" } else { "how-to" }, if n % 97 == 3 { "锅" } else { "" });
        let file = format!("---\nid: a{n}\ntitle: 甲{rare}\nkind: {kind}\nappliance: 冰箱\n---\n{}\n", text.join("。"));
        parse(&RelPath::new(&format!("{n}.md")), file.as_bytes()).article.expect("an article").into()
    }

    fn term(field: Field, word: &str) -> Term {
        Term::from_field_text(field, word)
    }

    fn leaf(view: &IndexView, field: Field, word: &str, boost: f32) -> Leaf {
        let weight = view.statistics.weight(&view.fields, Reader::Public, field, word).boost_by(boost);
        Leaf { term: term(field, word), weight: LeafWeight::Counted(weight) }
    }

    /// The same as a query of tantivy's.
    fn query(plan: &Plan) -> BooleanQuery {
        let constant = |term: &Term, score: f32| -> Box<dyn Query> {
            Box::new(ConstScoreQuery::new(Box::new(TermQuery::new(term.clone(), IndexRecordOption::Basic)), score))
        };
        let boost = |leaf: &Leaf| match leaf.weight {
            LeafWeight::Constant(score) => constant(&leaf.term, score),
            LeafWeight::Counted(_) if leaf.term.field() == Field::from_field_id(3) => {
                let query = TermQuery::new(leaf.term.clone(), IndexRecordOption::WithFreqs);
                Box::new(BoostQuery::new(Box::new(query), 0.5))
            }
            LeafWeight::Counted(_) => Box::new(TermQuery::new(leaf.term.clone(), IndexRecordOption::WithFreqs)),
        };
        let clause = |clause: &Clause| -> Box<dyn Query> {
            let ways = clause.ways.iter().map(|way| -> Box<dyn Query> {
                let leaves = way.leaves.iter().map(|l| (Occur::Should, boost(l))).collect();
                Box::new(BooleanQuery::with_minimum_required_clauses(leaves, way.required))
            });
            Box::new(DisjunctionMaxQuery::with_tie_breaker(ways.collect(), clause.tie))
        };
        let any = |terms: &[Term]| -> Box<dyn Query> {
            Box::new(BooleanQuery::new(terms.iter().map(|t| (Occur::Should, constant(t, 0.0))).collect()))
        };
        let body = BooleanQuery::new(plan.body.iter().map(|c| (Occur::Should, clause(c))).collect());
        let mut all: Vec<(Occur, Box<dyn Query>)> = vec![(Occur::Must, Box::new(body))];
        all.extend(plan.filters.iter().map(|terms| (Occur::Must, any(terms))));
        all.extend(plan.without.iter().map(|t| (Occur::MustNot, constant(t, 0.0))));
        all.extend(plan.beside.iter().map(|c| (Occur::Should, clause(c))));
        BooleanQuery::new(all)
    }

    #[test]
    fn documents_and_scores_are_those_of_tantivy() {
        let articles: Vec<Arc<Article>> = (0..SPAN + 300).map(article).collect();
        let mut writer = IndexWriter::new(Dictionary::with_words(&[])).expect("an index");
        for part in [&articles[..SPAN + 200], &articles[SPAN + 200..]] {
            writer.replace(&[], part).expect("written");
            writer.commit().expect("committed");
        }
        let view = writer.commit().expect("committed");
        assert!(view.n_segments() > 1);
        let (words, pairs) = (view.fields.words, view.fields.grams);
        assert_eq!(pairs.field_id(), 3, "the field whose terms count half");
        let way = |leaves: Vec<Leaf>, required| Way { leaves, required };
        let word = |word| way(vec![leaf(&view, words, word, 1.0)], 1);
        let three = ["不排", "排水", "水漏"].map(|pair| leaf(&view, pairs, pair, 0.5));
        let plan = |filters, without, body| Plan {
            filters,
            without,
            body,
            beside: vec![Clause { ways: vec![word("洗衣机")], tie: TIE }],
        };
        let kind = |kind| vec![vec![term(view.fields.kind, kind)]];
        let both = || {
            let ways = vec![word("漏水"), way(["不排", "排水"].map(|p| leaf(&view, pairs, p, 0.5)).into(), 2)];
            vec![Clause { ways: vec![word("跳闸")], tie: TIE }, Clause { ways, tie: TIE }]
        };
        let rare = Leaf { term: term(view.fields.appliance, "冰箱"), weight: LeafWeight::Constant(2.0) };
        let plans = [
            plan(Vec::new(), Vec::new(), both()),
            plan(kind("policy"), vec![term(view.fields.kind, "none"), term(words, "锅")], both()),
            plan(kind("how-to"), Vec::new(), vec![Clause { ways: vec![way(three.into(), 2)], tie: 0.0 }]),
            plan(kind("policy"), Vec::new(), vec![Clause { ways: vec![word("锅"), way(vec![rare], 1)], tie: TIE }]),
            plan(Vec::new(), Vec::new(), vec![Clause { ways: vec![word("没有这个词")], tie: TIE }]),
        ];
        for (n, plan) in plans.iter().enumerate() {
            let mut own = BTreeMap::new();
            sweep(&view.searcher, plan, |address, score| assert_eq!(own.insert(address, score), None)).expect("swept");
            let top = TopDocs::with_limit(articles.len()).order_by_score();
            let theirs = view.searcher.search(&query(plan), &top).expect("searched");
            assert_eq!(own.is_empty(), n == 4, "plan {n}");
            assert_eq!(own.len(), theirs.len(), "plan {n}");
            for (score, address) in theirs {
                assert!((own[&address] - score).abs() < 1e-5, "plan {n}: {} is not {score}", own[&address]);
            }
        }
    }

    #[test]
    fn what_was_deleted_is_not_found_and_without_a_body_all_else_is() {
        let articles: Vec<Arc<Article>> = (0..200).map(article).collect();
        let mut writer = IndexWriter::new(Dictionary::with_words(&[])).expect("an index");
        writer.replace(&[], &articles).expect("written");
        writer.commit().expect("committed");
        writer.replace(&articles[..50], &[]).expect("taken out");
        let view = writer.commit().expect("committed");
        let mut n = 0;
        let all = Plan { filters: Vec::new(), without: Vec::new(), body: Vec::new(), beside: Vec::new() };
        sweep(&view.searcher, &all, |_, score| n += usize::from(score == 0.0)).expect("swept");
        assert_eq!(n, 150);
    }
}
