//! How a command ends badly: what, where, what to try; one sentence and a hint.

use std::fmt;

/// Why a command could not do its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What happened, in Chinese.
    pub what: String,
    /// What to try.
    pub hint: String,
    /// The exit code: 1 = findings, 2 = wrong use or setting, 3 = trouble of the system.
    pub exit: u8,
}

impl Failure {
    pub(super) fn usage(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: hint.into(), exit: 2 }
    }

    pub(super) fn system(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: hint.into(), exit: 3 }
    }

    /// The command worked and found something wrong.
    pub(super) fn findings(what: impl Into<String>) -> Self {
        Self { what: what.into(), hint: String::new(), exit: 1 }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.what)?;
        if !self.hint.is_empty() {
            write!(f, "\n提示：{}", self.hint)?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}
