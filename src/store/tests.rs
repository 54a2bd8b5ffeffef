//! The database, as those above it use it.

use std::path::Path;

use futures_util::{
    FutureExt as _,
    future::{BoxFuture, join_all},
};
use sqlx::{AssertSqlSafe, Connection as _, Row as _};
use tokio::sync::mpsc;

use super::{
    connect::{self, Connection, Connector},
    migrate::{MIGRATIONS, migrate},
    texts::SPARE_MS,
    writer::{self, Message},
    *,
};
use crate::{
    article::{ArticleId, Outcome, RelPath, Revision},
    case::{CODE_LASTS_MS, Feedback, HandoffCode, MANY_CODES},
    guide::{Answer, Candidate, Channel, Said, Tally, Walkthrough, WalkthroughId},
};

const DAY_MS: i64 = 24 * 3600 * 1000;
const NOW_MS: i64 = 1_790_000_000_000;
const TEXT: &str = "---\ntitle: 洗衣机不脱水\n---\n";

struct Place {
    folder: tempfile::TempDir,
    store: Store,
}

impl Place {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("store.db")).await.expect("opens");
        Self { folder, store }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("store.db")
    }

    async fn reopened(mut self) -> Self {
        self.store.close().await;
        self.store = Store::open(&self.path()).await.expect("opens again");
        self
    }

    /// A walkthrough of the article `washer`, begun with it.
    async fn begun(&self, n: u8) -> (WalkthroughId, Seq) {
        let mut walkthrough = walkthrough(n);
        walkthrough.answers = vec![began("washer", self.kept_text().await)];
        (walkthrough.id.clone(), self.store.begin(&walkthrough).await.expect("begins"))
    }

    async fn kept_text(&self) -> Revision {
        let path = RelPath::new("洗衣机/washer.md");
        self.store.keep_text(&path, TEXT.as_bytes(), NOW_MS).await.expect("kept")
    }

    async fn append(&self, id: &WalkthroughId, seq: Seq, answers: &[Answer]) -> Seq {
        match self.store.append(id, seq, None, answers).await.expect("written") {
            Appended::Stored(seq) => seq,
            other => panic!("{other:?}"),
        }
    }

    async fn kept(&self, id: &WalkthroughId) -> Kept {
        self.store.walkthrough(id).await.expect("read").expect("there")
    }

    async fn run(&self, sql: &'static str) {
        let done = self.store.write(move |connection| Box::pin(execute(connection, sql.to_owned())));
        done.await.expect("done");
    }

    async fn count(&self, table: &str) -> i64 {
        let sql = AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
        sqlx::query_scalar(sql).fetch_one(self.store.readers()).await.expect("counted")
    }
}

async fn execute(connection: &mut Connection, sql: String) -> Result<(), DatabaseFault> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}

fn id(n: u8) -> WalkthroughId {
    WalkthroughId::from_bytes([n; 16])
}

fn article(name: &str) -> ArticleId {
    ArticleId::new(name).expect("an id")
}

fn walkthrough(n: u8) -> Walkthrough {
    Walkthrough {
        id: id(n),
        channel: Channel::Phone,
        model: Some("CJ-XYB080-A1".into()),
        symptom: Some("甩干桶不转".into()),
        signs: vec![("能进水".into(), "是".into()), ("桶转".into(), "否".into())],
        candidates: Vec::new(),
        began_ms: NOW_MS,
        answers: Vec::new(),
    }
}

fn began(name: &str, revision: Revision) -> Answer {
    Answer { said: Said::Began { article: article(name), revision }, at_ms: NOW_MS }
}

fn step(name: &str, outcome: Outcome) -> Answer {
    Answer { said: Said::Step { step: name.into(), outcome }, at_ms: NOW_MS + 1 }
}

fn sign(value: Option<&str>) -> Answer {
    Answer { said: Said::Sign { sign: "能排水".into(), value: value.map(str::to_owned) }, at_ms: NOW_MS + 2 }
}

fn says(answers: &[Answer]) -> Vec<String> {
    let name = |answer: &Answer| match &answer.said {
        Said::Began { article, .. } => article.to_string(),
        Said::Step { step, .. } => step.clone(),
        Said::Sign { sign, .. } => sign.clone(),
        Said::NoneOfThese { .. } => "都不是".into(),
    };
    answers.iter().map(name).collect()
}

// ---- Walkthroughs and answers

