//! When the publisher looks: soon after an event, again when the folder has come to rest, and from
//! time to time whatever happens.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::{Duration, Instant},
};

use super::{PublishFault, Publisher, Report};
use crate::corpus::Tick;

/// Events of one save arrive within this; waiting for them makes one turn of several.
const GATHER: Duration = Duration::from_millis(3);
/// A look at everything follows the last event after this.
const SETTLE: Duration = Duration::from_millis(800);
/// When nothing has happened for so long after a turn, the index is kept.
const REST: Duration = Duration::from_millis(500);
/// A new folder is looked into again after this: the watcher does not report what came with it.
const NEW_FOLDER: Duration = Duration::from_millis(200);
/// After a failure the next attempt waits this long; after each further one twice as long as before, up to
/// the period.
const RETRY: Duration = Duration::from_secs(1);
/// Doubled no more often than this.
const DOUBLED: u32 = 8;
/// Hints gathered before everything is looked at instead.
const HINTS: usize = 4_096;

impl Publisher {
    /// Waits for ticks and turns, until nobody can send any more; looks at everything each
    /// `period`, whatever happens. `tell` hears of each turn.
    pub fn run(
        mut self,
        ticks: &Receiver<Tick>,
        period: Duration,
        mut tell: impl FnMut(&Result<Report, PublishFault>),
    ) {
        let everything = Tick { hints: Vec::new(), everything: true };
        let mut tick = everything.clone();
        let mut last_full = Instant::now();
        let mut n_failed = 0;
        loop {
            // A folder that never rests gets its look at everything all the same.
            tick.everything |= last_full.elapsed() >= period;
            if tick.everything {
                last_full = Instant::now();
            }
            let hinted = !tick.everything;
            let turn = self.step(&tick);
            let now = Instant::now();
            n_failed = if turn.is_err() { n_failed + 1 } else { 0 };
            let wait = match &turn {
                Err(_) => (RETRY * 2_u32.pow(DOUBLED.min(n_failed - 1))).min(period.max(RETRY)),
                Ok(report) if report.folder_fault.is_some() => RETRY,
                Ok(report) if report.look_again => NEW_FOLDER,
                Ok(_) if hinted => SETTLE.min(period),
                Ok(_) => period,
            };
            tell(&turn);
            // The first turn brings a receipt for each file: they are not kept while nothing happens.
            drop(turn);
            tick = match self.wait(ticks, now + wait) {
                Ok(first) => gather(first, ticks),
                Err(RecvTimeoutError::Timeout) => everything.clone(),
                Err(RecvTimeoutError::Disconnected) => return,
            };
        }
    }
}

impl Publisher {
    /// Waits for a tick; where none comes for a while, the index is kept for the next start.
    fn wait(&mut self, ticks: &Receiver<Tick>, until: Instant) -> Result<Tick, RecvTimeoutError> {
        let left = || until.saturating_duration_since(Instant::now());
        if self.owes_index() && left() > REST {
            match ticks.recv_timeout(REST) {
                Err(RecvTimeoutError::Timeout) => self.keep_index(),
                came => return came,
            }
        }
        ticks.recv_timeout(left())
    }
}

/// Puts ticks that arrive together into one.
fn gather(first: Tick, ticks: &Receiver<Tick>) -> Tick {
    let mut all = first;
    let until = Instant::now() + GATHER;
    while let Ok(tick) = ticks.recv_timeout(until.saturating_duration_since(Instant::now())) {
        all.everything |= tick.everything || all.hints.len() > HINTS;
        // A tick for everything names only what is to be watched anew.
        if !all.everything || tick.everything {
            all.hints.extend(tick.hints);
        }
    }
    all.hints.sort();
    all.hints.dedup();
    all
}
