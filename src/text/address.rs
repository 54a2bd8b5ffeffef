//! Where an address stands in a text, from below the city or district on: road, village or estate,
//! number, building, room.
//!
//! Works on text in normal form. An ending such as 路 or 花园 alone is no address (电路, 走了一路): it counts
//! where a number follows, or where a district (浦东新区世纪大道) or a word such as 地址 stands before it.

const ROADS: &[&str] = &["大道", "大街", "街道", "胡同", "路", "街", "巷"];
const VILLAGES: &[&str] = &["村", "屯", "镇", "乡"];
const ESTATES: &[&str] = &[
    "小区",
    "社区",
    "花园",
    "公寓",
    "家园",
    "新村",
    "花苑",
    "大厦",
    "宿舍",
    "家属院",
    "嘉园",
    "雅苑",
    "名苑",
    "新城",
    "广场",
    "公馆",
    "山庄",
    "别墅",
    "苑",
    "里",
];
/// Endings of estates that count only before a building or room.
const ESTATE_ENDS: &str = "园城府庭湾邸郡阁轩居寓厦庄坊院寨";
/// Words that end like a road and are none.
const NO_ROADS: &[&str] = &[
    "电路", "线路", "管路", "水路", "气路", "油路", "回路", "支路", "断路", "短路", "开路", "通路", "半路", "网路",
    "道路", "马路", "铁路", "公路", "思路", "迷路", "走路", "问路", "出路", "旁路", "光路", "风路", "后路", "退路",
    "顺路", "绕路", "套路", "门路", "来路", "去路", "上路", "逛街", "上街", "农村", "乡村", "家乡", "故乡", "城镇",
    "乡镇", "老乡", "下乡", "家里", "屋里", "城里", "村里", "哪里", "这里", "那里", "公里", "英里", "筒里", "桶里",
    "箱里", "机里", "水里", "房里", "手里", "心里", "市里", "区里", "县里",
];
/// Numbered parts that stand in addresses only, and those that stand elsewhere too.
const STRONG: &[&str] = &["号楼", "号院", "号房", "号室", "号门", "栋", "幢", "单元", "弄", "室"];
const WEAK: &[&str] = &["号", "座", "层", "楼", "户", "房", "期", "排"];
/// What follows a number that is none of an address: 室内机, 5 号电池, 3 楼上.
const NO_PARTS: &[&str] =
    &["室内", "室外", "室温", "号电", "号线", "号键", "号程", "号机", "号码", "号灯", "号阀", "号报", "房间"];
/// Units: a bare number before one of them is no room.
const UNITS: &str = "天分度次点年月日台个小秒元块℃°%周级档升斤匹瓦种位毫厘米转";
/// Words before an address.
const LABELS: &[&str] = &["地址", "住址", "住在", "家住", "我住", "送到", "寄到", "家在", "搬到", "上门到", "位于"];
/// Characters that end a name on its left.
const STOPS: &str = "的在是我住了不您你他她把被说问给到去址于位就家机器箱";
/// No district stands so many characters before a road.
const REACH: usize = 24;
const NAME_CHARS: usize = 6;

/// The addresses of a text: start and one past the end.
pub(super) fn places(chars: &[char]) -> Vec<(usize, usize)> {
    let text = Text(chars);
    let mut found: Vec<(usize, usize)> =
        (0..chars.len()).flat_map(|i| [text.named(i), text.numbered(i)]).flatten().collect();
    found.sort_unstable();
    let mut merged: Vec<(usize, usize)> = Vec::new();
    for (from, to) in found {
        match merged.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => merged.push((from, to)),
        }
    }
    merged
}

struct Text<'a>(&'a [char]);

