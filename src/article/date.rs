//! A calendar day as an author writes it (`2026-11-01`), comparable, without a clock.

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// The day, when it exists.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        (1..=days).contains(&day).then_some(Self { year, month, day })
    }

    /// Reads `2026-11-01`, also with `/` or `.`, and with a time of day behind it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let day = text.trim().split(['T', ' ']).next()?;
        let mut parts = day.split(['-', '/', '.']);
        let year = parts.next()?.parse().ok().filter(|y| (1900..=9999).contains(y))?;
        let month = parts.next()?.parse().ok()?;
        let day = parts.next()?.parse().ok()?;
        if parts.next().is_some() {
            return None;
        }
        Self::new(year, month, day)
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_that_exist_are_read() {
        assert_eq!(Date::parse("2026-11-01").map(|d| d.to_string()).as_deref(), Some("2026-11-01"));
        assert_eq!(Date::parse("2024/2/29").map(|d| d.to_string()).as_deref(), Some("2024-02-29"));
        for wrong in ["2026-02-29", "2026-13-01", "明天", "2026-11", "26-11-01"] {
            assert_eq!(Date::parse(wrong), None, "{wrong}");
        }
    }
}
