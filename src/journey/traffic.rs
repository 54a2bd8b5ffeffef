//! Work in the background gives way while others search or save, and has the processor for itself while nobody does.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// So long after the last of them others are still there: whoever has searched once reads, and searches again.
const LINGER: Duration = Duration::from_secs(3);

/// How often others have searched, completed or published since the start.
#[derive(Default)]
pub(super) struct Traffic(AtomicU64);

impl Traffic {
    /// One more of them.
    pub(super) fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// When somebody in the background last saw others.
#[derive(Default)]
pub(super) struct Lookout {
    seen: u64,
    since: Option<Instant>,
}

impl Lookout {
    /// Whether others are there, looked at from time to time.
    pub(super) fn sees_others(&mut self, traffic: &Traffic, now: Instant) -> bool {
        let n = traffic.0.load(Ordering::Relaxed);
        if n != self.seen {
            (self.seen, self.since) = (n, Some(now));
        }
        self.since.is_some_and(|since| now.duration_since(since) < LINGER)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{
        access::Role,
        corpus::Tick,
        found::Question,
        journey::{Finder, Live, Publisher, local_today},
    };

    #[test]
    fn others_are_there_until_a_while_after_the_last_of_them() {
        let (traffic, mut lookout, start) = (Traffic::default(), Lookout::default(), Instant::now());
        assert!(!lookout.sees_others(&traffic, start), "nobody has come yet");
        traffic.count();
        assert!(lookout.sees_others(&traffic, start));
        assert!(lookout.sees_others(&traffic, start + LINGER / 2));
        assert!(!lookout.sees_others(&traffic, start + LINGER));
        traffic.count();
        assert!(lookout.sees_others(&traffic, start + LINGER * 2));
    }

    #[test]
    fn whoever_searches_completes_or_publishes_is_seen() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a.md"), "# 洗衣机不脱水\n").expect("written");
        let live = Live::new();
        let data = folder.path().join("data");
        let mut publisher = Publisher::new(folder.path(), &data, live.clone(), local_today).expect("a publisher");
        let finder = Finder::new(live.clone(), Path::new("kb"));
        let mut lookout = Lookout::default();
        let mut look = |when: Duration| lookout.sees_others(&live.traffic, Instant::now() + when);
        assert!(!look(Duration::ZERO));
        publisher.step(&Tick { hints: Vec::new(), everything: true }).expect("published");
        assert!(look(LINGER));
        finder.find(&Question::new("脱水").expect("a question"), Role::Customer).expect("found");
        assert!(look(LINGER * 2));
        finder.suggest("脱", Role::Customer).expect("completed");
        assert!(look(LINGER * 3));
        assert!(!look(LINGER * 4 + Duration::from_secs(1)));
    }
}
