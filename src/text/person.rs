//! Where a person's name stands in a text: behind 我叫, 联系人 or 姓, or before 先生, 女士, 师傅.
//!
//! Works on text in normal form. A surname alone names nobody (高温, 水管): it counts with such a word beside it only.

use super::address::is_han;

/// The commonest hundred, less those that as often end a word before 师傅 or 先生 (安, 成, 方, 何, 任, 万, 于).
const SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林郭马罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏\
                        薛叶阎余潘杜戴夏钟汪田姜范石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙段雷钱汤尹黎常武乔贺赖龚";
/// With two characters.
const DOUBLE: &[&str] = &["欧阳", "上官", "司马", "诸葛", "司徒", "东方", "夏侯", "皇甫", "尉迟", "公孙", "慕容"];
/// What follows is a name.
const LABELS: &[&str] = &[
    "我叫",
    "本人叫",
    "名叫",
    "名字叫",
    "名字是",
    "姓名",
    "联系人",
    "收货人",
    "收件人",
    "签收人",
    "报修人",
    "户主叫",
    "机主叫",
];
/// What stands before it is a name.
const TITLES: &[&str] = &[
    "先生",
    "女士",
    "小姐",
    "太太",
    "阿姨",
    "大姐",
    "大哥",
    "大爷",
    "大妈",
    "大叔",
    "叔叔",
    "奶奶",
    "爷爷",
    "师傅",
    "老师",
    "经理",
    "主任",
    "工程师",
];
/// What may stand between a label and the name.
const BETWEEN: &str = " :是为叫做";
/// Characters that no given name has and that often follow one.
const NO_NAME: &str = "的了在是我你您他她它说想要有没不把被给跟和打报买用锁这那很就也还先师";
/// Characters between what else is a surname and a title: 周三师傅来, 白叫师傅, 毛病师傅.
const NO_NAME_BEFORE: &str = "叫病末一二三四五六日天";
/// What follows a name at once, though it begins as one may end.
const AFTER: &[&str] = &[
    "空调", "电视", "电饭", "电热", "冰箱", "洗衣", "洗碗", "热水", "燃气", "油烟", "净水", "净化", "微波", "扫地",
    "干衣", "烘干", "门锁", "家里", "家住", "住在", "电话", "来电",
];
/// Words that end with what else is a surname.
const NO_SURNAMES: &[&str] = &[
    "提高", "升高", "太高", "立马", "平常", "经常", "非常", "照常", "现金", "押金", "定金", "明白", "表白", "不许",
    "允许", "也许", "上周", "下周", "本周", "这周", "每周",
];

/// The names in a text, without the word that tells them: start and one past the end.
pub(super) fn names(chars: &[char]) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> =
        (0..chars.len()).filter_map(|i| behind_label(chars, i).or_else(|| before_title(chars, i))).collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn behind_label(chars: &[char], i: usize) -> Option<(usize, usize)> {
    let label = LABELS.iter().find_map(|label| after(chars, i, label));
    if let Some(end) = label {
        let from = end + chars[end..].iter().take_while(|c| BETWEEN.contains(**c)).count();
        let to = from + surname(chars, from)?;
        return Some((from, to + given(&chars[to..])));
    }
    // 我姓王, 免贵姓李: the surname is all that is told.
    let from = after(chars, i, "姓").filter(|_| !chars[i + 1..].starts_with(&['名']))?;
    Some((from, from + surname(chars, from)?))
}

fn before_title(chars: &[char], i: usize) -> Option<(usize, usize)> {
    TITLES.iter().find_map(|title| after(chars, i, title))?;
    // 请李明先生: two or three characters that begin with a surname; 请张先生: the nearest one.
    let starts = |n: usize| {
        let from = i.checked_sub(n)?;
        let length = surname(chars, from).filter(|length| *length <= n)?;
        let rest = &chars[from + length..i];
        let is_given = given(rest) == rest.len() && !rest.iter().any(|c| NO_NAME_BEFORE.contains(*c));
        let is_name = rest.len() <= 2 && is_given;
        (is_name && !NO_SURNAMES.iter().any(|word| ends(&chars[..=from], word))).then_some((from, i))
    };
    [1, 2, 3, 4].into_iter().find_map(starts)
}

/// How long a surname that stands at `i` is.
fn surname(chars: &[char], i: usize) -> Option<usize> {
    let double = DOUBLE.iter().find_map(|name| after(chars, i, name)).map(|end| end - i);
    double.or_else(|| chars.get(i).filter(|c| SURNAMES.contains(**c)).map(|_| 1))
}

/// How many of the next characters, two at most, are a given name.
fn given(chars: &[char]) -> usize {
    let goes_on = |i: &usize| {
        let follows = AFTER.iter().any(|word| after(chars, *i, word).is_some());
        chars.get(*i).is_some_and(|c| is_han(*c) && !NO_NAME.contains(*c)) && !follows
    };
    (0..2).take_while(goes_on).count()
}

fn after(chars: &[char], i: usize, word: &str) -> Option<usize> {
    let n = word.chars().count();
    (chars.len() >= i + n && word.chars().eq(chars[i..i + n].iter().copied())).then_some(i + n)
}

fn ends(chars: &[char], word: &str) -> bool {
    let n = word.chars().count();
    chars.len() >= n && word.chars().eq(chars[chars.len() - n..].iter().copied())
}
