//! Any text is normalised, cut and read for codes, models, hazards and lists without a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wenzhen::text::{
    Dictionary, Normalized, codes_in, cut, grams, models_in, normalize, parse_hazards, parse_readings, parse_synonyms, parse_words,
    query_words,
};

fuzz_target!(|text: &str| {
    let plain = normalize(text);
    assert_eq!(plain, Normalized::new(text).text);
    let (words, _) = parse_words(text);
    let dictionary = Dictionary::with_words(&words[..words.len().min(4)]);
    let _ = (cut(&dictionary, &plain), query_words(&dictionary, &plain), grams(&plain), codes_in(&plain), models_in(&plain));
    let _ = (parse_synonyms(text), parse_readings(text));
    let _ = parse_hazards(text).0.find(&plain);
});