#[tokio::test]
async fn a_walkthrough_comes_back_after_a_restart_as_it_was_said() {
    let place = Place::new().await;
    let revision = place.kept_text().await;
    let mut whole = walkthrough(1);
    whole.candidates = vec![
        Candidate { article: article("washer"), score: 0.1 + 0.2 },
        Candidate { article: article("洗衣机--排水"), score: -3.5 },
    ];
    let mut seq = place.store.begin(&whole).await.expect("begins");
    whole.answers = vec![
        sign(None),
        sign(Some("否")),
        Answer { said: Said::NoneOfThese { refused: vec![article("a"), article("洗衣机--b")] }, at_ms: 3 },
        Answer { said: Said::NoneOfThese { refused: vec![] }, at_ms: 4 },
        began("washer", revision),
    ];
    whole.answers.extend(Outcome::ALL.map(|outcome| step("pump", outcome)));
    for answer in &whole.answers {
        seq = place.append(&whole.id, seq, std::slice::from_ref(answer)).await;
    }
    let place = place.reopened().await;
    assert_eq!(place.kept(&whole.id).await, Kept { walkthrough: whole, seq });
    assert_eq!(place.store.walkthrough(&id(9)).await.expect("read"), None);
}

#[tokio::test]
async fn the_same_answer_id_changes_nothing_even_after_others_or_when_taken_back() {
    let place = Place::new().await;
    let (id, at_start) = place.begun(1).await;
    let pair = [step("one", Outcome::NotSolved), step("two", Outcome::NotSolved)];
    let append = |seq, answer_id| place.store.append(&id, seq, Some(answer_id), &pair);
    let Appended::Stored(seq) = append(at_start, "a").await.expect("written") else { panic!("not stored") };
    assert_eq!(append(at_start, "a").await.expect("asked"), Appended::SameAnswerId);
    assert_eq!(append(seq, "a").await.expect("asked"), Appended::SameAnswerId);
    assert_eq!(place.kept(&id).await.walkthrough.answers.len(), 3);
    let TakenBack::Done(seq) = place.store.take_back(&id, seq, 5).await.expect("written") else { panic!("stands") };
    assert_eq!(append(seq, "a").await.expect("asked"), Appended::SameAnswerId);
    assert!(matches!(append(seq, "b").await.expect("asked"), Appended::Stored(_)));
    let (other, seq) = place.begun(2).await;
    let elsewhere = place.store.append(&other, seq, Some("a"), &pair).await.expect("asked");
    assert!(matches!(elsewhere, Appended::Stored(_)), "{elsewhere:?}");
}

#[tokio::test]
async fn who_goes_on_from_an_older_place_meets_a_conflict_and_changes_nothing() {
    let place = Place::new().await;
    let (id, at_start) = place.begun(1).await;
    let seq = place.append(&id, at_start, &[step("one", Outcome::NotSolved)]).await;
    let late = [step("late", Outcome::Solved)];
    assert_eq!(place.store.append(&id, at_start, Some("x"), &late).await.expect("asked"), Appended::Conflict);
    assert_eq!(place.store.take_back(&id, at_start, 9).await.expect("asked"), TakenBack::Conflict);
    let kept = place.kept(&id).await;
    assert_eq!((says(&kept.walkthrough.answers), kept.seq), (vec!["washer".into(), "one".into()], seq));
    assert_eq!(place.store.append(&self::id(9), at_start, None, &late).await.expect("asked"), Appended::Gone);
    assert_eq!(place.store.take_back(&self::id(9), at_start, 9).await.expect("asked"), TakenBack::Gone);
}

#[tokio::test]
async fn taking_back_goes_answer_by_answer_and_what_was_said_together_goes_together() {
    let place = Place::new().await;
    let revision = place.kept_text().await;
    let id = id(1);
    let mut seq = place.store.begin(&walkthrough(1)).await.expect("begins");
    seq = place.append(&id, seq, &[sign(None)]).await;
    seq = place.append(&id, seq, &[sign(Some("否")), began("washer", revision)]).await;
    seq = place.append(&id, seq, &[step("one", Outcome::NotSolved)]).await;
    for expected in [&["能排水", "能排水", "washer"][..], &["能排水"], &[]] {
        let TakenBack::Done(now) = place.store.take_back(&id, seq, 9).await.expect("written") else { panic!("stands") };
        seq = now;
        assert_eq!(says(&place.kept(&id).await.walkthrough.answers), expected);
    }
    assert_eq!(place.store.take_back(&id, seq, 9).await.expect("asked"), TakenBack::Nothing);
    seq = place.append(&id, seq, &[sign(Some("是"))]).await;
    assert_eq!(says(&place.kept(&id).await.walkthrough.answers), ["能排水"]);
    assert_eq!(place.kept(&id).await.seq, seq);
}

#[tokio::test]
async fn the_article_a_walkthrough_began_with_is_never_taken_back() {
    let place = Place::new().await;
    let (id, seq) = place.begun(1).await;
    assert_eq!(place.store.take_back(&id, seq, 9).await.expect("asked"), TakenBack::Nothing);
    let seq = place.store.begin(&walkthrough(2)).await.expect("begins");
    let seq = place.append(&self::id(2), seq, &[began("washer", place.kept_text().await)]).await;
    assert_eq!(place.store.take_back(&self::id(2), seq, 9).await.expect("asked"), TakenBack::Nothing);
    assert_eq!(says(&place.kept(&self::id(2)).await.walkthrough.answers), ["washer"]);
}

