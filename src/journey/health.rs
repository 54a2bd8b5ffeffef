//! How the source of the vectors is doing: well, or in trouble and left alone until the next try.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::meaning::SourceFault;

/// Rest after the first failure; it doubles with each further one. A server that starts again is found soon, one that
/// is gone is asked once a minute.
const FIRST_REST: Duration = Duration::from_millis(500);
const LONGEST_REST: Duration = Duration::from_secs(60);

/// Why meaning is silent though it is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The model in the binary is damaged.
    Damaged,
    /// Nobody answers.
    Unreachable,
    /// The answers come too late.
    Slow,
    /// The server says no: the status.
    Refused(u16),
    /// The answers are none.
    Foreign,
    /// The model does not tell Chinese texts apart.
    Blind,
    /// The vectors are of another model than before.
    Dimension,
}

impl Trouble {
    /// The name in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Damaged => "damaged",
            Self::Unreachable => "unreachable",
            Self::Slow => "slow",
            Self::Refused(_) => "refused",
            Self::Foreign => "foreign",
            Self::Blind => "blind",
            Self::Dimension => "dimension",
        }
    }
}

impl From<&SourceFault> for Trouble {
    fn from(fault: &SourceFault) -> Self {
        match fault {
            #[cfg(feature = "model")]
            SourceFault::Model(_) => Self::Damaged,
            SourceFault::Unreachable(_) => Self::Unreachable,
            SourceFault::Slow => Self::Slow,
            SourceFault::Refused(status) => Self::Refused(*status),
            SourceFault::Foreign => Self::Foreign,
            SourceFault::Blind => Self::Blind,
            SourceFault::Dimension { .. } => Self::Dimension,
        }
    }
}

/// The trouble, while there is any.
#[derive(Default)]
pub(super) struct Health(Mutex<Option<Rest>>);

struct Rest {
    trouble: Trouble,
    length: Duration,
    until: Instant,
}

impl Health {
    fn lock(&self) -> MutexGuard<'_, Option<Rest>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn trouble(&self) -> Option<Trouble> {
        self.lock().as_ref().map(|rest| rest.trouble)
    }

    /// How long the source is left alone yet; nothing when it may be asked.
    pub(super) fn rest(&self) -> Option<Duration> {
        let left = self.lock().as_ref()?.until.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }

    pub(super) fn well(&self) {
        if self.lock().take().is_some() {
            tracing::info!("the source of the vectors is well again");
        }
    }

    pub(super) fn failed(&self, fault: &SourceFault) {
        let (now, trouble) = (Instant::now(), Trouble::from(fault));
        let mut health = self.lock();
        let length = match &*health {
            None => FIRST_REST,
            // Of several that failed together one counts.
            Some(rest) if now < rest.until => return,
            Some(rest) => (rest.length * 2).min(LONGEST_REST),
        };
        if health.as_ref().is_none_or(|rest| rest.trouble != trouble) {
            tracing::warn!(error = fault as &dyn std::error::Error, "meaning is silent");
        }
        *health = Some(Rest { trouble, length, until: now + length });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_at_the_same_time_are_one_and_success_ends_the_trouble() {
        let health = Health::default();
        assert_eq!((health.trouble(), health.rest()), (None, None));
        for _ in 0..10 {
            health.failed(&SourceFault::Slow);
        }
        assert_eq!(health.trouble(), Some(Trouble::Slow));
        assert!(health.rest().is_some_and(|left| left <= FIRST_REST));
        health.well();
        assert_eq!((health.trouble(), health.rest()), (None, None));
    }
}
