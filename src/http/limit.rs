//! How often one caller may try something that could be guessed or flooded.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Callers remembered; beyond, those whose window is over are dropped, then all.
const CALLERS: usize = 10_000;

/// Counts tries of each caller within a window of time.
pub(crate) struct Limit<K> {
    allowed: u32,
    window: Duration,
    tries: Mutex<HashMap<K, (u32, Instant)>>,
}

impl<K: Hash + Eq> Limit<K> {
    /// At most `allowed` tries within `window`, which begins with the first of them.
    pub(crate) fn new(allowed: u32, window: Duration) -> Self {
        Self { allowed, window, tries: Mutex::default() }
    }

    /// Whether `caller` has no try left.
    pub(crate) fn is_over(&self, caller: &K) -> bool {
        let tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        tries.get(caller).is_some_and(|(n, since)| *n >= self.allowed && since.elapsed() < self.window)
    }

    /// Counts a try of `caller`.
    pub(crate) fn count(&self, caller: K) {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.len() >= CALLERS {
            tries.retain(|_, (_, since)| since.elapsed() < self.window);
            if tries.len() >= CALLERS {
                tries.clear();
            }
        }
        let entry = tries.entry(caller).or_insert((0, Instant::now()));
        if entry.1.elapsed() >= self.window {
            *entry = (0, Instant::now());
        }
        entry.0 += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_caller_has_so_many_tries_and_new_ones_after_the_window() {
        let limit = Limit::new(2, Duration::from_secs(600));
        for over in [false, false, true] {
            assert_eq!(limit.is_over(&"a"), over);
            limit.count("a");
        }
        assert!(!limit.is_over(&"b"));
        let short = Limit::new(1, Duration::ZERO);
        short.count("a");
        assert!(!short.is_over(&"a"), "its window is over");
    }

    #[test]
    fn a_flood_of_callers_is_forgotten_rather_than_kept() {
        let limit = Limit::new(1, Duration::from_secs(600));
        for caller in 0..=CALLERS {
            limit.count(caller);
        }
        assert!(limit.tries.lock().expect("free").len() <= CALLERS);
    }
}