#[tokio::test]
async fn a_walkthrough_has_a_limit() {
    let place = Place::new().await;
    let (id, seq) = place.begun(1).await;
    let most = vec![sign(None); MAX_ANSWER_ROWS as usize - 1];
    let seq = place.append(&id, seq, &most).await;
    assert_eq!(place.store.append(&id, seq, None, &[sign(None)]).await.expect("asked"), Appended::Full);
    assert_eq!(place.store.take_back(&id, seq, 9).await.expect("asked"), TakenBack::Full);
    assert_eq!(place.kept(&id).await.walkthrough.answers.len() as i64, MAX_ANSWER_ROWS);
}

#[tokio::test]
async fn an_article_whose_text_was_not_kept_cannot_be_begun() {
    let place = Place::new().await;
    let mut walkthrough = walkthrough(1);
    walkthrough.answers = vec![began("washer", Revision::of(b"unknown"))];
    assert!(matches!(place.store.begin(&walkthrough).await, Err(DatabaseFault::Refused(_))));
    assert_eq!(place.store.walkthrough(&walkthrough.id).await.expect("read"), None);
}

#[tokio::test]
async fn a_tally_counts_walkthroughs_once_and_leave_out_what_was_taken_back() {
    let place = Place::new().await;
    for (n, outcomes) in [
        &[Outcome::Solved][..],
        &[Outcome::NotSolved, Outcome::Solved],
        &[Outcome::NotSolved, Outcome::NotSolved],
        &[Outcome::Skipped],
        &[Outcome::CannotDo, Outcome::Unsafe],
    ]
    .into_iter()
    .enumerate()
    {
        let (id, mut seq) = place.begun(n as u8).await;
        for outcome in outcomes {
            seq = place.append(&id, seq, &[step("pump", *outcome)]).await;
        }
    }
    let (id, seq) = place.begun(9).await;
    let seq = place.append(&id, seq, &[step("pump", Outcome::Solved)]).await;
    let washer = article("washer");
    let tally = async || place.store.tally(&washer, "pump").await.expect("read");
    assert_eq!(tally().await, Tally { solved: 3, tried: 4 });
    place.store.take_back(&id, seq, 9).await.expect("written");
    assert_eq!(tally().await, Tally { solved: 2, tried: 3 });
    let elsewhere = place.store.tally(&article("other"), "pump").await.expect("read");
    assert_eq!(elsewhere, Tally::default());
}

#[tokio::test]
async fn a_tally_is_kept_with_the_answers_when_a_file_is_brought_up_to_date_and_when_walkthroughs_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.db");
    let mut connection = Connector::new(&path).expect("made").writer().await.expect("connects");
    migrate(&mut connection, &MIGRATIONS[..1]).await.expect("migrates");
    let answers = [
        // walkthrough, seq, outcome, takes back
        ("w_01010101010101010101010101010101", 1, Some("solved"), None),
        ("w_02020202020202020202020202020202", 1, Some("not_solved"), None),
        ("w_02020202020202020202020202020202", 2, Some("solved"), None),
        ("w_02020202020202020202020202020202", 3, None, Some(2)),
        ("w_03030303030303030303030303030303", 1, Some("skipped"), None),
    ];
    for n in 1..=3 {
        let row = format!("INSERT INTO walkthrough VALUES ('{}', 'self', NULL, NULL, {n}, {n}, 3)", id(n));
        execute(&mut connection, row).await.expect("filled");
    }
    for (walkthrough, seq, outcome, takes_back) in answers {
        let said = sqlx::query(
            "INSERT INTO answer (walkthrough, seq, said_together, kind, article, step, outcome, takes_back, at_ms)
             VALUES ($1, $2, $2, 'step', 'washer', 'pump', $3, $4, 1)",
        );
        let said = said.bind(walkthrough).bind(seq).bind(outcome).bind(takes_back);
        said.execute(&mut connection).await.expect("filled");
    }
    connection.close().await.expect("closed");
    let store = Store::open(&path).await.expect("opens");
    let washer = article("washer");
    let tally = async || store.tally(&washer, "pump").await.expect("read");
    assert_eq!(tally().await, Tally { solved: 1, tried: 2 });
    assert_eq!(store.sweep(2, 0).await.expect("swept").walkthroughs, 1, "of before 2");
    assert_eq!(tally().await, Tally { solved: 0, tried: 1 });
    store.sweep(9, 0).await.expect("swept");
    assert_eq!(tally().await, Tally::default());
}

#[tokio::test]
async fn a_row_that_says_nothing_sensible_is_named() {
    let place = Place::new().await;
    let (first, _) = place.begun(1).await;
    let (second, _) = place.begun(2).await;
    place.run("UPDATE answer SET kind = 'shrugged' WHERE walkthrough LIKE 'w_01%'").await;
    let fault = place.store.walkthrough(&first).await.expect_err("cannot be read");
    assert!(
        matches!(&fault, DatabaseFault::BadRow { table: "answer", row } if row.contains(first.as_str())),
        "{fault}"
    );
    assert!(place.store.walkthrough(&second).await.is_ok());
}

