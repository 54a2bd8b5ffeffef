//! Questions become vectors on a few threads of their own, so that an answer never waits longer than it may.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use super::health::Health;
use crate::{
    found::MeaningUse,
    meaning::{Kind, Scale, Source, SourceFault, Vector},
};

/// An answer waits so long for its vector, then goes out without: longer is felt as waiting. The model needs 25 ms for
/// the 64 pieces it reads at most, on the slowest machine measured; a server in the same house about 50.
pub(super) const DEADLINE: Duration = Duration::from_millis(300);
/// A tool that wants to wait waits so long: less than any answer may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);
/// A server has so long for a question: what comes after the deadline is remembered for the next time.
pub(super) const QUESTION_TIME: Duration = Duration::from_secs(10);
/// Questions whose vectors are remembered.
const REMEMBERED: usize = 512;
/// Questions in the queue: two threads are through with them in less than the deadline.
const QUEUE: usize = 64;

/// Turns questions into vectors.
pub(super) struct Asked {
    queue: SyncSender<Job>,
    remembered: Arc<Remembered>,
    health: Arc<Health>,
    pub(super) scale: Scale,
}

/// A question that waits for its vector.
struct Job {
    text: String,
    until: Instant,
    answer: SyncSender<Arc<Vector>>,
}

/// Vectors of the last questions, the last used at the end.
#[derive(Default)]
struct Remembered(Mutex<Vec<(String, Arc<Vector>)>>);

impl Remembered {
    fn lock(&self) -> MutexGuard<'_, Vec<(String, Arc<Vector>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of(&self, text: &str) -> Option<Arc<Vector>> {
        let mut all = self.lock();
        let at = all.iter().rposition(|(asked, _)| asked == text)?;
        all[at..].rotate_left(1);
        all.last().map(|(_, vector)| Arc::clone(vector))
    }

    fn keep(&self, text: String, vector: Arc<Vector>) {
        let mut all = self.lock();
        all.retain(|(asked, _)| *asked != text);
        if all.len() == REMEMBERED {
            all.remove(0);
        }
        all.push((text, vector));
    }
}

impl Asked {
    /// Starts the threads; they end when this is dropped.
    pub(super) fn start(source: &Arc<Source>, scale: Scale, health: &Arc<Health>) -> Self {
        let (queue, jobs) = sync_channel(QUEUE);
        let jobs = Arc::new(Mutex::new(jobs));
        let remembered = Arc::<Remembered>::default();
        for _ in 0..source.at_once() {
            let (source, health) = (Arc::clone(source), Arc::clone(health));
            let (jobs, remembered) = (Arc::clone(&jobs), Arc::clone(&remembered));
            let run = move || work(&jobs, &source, &health, &remembered);
            if let Err(error) = thread::Builder::new().name("question".to_owned()).spawn(run) {
                tracing::error!(error = &error as &dyn std::error::Error, "no thread for questions");
            }
        }
        Self { queue, remembered, health: Arc::clone(health), scale }
    }

    /// The vector of a question, when there is one before `until`.
    ///
    /// # Errors
    /// What the answer says of meaning instead.
    pub(super) fn vector(&self, text: &str, until: Instant) -> Result<Arc<Vector>, MeaningUse> {
        if let Some(vector) = self.remembered.of(text) {
            return Ok(vector);
        }
        if self.health.rest().is_some() {
            return Err(MeaningUse::Off);
        }
        let (answer, vector) = sync_channel(1);
        self.queue.try_send(Job { text: text.to_owned(), until, answer }).map_err(|refused| match refused {
            TrySendError::Full(_) => MeaningUse::Late,
            TrySendError::Disconnected(_) => MeaningUse::Off,
        })?;
        vector.recv_timeout(until.saturating_duration_since(Instant::now())).map_err(|fault| match fault {
            RecvTimeoutError::Timeout => MeaningUse::Late,
            RecvTimeoutError::Disconnected => MeaningUse::Off,
        })
    }
}

/// Embeds one question after the other until nobody can ask any more.
fn work(jobs: &Mutex<Receiver<Job>>, source: &Source, health: &Health, remembered: &Remembered) {
    loop {
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else { return };
        // Whoever asked has gone: the time belongs to those who wait.
        if job.until < Instant::now() {
            continue;
        }
        let known = remembered.of(&job.text);
        let made = known.map_or_else(|| make(source, &job.text).map(Arc::new), Ok);
        match made {
            Ok(vector) => {
                health.well();
                remembered.keep(job.text, Arc::clone(&vector));
                // It came too late for this answer; the next finds it remembered.
                let _ = job.answer.send(vector);
            }
            Err(fault) => health.failed(&fault),
        }
    }
}

fn make(source: &Source, text: &str) -> Result<Vector, SourceFault> {
    let made = source.embed(&[text], Kind::Query, QUESTION_TIME)?;
    made.into_iter().next().ok_or(SourceFault::Foreign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_used_longest_ago_is_forgotten_first() {
        let remembered = Remembered::default();
        let vector = Arc::new(crate::meaning::Vector::of(&[1.0]).expect("a vector"));
        for n in 0..REMEMBERED {
            remembered.keep(n.to_string(), Arc::clone(&vector));
        }
        assert!(remembered.of("0").is_some());
        remembered.keep("new".to_owned(), Arc::clone(&vector));
        assert!(remembered.of("0").is_some() && remembered.of("new").is_some());
        assert!(remembered.of("1").is_none() && remembered.of("2").is_some());
        assert_eq!(remembered.lock().len(), REMEMBERED);
    }
}
