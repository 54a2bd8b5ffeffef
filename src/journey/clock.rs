//! The day articles are read on.

use crate::article::Date;

/// Tells the server's local date; tests give their own.
pub type Today = fn() -> Date;

/// Today in the server's time zone.
#[must_use]
pub fn local_today() -> Date {
    let day = jiff::Zoned::now().date();
    let part = |n: i8| u8::try_from(n).unwrap_or(1);
    Date::new(u16::try_from(day.year()).unwrap_or(1970), part(day.month()), part(day.day()))
        .expect("a civil date of the calendar is a date")
}

/// The moment as people at the server read it.
#[must_use]
pub fn clock_time(at: std::time::SystemTime) -> String {
    let zoned = jiff::Timestamp::try_from(at).map(|t| t.to_zoned(jiff::tz::TimeZone::system()));
    zoned.map(|z| z.strftime("%m-%d %H:%M:%S").to_string()).unwrap_or_default()
}

/// Now, in milliseconds since 1970.
#[must_use]
pub fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// A moment in milliseconds since 1970 as people at the server say it: day, hour and minute.
#[must_use]
pub fn clock_minute(at_ms: i64) -> String {
    let zoned = jiff::Timestamp::from_millisecond(at_ms).map(|t| t.to_zoned(jiff::tz::TimeZone::system()));
    zoned.map(|z| z.strftime("%-m 月 %-d 日 %H:%M").to_string()).unwrap_or_default()
}