// ---- Texts

#[tokio::test]
async fn a_text_is_kept_once_whatever_its_bytes() {
    let place = Place::new().await;
    let path = RelPath::new("洗衣机/a.md");
    for bytes in [TEXT.as_bytes(), b"\xc4\xe3\xba\xc3", b"a\0b", b"\xef\xbb\xbfx", b""] {
        let revision = place.store.keep_text(&path, bytes, NOW_MS).await.expect("kept");
        let again = place.store.keep_text(&path, bytes, NOW_MS + 2 * DAY_MS).await.expect("kept");
        assert_eq!(revision, again);
        let kept = KeptText { path: path.clone(), bytes: bytes.to_vec() };
        assert_eq!(place.store.text(&revision).await.expect("read"), Some(kept));
    }
    assert_eq!(place.count("article_text").await, 5);
    assert_eq!(place.store.text(&Revision::of(b"other")).await.expect("read"), None);
    place.run("UPDATE article_text SET body = body || 'x'").await;
    let fault = place.store.text(&Revision::of(TEXT.as_bytes())).await.expect_err("not what was kept");
    assert!(matches!(fault, DatabaseFault::BadRow { table: "article_text", .. }), "{fault}");
}

// ---- Handoff

#[tokio::test]
async fn handing_off_again_gives_the_same_code_until_it_expires() {
    let place = Place::new().await;
    let (id, _) = place.begun(1).await;
    let hand_off = async |now_ms, random: u64| {
        place.store.hand_off(&id, now_ms, [random; CODE_TRIES]).await.expect("written").expect("there")
    };
    let handoff = hand_off(NOW_MS, 12_345).await;
    assert_eq!((handoff.code.as_str().len(), handoff.expires_ms), (6, NOW_MS + CODE_LASTS_MS));
    let last_ms = handoff.expires_ms - 1;
    assert_eq!(hand_off(last_ms, 54_321).await, handoff);
    let leads_to = async |now_ms| place.store.handed_off(&handoff.code, now_ms).await.expect("read");
    assert_eq!(leads_to(last_ms).await, Some(id.clone()));
    assert_eq!(leads_to(handoff.expires_ms).await, None);
    let later = hand_off(handoff.expires_ms, 54_321).await;
    assert_ne!(later.code, handoff.code);
    let unknown = place.store.hand_off(&self::id(9), NOW_MS, [1; CODE_TRIES]).await.expect("asked");
    assert_eq!(unknown, None);
}

#[tokio::test]
async fn a_code_leads_to_one_walkthrough_at_a_time() {
    let place = Place::new().await;
    let (first, _) = place.begun(1).await;
    let (second, _) = place.begun(2).await;
    let seven = place.store.hand_off(&first, NOW_MS, [7; CODE_TRIES]).await.expect("written").expect("there");
    assert!(matches!(place.store.hand_off(&second, NOW_MS, [7; CODE_TRIES]).await, Err(DatabaseFault::NoFreeCode)));
    let numbers = std::array::from_fn(|i| if i < 2 { 7 } else { 8 });
    let eight = place.store.hand_off(&second, NOW_MS, numbers).await.expect("written").expect("there");
    assert_eq!((seven.code, &eight.code), (HandoffCode::new(7, 0), &HandoffCode::new(8, 0)));
    let (third, _) = place.begun(3).await;
    let after_ms = eight.expires_ms;
    let again = place.store.hand_off(&third, after_ms, [8; CODE_TRIES]).await.expect("written").expect("there");
    assert_eq!(place.store.handed_off(&again.code, after_ms).await.expect("read"), Some(third));
}

#[tokio::test]
async fn codes_grow_to_eight_digits_when_many_are_live() {
    let place = Place::new().await;
    let (first, _) = place.begun(1).await;
    let (second, _) = place.begun(2).await;
    let n = MANY_CODES as i64 - 1;
    let sql = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {n})
         INSERT INTO handoff SELECT 'x' || i, '{first}', {} FROM n",
        NOW_MS + 1
    );
    place.run(sql.leak()).await;
    let digits = async |id, now_ms| {
        let handoff = place.store.hand_off(id, now_ms, [77; CODE_TRIES]).await.expect("written").expect("there");
        handoff.code.as_str().len()
    };
    assert_eq!(digits(&second, NOW_MS).await, 6);
    let (third, _) = place.begun(3).await;
    let (fourth, _) = place.begun(4).await;
    assert_eq!(digits(&third, NOW_MS).await, 8);
    assert_eq!(digits(&fourth, NOW_MS + CODE_LASTS_MS).await, 6);
}

// ---- Forgetting

