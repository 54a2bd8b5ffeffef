//! Rows aligned for a terminal, in which a Chinese character is as wide as two letters.

use std::io::Write;

/// Columns of a terminal that `text` takes.
pub(super) fn width(text: &str) -> usize {
    // From Hangul on, what people write here is wide; what is narrow there (½, №) stands before it.
    text.chars().map(|c| if c >= '\u{1100}' && !matches!(c, '\u{2010}'..='\u{2027}') { 2 } else { 1 }).sum()
}

/// Blanks up to `columns` behind `text`.
pub(super) fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Writes `rows`, each cell as wide as the widest of its column, two blanks between them.
pub(super) fn write_table(out: &mut impl Write, rows: &[Vec<String>]) -> std::io::Result<()> {
    let n = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |column: usize| rows.iter().filter_map(|r| r.get(column)).map(|c| width(c)).max().unwrap_or(0);
    let columns: Vec<usize> = (0..n).map(widest).collect();
    for row in rows {
        let cells: Vec<String> = row.iter().zip(&columns).map(|(cell, columns)| padded(cell, *columns)).collect();
        writeln!(out, "{}", cells.join("  ").trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other_whatever_the_script() {
        let rows = [["分组", "第一"], ["typed", "24/25"], ["合", "1"]].map(|r| r.map(str::to_owned).to_vec());
        let mut out = Vec::new();
        write_table(&mut out, &rows).expect("written");
        assert_eq!(String::from_utf8_lossy(&out), "分组   第一\ntyped  24/25\n合     1\n");
        assert_eq!(width("79.8–87.5"), 9);
    }
}
