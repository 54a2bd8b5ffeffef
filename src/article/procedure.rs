//! A step of a walkthrough and what an author says about it.

/// What a step touches; the only hard key of the order (先软后硬).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// A look: at most a minute, no risk.
    Precheck,
    /// Settings, mode, app, network, restart.
    Software,
    /// Plug, hose, filter, door, load.
    Hardware,
}

impl Layer {
    /// The name in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Precheck => "precheck",
            Self::Software => "software",
            Self::Hardware => "hardware",
        }
    }
}

/// How often this step is the fix, in the author's judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likelihood {
    /// 常见
    Common,
    /// 一般
    Average,
    /// 少见
    Rare,
}

impl Likelihood {
    /// The word authors write.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Common => "常见",
            Self::Average => "一般",
            Self::Rare => "少见",
        }
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        [Self::Common, Self::Average, Self::Rare].into_iter().find(|l| l.label() == text)
    }
}

/// Who can do a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Anybody at home.
    Customer,
    /// An agent, remotely.
    Agent,
    /// A technician on site.
    Technician,
}

impl Who {
    /// The name authors write.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Agent => "agent",
            Self::Technician => "technician",
        }
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        [Self::Customer, Self::Agent, Self::Technician].into_iter().find(|w| w.as_str() == text)
    }
}

/// What came of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was the fix.
    Solved,
    /// Done, and the trouble is still there.
    NotSolved,
    /// It cannot be done: no tool, out of reach.
    CannotDo,
    /// Left out.
    Skipped,
    /// It does not look safe.
    Unsafe,
}

impl Outcome {
    /// Every value.
    pub const ALL: [Self; 5] = [Self::Solved, Self::NotSolved, Self::CannotDo, Self::Skipped, Self::Unsafe];

    /// The name in JSON and the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Solved => "solved",
            Self::NotSolved => "not_solved",
            Self::CannotDo => "cannot_do",
            Self::Skipped => "skipped",
            Self::Unsafe => "unsafe",
        }
    }

    /// The words for Chinese readers.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Solved => "解决了",
            Self::NotSolved => "没解决",
            Self::CannotDo => "做不到",
            Self::Skipped => "跳过了",
            Self::Unsafe => "觉得不安全",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.as_str() == text)
    }
}

/// Risk from 0 (none) to 3 (never offered to a customer or over the phone), with what to do first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Safety {
    /// 0 to 3.
    pub risk: u8,
    /// What must be done before: 断电, 关水 …
    pub first: Vec<String>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// `{#id}`, else made from the heading; unique in the article.
    pub id: String,
    /// Whether the author wrote the id.
    pub named: bool,
    /// The heading without attributes.
    pub title: String,
    /// What it touches.
    pub layer: Layer,
    /// How long it takes.
    pub minutes: Option<u32>,
    /// How often it is the fix.
    pub likely: Option<Likelihood>,
    /// Risk and what to do first.
    pub safety: Safety,
    /// Ids of steps that must be done before it.
    pub needs: Vec<String>,
    /// Who can do it.
    pub who: Who,
    /// Line of its heading, from 0.
    pub heading_line: usize,
    /// Lines of the source that hold its text (from, one past the last).
    pub lines: (usize, usize),
}