#[tokio::test]
async fn what_is_forgotten_is_no_longer_in_the_file() {
    let place = Place::new().await;
    let (id, seq) = place.begun(1).await;
    let (other, _) = place.begun(2).await;
    place.run("UPDATE walkthrough SET symptom = 'the neighbour sold it to me' WHERE id LIKE 'w_01%'").await;
    place.append(&id, seq, &[step("one", Outcome::NotSolved)]).await;
    let code = place.store.hand_off(&id, NOW_MS, [7; CODE_TRIES]).await.expect("written").expect("there").code;
    let place = place.reopened().await;
    let in_file = |path: &Path| {
        let bytes = std::fs::read(path).expect("read");
        bytes.windows(19).any(|w| w == b"the neighbour sold ")
    };
    place.store.close().await;
    assert!(in_file(&place.path()));
    let place = place.reopened().await;
    let tally = async || place.store.tally(&article("washer"), "one").await.expect("read");
    assert_eq!(tally().await, Tally { solved: 0, tried: 1 });
    assert!(place.store.forget(&code).await.expect("written"));
    assert!(!place.store.forget(&code).await.expect("written"));
    assert_eq!(tally().await, Tally::default());
    assert_eq!(place.store.walkthrough(&id).await.expect("read"), None);
    assert_eq!(place.store.handed_off(&code, NOW_MS).await.expect("read"), None);
    for (table, rows) in [("walkthrough", 1), ("answer", 1), ("known_sign", 2), ("handoff", 0)] {
        assert_eq!(place.count(table).await, rows, "{table}");
    }
    assert_eq!(place.kept(&other).await.walkthrough.answers.len(), 1);
    place.store.close().await;
    assert!(!in_file(&place.path()));
}

#[tokio::test]
async fn the_sweep_takes_what_is_old_and_leaves_what_is_needed() {
    let place = Place::new().await;
    let (old, _) = place.begun(1).await;
    let (alive, seq) = place.begun(2).await;
    let later = Answer { at_ms: NOW_MS + KEPT_MS, ..step("one", Outcome::NotSolved) };
    place.append(&alive, seq, &[later]).await;
    place.store.hand_off(&old, NOW_MS, [1; CODE_TRIES]).await.expect("written");
    place.store.hand_off(&alive, NOW_MS, [2; CODE_TRIES]).await.expect("written");
    let spare = place.store.keep_text(&RelPath::new("b.md"), b"b", NOW_MS).await.expect("kept");
    let word = |at_ms| Feedback { article: article("a"), step: None, helpful: false, reason: None, at_ms };
    for at_ms in [NOW_MS, NOW_MS, NOW_MS + KEPT_MS] {
        place.store.add_feedback(&word(at_ms)).await.expect("kept");
    }
    let sweep = async |now_ms| place.store.sweep(now_ms, KEPT_MS).await.expect("swept");
    assert_eq!(sweep(NOW_MS + SPARE_MS).await, Swept::default());
    assert_eq!(sweep(NOW_MS + SPARE_MS + 1).await, Swept { texts: 1, ..Swept::default() });
    assert_eq!(place.store.text(&spare).await.expect("read"), None);
    assert_eq!(sweep(NOW_MS + 30 * DAY_MS).await, Swept::default());
    assert_eq!(sweep(NOW_MS + 32 * DAY_MS).await, Swept { codes: 2, ..Swept::default() });
    assert_eq!(sweep(NOW_MS + KEPT_MS).await, Swept::default());
    assert_eq!(sweep(NOW_MS + KEPT_MS + 1).await, Swept { walkthroughs: 1, feedback: 2, ..Swept::default() });
    assert_eq!(place.store.walkthrough(&old).await.expect("read"), None);
    assert_eq!(place.count("feedback").await, 1);
    let revision = Revision::of(TEXT.as_bytes());
    assert!(place.store.text(&revision).await.expect("read").is_some(), "needed by the other");
    assert_eq!(sweep(NOW_MS + 3 * KEPT_MS).await, Swept { walkthroughs: 1, feedback: 1, texts: 1, codes: 0 });
}

#[tokio::test]
async fn the_sweep_takes_more_than_it_takes_at_once() {
    let place = Place::new().await;
    place
        .run(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1234)
             INSERT INTO walkthrough SELECT 'x' || i, 'self', NULL, NULL, i, i, 0 FROM n",
        )
        .await;
    let swept = place.store.sweep(KEPT_MS + 2000, KEPT_MS).await.expect("swept");
    assert_eq!(swept, Swept { walkthroughs: 1234, ..Swept::default() });
}

#[tokio::test]
async fn a_text_just_asked_for_again_is_not_swept_before_the_walkthrough_begins() {
    let place = Place::new().await;
    let kept = async |now_ms| place.store.keep_text(&RelPath::new("b.md"), b"b", now_ms).await.expect("kept");
    kept(NOW_MS).await;
    let later_ms = NOW_MS + 2 * DAY_MS;
    let revision = kept(later_ms).await;
    place.store.sweep(later_ms, KEPT_MS).await.expect("swept");
    let mut walkthrough = walkthrough(1);
    walkthrough.answers = vec![began("b", revision)];
    assert!(place.store.begin(&walkthrough).await.is_ok());
}