impl Text<'_> {
    /// A road, village or estate whose ending stands at `i`, with what follows.
    fn named(&self, i: usize) -> Option<(usize, usize)> {
        let road = self.starts(i, ROADS).filter(|end| !(self.at(*end, "由") || self.at(i, "街道")));
        let village = self.starts(i, VILLAGES);
        let estate = self.starts(i, ESTATES).or_else(|| self.starts(i, &["街道"]));
        let other = estate.or_else(|| self.0.get(i).filter(|c| ESTATE_ENDS.contains(**c)).map(|_| i + 1));
        let end = road.or(village).or(other)?;
        if NO_ROADS.iter().any(|word| self.ends(end, word)) || i == 0 || !is_han(self.0[i - 1]) {
            return None;
        }
        let (start, bounded) = self.name_start(i);
        if start == i {
            return None;
        }
        let first = match (road, village) {
            (Some(_), _) => self.numbered_as(self.section(end), &["号", "弄", "巷", "院"]),
            (_, Some(_)) => self.numbered_as(end, &["号", "组", "队", "户", "社"]),
            _ => self.part(self.blank(end)).filter(|(_, strong)| *strong).map(|(to, _)| to).or_else(|| self.rooms(end)),
        };
        let whole = road.or(village).or(estate).filter(|_| bounded && i - start > usize::from(road.is_none()));
        let to = first.or_else(|| self.rooms(end).filter(|_| whole.is_some())).or(whole)?;
        Some((start, self.rest(to)))
    }

    /// Two numbered parts that follow each other at `i`, one of them sure, or a room.
    fn numbered(&self, i: usize) -> Option<(usize, usize)> {
        if i > 0 && (self.0[i - 1].is_ascii_alphanumeric() || "-第".contains(self.0[i - 1])) {
            return None;
        }
        let (first, sure) = self.part(i)?;
        let second = self.part(self.blank(first)).filter(|(_, also)| sure || *also).map(|(to, _)| to);
        let room = || self.room(self.blank(first)).filter(|_| sure);
        let digits = self.0[i..first].iter().take_while(|c| c.is_ascii_digit()).count();
        let alone = || (digits >= 3 && sure && self.ends(first, "室")).then_some(first);
        let to = second.or_else(room).or_else(alone)?;
        let is_estate = i > 0 && (ESTATE_ENDS.contains(self.0[i - 1]) || ESTATES.iter().any(|e| self.ends(i, e)));
        let start = if is_estate { self.name_start(i).0 } else { i };
        Some((start, self.rest(to)))
    }

    /// Where a name begins that ends before `end`, and whether a district or a word such as 地址 stands before it.
    fn name_start(&self, end: usize) -> (usize, bool) {
        let reach = (0..end.min(REACH)).take_while(|n| is_han(self.0[end - 1 - n])).count();
        let district = (end - reach..end).rev().find(|&p| self.is_district(p));
        let clear = |p: usize| !self.0[p + 1..end].iter().any(|c| "的在是我住了不您你他她把被说问给".contains(*c));
        if let Some(p) = district.filter(|&p| clear(p)) {
            return (p + 1, true);
        }
        let mut start = end;
        while start > end - reach.min(NAME_CHARS) && (start == end || !STOPS.contains(self.0[start - 1])) {
            start -= 1;
        }
        let before: String = self.0[..start].iter().collect();
        let before = before.trim_end_matches([' ', ':', '是', '为', '在']);
        let labelled =
            |l: &&str| before.ends_with(*l) || (l.ends_with('在') && before.ends_with(l.trim_end_matches('在')));
        (start, LABELS.iter().any(labelled))
    }

    fn is_district(&self, p: usize) -> bool {
        let no = ["小区", "社区", "园区", "校区", "景区", "片区", "城市", "超市", "门市", "夜市", "菜市", "都市"];
        "省市区县旗州盟".contains(self.0[p])
            && !no.iter().any(|word| self.ends(p + 1, word))
            && p >= 1
            && is_han(self.0[p - 1])
    }

    /// As far as the address goes on.
    fn rest(&self, mut to: usize) -> usize {
        loop {
            let next = self.blank(to);
            let comma = if self.at(to, ",") { to + 1 } else { next };
            let sure = self.part(comma).filter(|(_, strong)| *strong || comma == next).map(|(end, _)| end);
            let Some(end) = sure.or_else(|| self.room(next)).or_else(|| self.building(to)) else { return to };
            to = end;
        }
    }

    /// A name behind a house number, such as 金茂大厦.
    fn building(&self, from: usize) -> Option<usize> {
        let before = from.checked_sub(1).map(|i| self.0[i]);
        if before != Some('号') {
            return None;
        }
        let name = self.0[from..].iter().take(10).take_while(|c| is_han(**c) && !STOPS.contains(**c)).count();
        let named = |end: usize| {
            ESTATES.iter().any(|e| *e != "里" && self.ends(end, e)) || ESTATE_ENDS.contains(self.0[end - 1])
        };
        let free = |end: usize| self.0.get(end).is_none_or(|c| !is_han(*c));
        let fits = |end: &usize| self.part(*end).is_some() || (named(*end) && free(*end));
        (from + 2..=from + name).rev().find(fits)
    }

    /// A number and its part of an address at `i`: the end, and whether it is surely one.
    fn part(&self, i: usize) -> Option<(usize, bool)> {
        let number = self.number(i)?;
        let unit = self.blank(number);
        if NO_PARTS.iter().any(|word| self.at(unit, word)) {
            return None;
        }
        self.starts(unit, STRONG).map(|end| (end, true)).or_else(|| self.starts(unit, WEAK).map(|end| (end, false)))
    }

    fn numbered_as(&self, i: usize, units: &[&str]) -> Option<usize> {
        let number = self.number(self.blank(i))?;
        let unit = self.blank(number);
        let end = self.starts(unit, units)?;
        self.starts(unit, STRONG).or(Some(end))
    }

    /// 人民路四段, 建国路东段: past the section.
    fn section(&self, i: usize) -> usize {
        let side = i + usize::from(self.0.get(i).is_some_and(|c| "东西南北中".contains(*c)));
        let number = self.number(side).unwrap_or(side);
        if self.at(number, "段") { number + 1 } else { i }
    }

    /// 3-2-501 behind the name of an estate.
    fn rooms(&self, i: usize) -> Option<usize> {
        let from = self.blank(i);
        let end = self.room(from)?;
        (self.0[from..end].contains(&'-') || end - from >= 3).then_some(end)
    }

    /// A bare number that may be a room: at least three digits, or several numbers with dashes.
    fn room(&self, i: usize) -> Option<usize> {
        let dashed = |c: &&char| c.is_ascii_digit() || **c == '-';
        let n = self.0[i.min(self.0.len())..].iter().take_while(dashed).count();
        let digits = self.0[i.min(self.0.len())..][..n].iter().filter(|c| c.is_ascii_digit()).count();
        let (first, last) = (self.0.get(i)?, self.0.get((i + n).checked_sub(1)?)?);
        let fits = (3..=7).contains(&digits) && first.is_ascii_digit() && last.is_ascii_digit() && !self.at(i, "400-");
        let after = self.blank(i + n);
        let free = self.0.get(i + n).is_none_or(|c| !c.is_ascii_alphanumeric())
            && self.0.get(after).is_none_or(|c| !UNITS.contains(*c));
        (fits && free).then_some(i + n)
    }

    /// A number in digits, with a letter before or behind it, or in Chinese: its end.
    fn number(&self, i: usize) -> Option<usize> {
        let take = |from: usize, of: &dyn Fn(char) -> bool| {
            self.0[from.min(self.0.len())..].iter().take_while(|c| of(**c)).count()
        };
        let letter = take(i, &|c| c.is_ascii_alphabetic()).min(2);
        let digits = take(i + letter, &|c| c.is_ascii_digit() || c == '-');
        let chinese = take(i, &|c| "零〇一二三四五六七八九十百".contains(c));
        if (1..=9).contains(&digits) && self.0[i + letter].is_ascii_digit() {
            let end = i + letter + digits;
            return Some(end + take(end, &|c| c.is_ascii_alphabetic()).min(1));
        }
        match (chinese, letter) {
            (1..=5, 0) => Some(i + chinese),
            (0, 1) if self.at(i + 1, "座") || self.at(i + 1, "栋") => Some(i + 1),
            _ => None,
        }
    }

    fn blank(&self, i: usize) -> usize {
        i + usize::from(self.at(i, " "))
    }

    fn at(&self, i: usize, word: &str) -> bool {
        self.starts(i, &[word]).is_some()
    }

    /// The end of the first of `words` that stands at `i`.
    fn starts(&self, i: usize, words: &[&str]) -> Option<usize> {
        let here = |word: &&&str| word.chars().enumerate().all(|(n, c)| self.0.get(i + n) == Some(&c));
        words.iter().find(here).map(|word| i + word.chars().count())
    }

    fn ends(&self, end: usize, word: &str) -> bool {
        let n = word.chars().count();
        end >= n && self.at(end - n, word)
    }
}

pub(super) fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c) || c == '〇'
}
