//! What is wrong in the knowledge base, in words an editor can act on. A table of sentences.

use super::{Date, RelPath};

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Something is hidden, lost or wrong for readers.
    Error,
    /// Readers are served less well than they could be.
    Warning,
    /// Worth knowing.
    Note,
}

impl Level {
    /// The name in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }

    /// The name for Chinese readers.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Error => "错误",
            Self::Warning => "警告",
            Self::Note => "提示",
        }
    }
}

/// One problem at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub file: RelPath,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What is wrong.
    pub trouble: Trouble,
}

/// Declares the troubles: name, fields, stable code, level, sentence, hint.
macro_rules! troubles {
    ($($(#[$doc:meta])* $name:ident $(($($field:ident: $ty:ty),+))? $code:literal $level:ident $say:literal $hint:literal;)+) => {
        /// What can be wrong.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[allow(missing_docs, reason = "the sentence beside each says it")]
        pub enum Trouble { $($(#[$doc])* $name $(($($ty),+))?),+ }

        impl Trouble {
            /// The stable code, for filters and links.
            #[must_use]
            pub fn code(&self) -> &'static str {
                match self { $(troubles!(@pattern $name $(($($field),+))?) => $code),+ }
            }
            /// How bad it is.
            #[must_use]
            pub fn level(&self) -> Level {
                match self { $(troubles!(@pattern $name $(($($field),+))?) => Level::$level),+ }
            }
            /// What is wrong, one Chinese sentence.
            #[must_use]
            pub fn sentence(&self) -> String {
                match self { $(troubles!(@bind $name $(($($field),+))?) => format!($say)),+ }
            }
            /// What to try.
            #[must_use]
            pub fn hint(&self) -> &'static str {
                match self { $(troubles!(@pattern $name $(($($field),+))?) => $hint),+ }
            }
        }
    };
    (@pattern $name:ident) => { Trouble::$name };
    (@pattern $name:ident ($($field:ident),+)) => { Trouble::$name(..) };
    (@bind $name:ident) => { Trouble::$name };
    (@bind $name:ident ($($field:ident),+)) => { Trouble::$name($($field),+) };
}

troubles! {
    NotText "not-text" Error "这个文件不是文字（可能是图片或压缩包改了名）" "换成 UTF-8 编码的 Markdown 文件，或把它移出 kb 文件夹";
    TooLarge(bytes: u64) "too-large" Error "文件有 {bytes} 字节，超过 1 MiB，没有收录" "把它拆成几篇文章";
    Empty "empty" Error "文件是空的，没有收录" "写上内容，或删掉这个文件";
    Unreadable(cause: String) "unreadable" Error "读不了这个文件：{cause}" "检查文件权限和磁盘";
    LastGood "last-good" Note "现在提供的是它上一个完好的版本" "改好上面的问题并保存，新版本马上生效";
    Gb18030 "gb18030" Note "文件是 GB18030 编码，已按它读取" "另存为 UTF-8，避免以后出现乱码";
    Utf16 "utf16" Note "文件是 UTF-16 编码，已按它读取" "另存为 UTF-8，避免以后出现乱码";
    LeftOut(what: String) "left-out" Note "{what} 只有原来的工具能显示，已略去，里面的文字保留" "不用改；想保留样子就换成普通 Markdown";
    HeaderOpen "header-open" Error "头部只有开头的 ---，没有结尾的 ---" "在头部最后加一行 ---";
    HeaderUnread "header-unread" Error "文件头没有读出来：这一行像是文件头的，却没有写在完好的 --- 和 --- 之间，整篇先不给用户看" "文件第一行只写三个半角减号 ---（前面不留空格，不放别的内容，不用代码块），文件头写完再写一行 ---；不是文件头，就在前面加一行 # 标题";
    HeaderSyntax(cause: &'static str) "header-syntax" Error "头部从这里起读不懂{cause}" "检查这一行和上一行：冒号用半角的 : ，不用全角冒号（：），后面空一格；引号和括号要成对，缩进要对齐";
    HeaderShape "header-shape" Error "头部应当是「名称: 值」的列表" "每行写一个名称、一个冒号、一个空格和值";
    FieldShape(key: String, wants: &'static str) "field-shape" Error "`{key}` 应当是{wants}" "照着 kb/README.md 里的样例改";
    FieldTwice(key: String) "field-twice" Error "`{key}` 写了两次，只用了第一次" "删掉多余的一行";
    MisspeltField(key: String, meant: &'static str) "misspelt-field" Error "不认识 `{key}`，它像是 `{meant}`，为安全起见整篇当作坐席草稿" "名称写成 audience、status 或 expires；不是这个意思，就换一个名称";
    UnknownField(key: String) "unknown-field" Note "不认识 `{key}`，已保留但没有使用" "检查拼写；字段名见 kb/README.md";
    UnknownAudience(value: String) "unknown-audience" Error "audience 的值 `{value}` 不认识，为安全起见只有编辑看得到这篇文章" "写 public 或 agent";
    UnknownStatus(value: String) "unknown-status" Error "status 的值 `{value}` 不认识，为安全起见只有编辑看得到这篇文章" "写 draft、review、published 或 retired";
    UnknownKind(value: String) "unknown-kind" Error "kind 的值 `{value}` 不认识，已当作 how-to" "写 troubleshooting、error-code、how-to、policy、script 或 procedure";
    UnknownSeverity(value: String) "unknown-severity" Error "severity 的值 `{value}` 不认识，已当作 danger" "写 normal、urgent 或 danger";
    WideComma(text: String) "wide-comma" Warning "symptoms 里的「{text}」是一整句，全角逗号不会把它分成几项" "几种说法之间用半角逗号：[甲, 乙]；本来就是一句话，就另起一行写在 - 后面";
    BadDate(key: String, value: String) "bad-date" Error "`{key}` 的日期 `{value}` 不存在或读不懂" "写成 2026-11-01 这样";
    BadId(value: String) "bad-id" Error "id `{value}` 不能用在网址里，已改用文件路径作 id" "用字母、汉字、数字和 -，不要空格、/ 和引号，不超过 200 字节";
    IdTaken(id: String, by: RelPath) "id-taken" Error "id `{id}` 已经由 {by} 使用，这个文件没有收录" "给其中一篇换一个 id";
    NoCodes "no-codes" Warning "故障代码类文章没有写 codes，按代码搜不到它" "在头部写上它解释的代码，例如 codes: [E1, E2]";
    CodeTaken(code: String, by: RelPath) "code-taken" Warning "代码 `{code}` 已经由 {by} 解释" "codes 只写在解释它的那一篇，其他文章用链接";
    AgentBlockOpen "agent-block-open" Error ":::agent 没有结尾的 :::，从这里起的内容用户都看不到" "在坐席内容后面加一行 :::";
    UnknownBlock(name: String) "unknown-block" Error "不认识 :::{name}，为安全起见只给坐席看" "坐席专用内容写 :::agent；提醒用 > [!NOTE]、> [!CAUTION]";
    AttributeBrace "attribute-brace" Error "步骤属性用了全角括号或没有成对" "用半角的 花括号 { 和 }，放在标题末尾";
    AttributeForm(text: String) "attribute-form" Error "步骤属性 `{text}` 读不懂" "写成 键=值，值里不能有空格和引号，多个值用英文逗号连接";
    UnknownAttribute(key: String) "unknown-attribute" Error "不认识步骤属性 `{key}`" "可用的有 minutes、likely、risk、safety、needs、who";
    StepIdTwice(id: String) "step-id-twice" Error "步骤 id `{id}` 用了两次，后一个已改名" "给每个步骤不同的 id";
    StepIdOfPage(id: String) "step-id-of-page" Error "步骤 id `{id}` 是页面自己用的，已改名" "换一个 id，例如在后面加上这一步做什么";
    StepUnnamed(title: String) "step-unnamed" Note "步骤「{title}」没有自己的 id，改动标题或顺序后会对不上记录" "在标题末尾写上 {#英文短名}";
    UnknownNeed(id: String) "unknown-need" Error "needs 里的 `#{id}` 不是这篇文章的步骤" "检查拼写";
    NeedLater(id: String) "need-later" Error "这一步需要的软件步骤不能依赖硬件步骤 `#{id}`" "硬件步骤可以依赖软件步骤，反过来不行";
    HardwareFirst "hardware-first" Error "硬件排查写在了软件排查前面" "先软后硬：把软件排查移到前面";
    SlowFirst(slow: String, quick: String) "slow-first" Warning "「{slow}」又慢又有风险，却排在「{quick}」前面" "先简后繁：快而安全的步骤放前面";
    PrecheckCount(n: usize) "precheck-count" Error "「先看一眼」有 {n} 步，最多 2 步" "把多出来的移到软件排查或硬件排查";
    PrecheckHeavy(title: String) "precheck-heavy" Error "「先看一眼」里的「{title}」超过 1 分钟或有风险" "移到软件排查或硬件排查";
    NoSafety(title: String) "no-safety" Error "硬件步骤「{title}」没有写安全提示" "在标题属性里写 safety=断电 等，并把危险写在动作前面";
    NoMinutes(title: String) "no-minutes" Warning "步骤「{title}」没有写要几分钟" "在标题属性里写 minutes=3";
    NoExit "no-exit" Error "没有「联系售后」一节，用户不知道什么时候停" "加上 ## 联系售后，写清何时停、准备什么信息";
    NoSteps "no-steps" Warning "排查类文章没有一个步骤" "在「软件排查」「硬件排查」下用 ### 写步骤";
    StrayAsterisks "stray-asterisks" Warning "这里的 ** 不会变成粗体，会原样显示" "引号写在星号里面：**「启动」键**，或在星号外侧加空格";
    AbsolutePromise(word: String) "absolute-promise" Warning "「{word}」是绝对的承诺" "换成事实：做什么、看到什么、什么条件下";
    Jargon(word: String) "jargon" Warning "「{word}」是行话，没有解释" "第一次出现时用一句白话解释，例如：{词}（……）";
    DeadLink(target: String) "dead-link" Error "链接 `{target}` 指向的文件不存在" "检查文件名和相对路径";
    StaffLink(target: String) "staff-link" Warning "公开文章链接了仅坐席可见的 `{target}`，用户只会看到文字" "把链接放进 :::agent 里，或换一篇公开文章";
    DeadPicture(target: String) "dead-picture" Error "图片 `{target}` 不存在" "把图片放进 kb 文件夹，检查文件名和相对路径";
    PictureElsewhere(target: String) "picture-elsewhere" Warning "图片 `{target}` 不在知识库文件夹里，读者只看到说明文字" "把图片放进 kb 文件夹（也可以放在 static 或 public 里）";
    UnwrittenPage(target: String) "unwritten-page" Note "`[[{target}]]` 还没有对应的文章，读者只看到文字" "写好那一篇，名称或别名一致就会自动连上";
    UnknownSign(name: String) "unknown-sign" Error "signs 里的「{name}」没有登记" "先在 kb/signs.toml 里登记，或改用已有的名称";
    SignValue(name: String, value: String) "sign-value" Error "signs 里「{name}」的值「{value}」没有登记" "用 kb/signs.toml 里写的值";
    ExpectTold(question: String) "expect-told" Warning "expect 里的「{question}」和标题、symptoms 或 asked 是同一句话，测不出什么" "换一种用户会用的说法，或从 symptoms、asked 里去掉这一句";
    NearDuplicate(of: RelPath, percent: u32) "near-duplicate" Warning "和 {of} 有 {percent}% 的内容相同" "合并成一篇，或写清两篇各管哪种情况；合并后把旧地址写进 aliases";
    Overlap(with: RelPath, percent: u32) "overlap" Note "和 {with} 有 {percent}% 的内容重叠" "相同的部分只写在一篇里，另一篇用链接";
    Overdue(day: Date) "overdue" Warning "应当在 {day} 前复审，已经过期" "核对内容后更新 reviewed 和 review_by";
    FigureDiffers(found: String, value: String) "figure-differs" Warning "这里写的是 {found}，facts.toml 里是 {value}" "核对后改其中一处";
    ListWordLength(word: String) "word-length" Warning "「{word}」不是 2–16 个字" "words.txt 每行一个词";
    ListWordTwice(word: String) "word-twice" Note "「{word}」写了两次" "删掉一行";
    ListSynonym(line: String) "synonym-form" Error "`{line}` 读不懂" "写成 a = b = c 或 a -> b，[洗衣机] 开始一个范围，[*] 结束";
    ListSynonymScope(line: String) "synonym-scope" Error "范围 `{line}` 读不懂，它下面的行没有采用" "整行写成 [洗衣机]，括号要成对，后面不写别的；[*] 回到通用";
    ListSyllables(word: String) "syllable-count" Error "「{word}」的读音和字数对不上" "每个字一个不带声调的拼音，用空格分开";
    ListSyllable(syllable: String) "syllable" Error "`{syllable}` 不是拼音" "只用小写字母，ü 写 v";
    ListNoHazard "hazard-missing" Error "这一行前面没有 [危险类别]" "先写一行 [gas] 要说的话";
    ListHazard(line: String) "hazard-form" Error "`{line}` 读不懂" "以 + 开头写危险说法，以 - 开头写不算危险的说法";
    ListHazardOpen(line: String) "hazard-open" Error "`{line}` 少了右边的 ]，它下面的说法不归任何一类" "写成 [gas -> 文章 id] 要说的话，在要说的话前面补上 ]";
    ListHazardNameless(line: String) "hazard-nameless" Error "`{line}` 的括号里没有类别名称，它下面的说法不归任何一类" "写成 [gas -> 文章 id] 要说的话";
    ListNoHazardPhrase "hazard-none" Error "文件里没有一条危险说法，靠它认不出危险" "写一行 [gas] 要说的话，下面写 + 煤气味；真的不要提醒，就删掉这个文件";
    DangerGone "danger-gone" Warning "danger.txt 没有了，有人说冒烟、漏电时不会提醒" "把它放回来，或照着问诊自带的 kb/danger.txt 重新写";
    HazardArticle(id: String) "hazard-article" Error "危险类别指向的文章 `{id}` 不存在" "检查 id，或去掉 ->";
    WeightValue(name: String) "weight-value" Error "`{name}` 的值不是有限的数，整个文件没有生效，仍用上一次完好的内容" "写成 0.5 这样的数，不要写 nan 或 inf";
    TomlSyntax "toml-syntax" Error "从这里起读不懂，整个文件没有生效，仍用上一次完好的内容" "检查引号、方括号和键名";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_says_what_and_what_to_try() {
        let t = Trouble::UnknownAudience("pubic".into());
        assert_eq!(t.code(), "unknown-audience");
        assert_eq!(t.level(), Level::Error);
        assert!(t.sentence().contains("pubic") && t.hint().contains("public"));
        assert!(Trouble::StepUnnamed("甲".into()).hint().contains('#'));
    }
}