// ---- Many at once

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_answers_at_once_are_all_there_after_a_restart_none_twice() {
    let place = Place::new().await;
    for n in 0..50 {
        place.begun(n).await;
    }
    let answer = async |store: Store, n: usize| {
        let (id, name) = (id((n % 50) as u8), format!("step{n}"));
        loop {
            let kept = store.walkthrough(&id).await.expect("read").expect("there");
            let said = [step(&name, Outcome::NotSolved)];
            match store.append(&id, kept.seq, Some(&name), &said).await.expect("written") {
                Appended::Stored(_) => return,
                Appended::Conflict => {}
                other => panic!("{other:?}"),
            }
        }
    };
    join_all((0..1000).map(|n| answer(place.store.clone(), n))).await;
    let place = place.reopened().await;
    for n in 0..50 {
        let mut said = says(&place.kept(&id(n)).await.walkthrough.answers);
        said.sort();
        let mut expected: Vec<String> = (0..20).map(|i| format!("step{}", i * 50 + usize::from(n))).collect();
        expected.push("washer".into());
        expected.sort();
        assert_eq!(said, expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_stores_on_one_file_write_both_and_see_each_other() {
    // Which of them comes first is chance: without waiting for each other some round fails.
    for _ in 0..20 {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("store.db");
        let stores = join_all((0..4).map(|_| Store::open(&path))).await;
        assert!(stores.iter().all(Result::is_ok), "all open, one of them makes the tables");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.db");
    let stores: Vec<Store> = join_all((0..4).map(|_| Store::open(&path)))
        .await
        .into_iter()
        .collect::<Result<_, _>>()
        .expect("all open, one of them makes the tables");
    let begun = join_all((0..200_u8).map(|n| {
        let store = stores[usize::from(n) % stores.len()].clone();
        async move { store.begin(&walkthrough(n)).await }
    }));
    assert!(begun.await.iter().all(Result::is_ok));
    for n in 0..200 {
        let kept = stores[0].walkthrough(&id(n)).await.expect("read");
        assert!(kept.is_some(), "{n}");
    }
    let id = id(0);
    let seq = stores[0].walkthrough(&id).await.expect("read").expect("there").seq;
    let said = [step("one", Outcome::NotSolved)];
    let (first, second) =
        tokio::join!(stores[0].append(&id, seq, None, &said), stores[1].append(&id, seq, None, &said));
    let both = [first.expect("asked"), second.expect("asked")];
    assert_eq!(both.iter().filter(|a| **a == Appended::Conflict).count(), 1, "{both:?}");
}

// ---- The writer

struct Bench {
    folder: tempfile::TempDir,
    queue: mpsc::Sender<Message>,
    waiting: mpsc::Receiver<Message>,
}

impl Bench {
    fn new(max_waiting: usize) -> Self {
        let (queue, waiting) = mpsc::channel(max_waiting);
        Self { folder: tempfile::tempdir().expect("a folder"), queue, waiting }
    }

    /// The writer begins to work; the result is the database as another process sees it.
    async fn start(self) -> (tempfile::TempDir, Connection) {
        let connector = Connector::new(&self.folder.path().join("store.db")).expect("made");
        let mut own = connector.writer().await.expect("connects");
        execute(&mut own, "CREATE TABLE note (text TEXT PRIMARY KEY)".to_owned()).await.expect("made");
        let other = connector.writer().await.expect("connects");
        tokio::spawn(writer::run(connector, own, self.waiting));
        (self.folder, other)
    }

    fn note(&self, text: &str) -> BoxFuture<'static, Result<(), DatabaseFault>> {
        self.write(format!("INSERT INTO note VALUES ('{text}')"))
    }

    fn write(&self, sql: String) -> BoxFuture<'static, Result<(), DatabaseFault>> {
        let queue = self.queue.clone();
        Box::pin(async move { writer::write(&queue, move |c| Box::pin(execute(c, sql))).await })
    }
}

async fn notes(connection: &mut Connection) -> Vec<String> {
    let rows = sqlx::query("SELECT text FROM note ORDER BY text").fetch_all(connection).await.expect("read");
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn a_full_queue_makes_wait_and_loses_nothing() {
    let bench = Bench::new(2);
    let mut writes: Vec<_> = (0..9).map(|n| bench.note(&n.to_string())).collect();
    assert!(writes.iter_mut().all(|write| write.now_or_never().is_none()));
    assert_eq!((bench.queue.capacity(), bench.waiting.len()), (0, 2));
    let (_folder, mut other) = bench.start().await;
    assert!(join_all(writes).await.iter().all(Result::is_ok));
    assert_eq!(notes(&mut other).await.len(), 9);
}

#[tokio::test]
async fn a_write_that_fails_does_not_undo_those_written_with_it() {
    let bench = Bench::new(9);
    let mut writes = ["a", "a", "b"].map(|text| bench.note(text));
    assert!(writes.iter_mut().all(|write| write.now_or_never().is_none()));
    let half = "INSERT INTO note VALUES ('c'); INSERT INTO note VALUES ('a')";
    let mut half = bench.write(half.to_owned());
    assert!((&mut half).now_or_never().is_none());
    let (_folder, mut other) = bench.start().await;
    let ended: Vec<bool> = join_all(writes).await.iter().map(Result::is_ok).collect();
    assert_eq!((ended, half.await.is_ok()), (vec![true, false, true], false));
    assert_eq!(notes(&mut other).await, ["a", "b"]);
}

#[tokio::test]
async fn when_the_whole_transaction_is_lost_nobody_is_told_it_was_written() {
    let bench = Bench::new(9);
    let mut writes = [bench.note("a"), bench.write("ROLLBACK; SELECT nothing".to_owned()), bench.note("b")];
    assert!(writes.iter_mut().all(|write| write.now_or_never().is_none()));
    let mut after = bench.note("after");
    let (_folder, mut other) = bench.start().await;
    assert!(join_all(writes).await.iter().all(Result::is_err));
    assert_eq!(notes(&mut other).await, [""; 0]);
    assert!((&mut after).await.is_ok(), "the next write has a connection again");
    assert_eq!(notes(&mut other).await, ["after"]);
}

#[tokio::test]
async fn closing_finishes_what_waits_and_refuses_what_comes_later() {
    let place = Place::new().await;
    let mut waiting: Vec<_> = (0..50)
        .map(|n| {
            let store = place.store.clone();
            Box::pin(async move { store.begin(&walkthrough(n)).await })
        })
        .collect();
    assert!(waiting.iter_mut().all(|begin| begin.now_or_never().is_none()));
    place.store.close().await;
    assert!(join_all(waiting).await.iter().all(Result::is_ok));
    assert!(matches!(place.store.begin(&walkthrough(99)).await, Err(DatabaseFault::Closed)));
    assert!(matches!(place.store.walkthrough(&id(1)).await, Err(DatabaseFault::Closed)));
    assert!(!place.path().with_extension("db-wal").exists(), "the log was put into the file");
    let place = place.reopened().await;
    assert_eq!(place.count("walkthrough").await, 50);
}

#[tokio::test]
async fn a_full_disk_is_said_and_survived() {
    let place = Place::new().await;
    let (id, seq) = place.begun(1).await;
    place.run("PRAGMA max_page_count = 1").await;
    let mut large = walkthrough(2);
    large.symptom = Some("长".repeat(100_000));
    let fault = place.store.begin(&large).await.expect_err("no room");
    assert!(matches!(fault, DatabaseFault::Full(_)), "{fault:?}");
    place.append(&id, seq, &[step("one", Outcome::NotSolved)]).await;
    assert_eq!(place.store.walkthrough(&large.id).await.expect("read"), None);
}

// ---- Opening

#[tokio::test]
async fn a_file_that_cannot_be_used_is_named_with_its_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    for path in [folder.path().to_owned(), folder.path().join("missing/store.db")] {
        let fault = Store::open(&path).await.expect_err("cannot be opened");
        assert!(matches!(&fault, DatabaseFault::CannotOpen { path: named, .. } if *named == path), "{fault:?}");
    }
    let garbage = folder.path().join("garbage.db");
    std::fs::write(&garbage, "这不是数据库".repeat(1000)).expect("written");
    let fault = Store::open(&garbage).await.expect_err("no database");
    assert!(matches!(fault, DatabaseFault::Damaged(_)), "{fault:?}");
    assert_eq!(std::fs::read_to_string(&garbage).expect("read"), "这不是数据库".repeat(1000));
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_reads_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new().await;
    for path in [place.path(), place.path().with_extension("db-wal")] {
        assert_eq!(std::fs::metadata(path).expect("there").permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test]
async fn a_commit_survives_a_loss_of_power_by_its_settings() {
    let place = Place::new().await;
    let settings = place.store.write(|connection| {
        Box::pin(async move {
            let mut found = Vec::new();
            for pragma in ["PRAGMA synchronous", "PRAGMA foreign_keys", "PRAGMA secure_delete"] {
                found.push(sqlx::query_scalar::<_, i64>(pragma).fetch_one(&mut *connection).await?);
            }
            Ok(found)
        })
    });
    assert_eq!(settings.await.expect("read"), [2, 1, 1]);
    let journal: String =
        sqlx::query_scalar("PRAGMA journal_mode").fetch_one(place.store.readers()).await.expect("read");
    assert_eq!(journal, "wal");
    let written = sqlx::query("DELETE FROM walkthrough").execute(place.store.readers()).await;
    assert!(written.is_err(), "readers cannot write");
}

/// Rows for the tables each migration made or changed, written as that version wrote them.
const FILLED: &[&str] = &["
    INSERT INTO article_text VALUES ('5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5', 'a.md', 'utf-8', '12345', 1);
    INSERT INTO walkthrough VALUES ('w_01010101010101010101010101010101', 'self', 'CJ-1', '不转', 1, 2, 4);
    INSERT INTO known_sign VALUES ('w_01010101010101010101010101010101', 0, '能进水', '是');
    INSERT INTO candidate VALUES ('w_01010101010101010101010101010101', 0, 'a', 1.5);
    INSERT INTO answer VALUES
        ('w_01010101010101010101010101010101', 1, 0, 'began', 'a', '5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1),
        ('w_01010101010101010101010101010101', 2, 2, 'step', 'a', NULL, 's1', 'solved', NULL, NULL, NULL, NULL, 'x', 2),
        ('w_01010101010101010101010101010101', 3, 3, 'taken_back', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 2, NULL, 2),
        ('w_01010101010101010101010101010101', 4, 4, 'none_of_these', NULL, NULL, NULL, NULL, NULL, NULL, 'a b', NULL, NULL, 2);
    INSERT INTO handoff VALUES ('572413', 'w_01010101010101010101010101010101', 9);
    INSERT INTO feedback VALUES ('a', NULL, 1, NULL, 1);
", "
    INSERT INTO step_tally VALUES ('b', 's1', 2, 1);
"];

async fn rows_by_table(connection: &mut Connection) -> Vec<(String, i64)> {
    let tables: Vec<String> = sqlx::query_scalar("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        .fetch_all(&mut *connection)
        .await
        .expect("read");
    let mut rows = Vec::new();
    for table in tables.into_iter().filter(|t| t != "schema_version") {
        let sql = AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
        let n: i64 = sqlx::query_scalar(sql).fetch_one(&mut *connection).await.expect("counted");
        rows.push((table, n));
    }
    rows
}

#[tokio::test]
async fn every_migration_keeps_the_rows_of_the_version_before_it() {
    assert_eq!(FILLED.len(), MIGRATIONS.len(), "each migration needs rows of its version");
    for version in 1..=MIGRATIONS.len() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("store.db");
        let connector = Connector::new(&path).expect("made");
        let mut connection = connector.writer().await.expect("connects");
        for upto in 1..=version {
            migrate(&mut connection, &MIGRATIONS[..upto]).await.expect("migrates");
            execute(&mut connection, FILLED[upto - 1].to_owned()).await.expect("filled");
        }
        let before = rows_by_table(&mut connection).await;
        assert!(before.iter().all(|(_, n)| *n > 0), "a table without rows proves nothing: {before:?}");
        migrate(&mut connection, MIGRATIONS).await.expect("migrates to the end");
        let after = rows_by_table(&mut connection).await;
        for (table, n) in &before {
            let kept = after.iter().find(|(name, _)| name == table).map(|(_, n)| *n);
            assert_eq!(kept, Some(*n), "{table} of version {version}");
        }
        connection.close().await.expect("closed");
        let store = Store::open(&path).await.expect("opens");
        let kept = store.walkthrough(&id(1)).await.expect("read").expect("there");
        assert_eq!(says(&kept.walkthrough.answers), ["a", "都不是"]);
        let text = store.text(&Revision::of(b"12345")).await.expect("read").expect("there");
        assert_eq!(text.bytes, b"12345");
    }
}

#[tokio::test]
async fn a_migration_that_fails_leaves_the_older_version_whole() {
    let place = Place::new().await;
    place.store.close().await;
    let broken = [MIGRATIONS, &["ALTER TABLE feedback ADD COLUMN seen BIGINT; SELECT nothing"]].concat();
    let fault = Store::open_with(&place.path(), 1, &broken).await.expect_err("cannot migrate");
    assert!(matches!(fault, DatabaseFault::CannotOpen { .. }), "{fault:?}");
    let place = place.reopened().await;
    let word = Feedback { article: article("a"), step: None, helpful: true, reason: None, at_ms: 1 };
    assert!(place.store.add_feedback(&word).await.is_ok());
    let version: i64 = sqlx::query_scalar("SELECT MAX(version) FROM schema_version")
        .fetch_one(place.store.readers())
        .await
        .expect("read");
    assert_eq!(version, MIGRATIONS.len() as i64);
}

#[tokio::test]
async fn the_file_of_a_newer_version_is_refused_and_left_alone() {
    let place = Place::new().await;
    place.run("INSERT INTO schema_version VALUES (99)").await;
    place.store.close().await;
    let fault = Store::open(&place.path()).await.expect_err("is newer");
    let known = MIGRATIONS.len() as i64;
    assert!(matches!(fault, DatabaseFault::NewerSchema { found: 99, known: k } if k == known), "{fault:?}");
}

#[tokio::test]
async fn who_writes_without_end_makes_others_wait_and_is_said_to_be_busy() {
    let place = Place::new().await;
    let other = Connector::new(&place.path()).expect("made");
    let mut other = other.writer().await.expect("connects");
    let held = connect::begin(&mut other).await.expect("held");
    let fault = place.store.begin(&walkthrough(1)).await.expect_err("busy");
    assert!(matches!(fault, DatabaseFault::Busy(_)), "{fault:?}");
    held.rollback().await.expect("free");
    assert!(place.store.begin(&walkthrough(1)).await.is_ok());
}
