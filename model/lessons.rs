//! Prints what an adaptation is learned from, for `adapt.py`: `lessons KB QUESTIONS`. A line per text of an article
//! (`text`, id, place, `staff` or `all`, vector) and per question (`question`, ids, vector), with tabs between;
//! vectors are those of the model before any adaptation.

use std::{
    error::Error,
    fs,
    io::{BufWriter, Write},
    path::PathBuf,
    sync::Arc,
};

use wenzhen::{
    corpus::Tick,
    index::meant_texts,
    journey::{Finder, Live, Publisher, local_today},
    meaning::{Kind, Model, Vector},
    text::normalize,
};

/// Pieces that are read of a question and of a text, as the program reads them.
const PIECES: [usize; 2] = [64, 160];

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let (Some(kb), Some(questions)) = (arguments.next(), arguments.next()) else {
        return Err("lessons KB QUESTIONS".into());
    };
    let model = Model::from_bytes(include_bytes!("e5-small-zh.bin"))?;
    let data = std::env::temp_dir().join(format!("lessons-{}", std::process::id()));
    let live = Live::new();
    let mut publisher = Publisher::new(&kb, &data, Arc::clone(&live), local_today)?;
    publisher.step(&Tick { hints: Vec::new(), everything: true })?;
    let snapshot = Finder::new(live, &kb).snapshot()?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    for article in snapshot.articles() {
        for meant in meant_texts(article) {
            let vector = numbers(&model.embed(&meant.text, Kind::Passage, PIECES[1]));
            let reader = if meant.staff { "staff" } else { "all" };
            writeln!(out, "text\t{}\t{:?}\t{reader}\t{vector}", article.id, meant.place)?;
        }
    }
    for line in fs::read_to_string(questions)?.lines().skip(1) {
        let [_, question, ids] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("not three columns: {line}").into());
        };
        let vector = numbers(&model.embed(&normalize(question), Kind::Query, PIECES[0]));
        writeln!(out, "question\t{ids}\t{vector}")?;
    }
    out.flush()?;
    fs::remove_dir_all(data)?;
    Ok(())
}

fn numbers(vector: &Vector) -> String {
    let numbers: Vec<String> = vector.as_slice().iter().map(|x| format!("{x:.5}")).collect();
    numbers.join(" ")
}
