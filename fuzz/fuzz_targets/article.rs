//! Any bytes are an article or a problem, and its HTML never holds a script.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wenzhen::article::{NoLinks, RelPath, Viewer, parse, render};

fuzz_target!(|bytes: &[u8]| {
    let parsed = parse(&RelPath::new("a.md"), bytes);
    if let Some(article) = parsed.article {
        let n = article.source.lines().count();
        for viewer in [Viewer::Customer, Viewer::Staff] {
            let html = render(&article, (0, n), viewer, &NoLinks).to_lowercase();
            assert!(!html.contains("<script") && !html.contains("onerror="));
        }
    }
});
