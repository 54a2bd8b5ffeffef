//! `wenzhen new`: an article to fill in, with the sections of its kind and hints in comments. The one
//! command that writes into the kb folder; it never touches a file that is there.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{Failure, open::open, settings::Settings};
use crate::{
    article::{ArticleId, Date, Kind, Level, RelPath, parse},
    journey::local_today,
};

/// Longest file name without `.md`, in bytes: file systems stop at 255, an id at 200.
const STEM_BYTES: usize = 200;

/// What was asked for, as typed.
pub(super) struct Wish<'a> {
    pub kind: &'a str,
    pub title: &'a str,
    pub appliance: Option<&'a str>,
    pub id: Option<&'a str>,
}

/// An article that can be written: every part has been checked.
struct Draft<'a> {
    kind: Kind,
    title: &'a str,
    appliance: Option<&'a str>,
    id: ArticleId,
}

/// Writes a new article and says what to do next.
pub(super) fn new(settings: &Settings, wish: &Wish<'_>) -> Result<(), Failure> {
    let draft = Draft::read(wish)?;
    let opened = open(&settings.kb)?;
    let snapshot = opened.finder.snapshot().map_err(|e| Failure::system(format!("没有读到知识库：{e}"), "再试一次"))?;
    let path = draft.path();
    let full = settings.kb.join(path.as_str());
    // Before the id: an article that is there has usually both.
    if full.symlink_metadata().is_ok() {
        return Err(taken(&full));
    }
    if let Some(other) = snapshot.articles().find(|a| a.id == draft.id) {
        let what = format!("id `{}` 已经由 {} 使用", draft.id, other.path);
        return Err(Failure::usage(what, "用 --id 换一个，或者直接改那一篇"));
    }
    let text = draft.text(local_today());
    draft.check(&path, &text)?;
    write(&settings.kb, &full, &text)?;
    let next = format!(
        "已建好 {}（{}，草稿，只有编辑看得到）\n接下来：\n  1. 照着 <!-- --> 里的提示写，写好一处删掉一处提示\n  \
         2. 跑 wenzhen check 查写法，跑 wenzhen test 查搜索\n  3. 把 status 改成 published，存盘就能搜到",
        full.display(),
        draft.kind.label()
    );
    // The file is there, whether or not somebody reads this.
    let _ = writeln!(io::stdout().lock(), "{next}");
    Ok(())
}

impl<'a> Draft<'a> {
    fn read(wish: &Wish<'a>) -> Result<Self, Failure> {
        let kind = Kind::ALL.iter().copied().find(|k| k.as_str() == wish.kind || k.label() == wish.kind);
        let kind = kind.ok_or_else(|| {
            let kinds: Vec<String> = Kind::ALL.iter().map(|k| format!("{}（{}）", k.as_str(), k.label())).collect();
            Failure::usage(format!("不认识类型 `{}`", wish.kind), format!("可用的有：{}", kinds.join("、")))
        })?;
        let title = wish.title.trim();
        if title.is_empty() || title.contains(is_control) {
            return Err(Failure::usage(
                "标题是空的，或者有换行",
                "写成一行，例如：wenzhen new how-to 洗衣机怎么开童锁",
            ));
        }
        let appliance = wish.appliance.map(str::trim);
        if let Some(name) = appliance.filter(|name| !is_folder_name(name)) {
            let hint = "写电器的名称，例如 洗衣机；不能有 / 和 \\，不能以 . 或 _ 开头";
            return Err(Failure::usage(format!("电器 `{name}` 不能用作文件夹名"), hint));
        }
        Ok(Self { kind, title, appliance, id: id_of(wish.id, title)? })
    }

    fn path(&self) -> RelPath {
        let folder = self.appliance.map(|name| format!("{name}/")).unwrap_or_default();
        RelPath::new(&format!("{folder}{}.md", self.id))
    }

    fn text(&self, today: Date) -> String {
        let appliance = self.appliance.map_or_else(
            || "# appliance: 洗衣机       # 讲的是某种电器时写".to_owned(),
            |name| format!("appliance: {}", quoted(name)),
        );
        let codes = match self.kind {
            Kind::ErrorCode => "codes: []                 # 这一篇解释的代码，例如 [E1]\n",
            _ => "",
        };
        let audience = match self.kind {
            Kind::Script | Kind::Procedure => "agent           # 只给坐席看；给所有人看改成 public",
            _ => "public          # 给所有人看；只给坐席看改成 agent",
        };
        format!(
            "---\n\
             id: {id}\n\
             title: {title}\n\
             kind: {kind}\n\
             {appliance}\n\
             # models: [CJ-XYG*]       # 只适用于部分型号时写\n\
             {codes}\
             symptoms: []              # 用户自己的说法，会被搜到，例如 [甩干桶不转, 衣服还滴水]\n\
             asked: []                 # 相似问：别人还这样问过，会被搜到，不显示，可以写很多\n\
             audience: {audience}\n\
             severity: normal          # 会越来越坏写 urgent，会伤人写 danger\n\
             status: draft             # 写好改成 review 送审，审过改成 published\n\
             # owner: 洗护组\n\
             reviewed: {today}\n\
             # review_by:              # 下次核对的日期，写法同上\n\
             expect: []                # 搜索测试：搜这句话，这一篇应该排第一；不要和 symptoms、asked 一样\n\
             ---\n\
             {body}",
            id = quoted(self.id.as_str()),
            title = quoted(self.title),
            kind = self.kind.as_str(),
            body = body(self.kind),
        )
    }

    /// What was written must be read as what was meant.
    fn check(&self, path: &RelPath, text: &str) -> Result<(), Failure> {
        let parsed = parse(path, text.as_bytes());
        let as_meant = parsed.article.is_some_and(|a| {
            a.id == self.id
                && a.title == self.title
                && a.kind == self.kind
                && a.appliances.first().map(String::as_str) == self.appliance
        });
        if as_meant && parsed.problems.iter().all(|p| p.trouble.level() != Level::Error) {
            return Ok(());
        }
        Err(Failure::usage("这样的标题、电器或 id 写不进文件头", "换一种说法，去掉特殊的符号"))
    }
}

/// The id asked for, else the title as a file name.
fn id_of(wish: Option<&str>, title: &str) -> Result<ArticleId, Failure> {
    let stem = match wish {
        Some(id) => id.trim().to_owned(),
        None if title.contains(['/', '\\']) => {
            let hint = "用 --id 另起一个文件名，标题不用改";
            return Err(Failure::usage(format!("标题 `{title}` 里有斜线，不能用作文件名"), hint));
        }
        None => file_name(title),
    };
    let hint = "用字母、汉字、数字和 -，不要空格、/ 和引号，不以 . 或 _ 开头，不超过 200 字节；可以用 --id 指定";
    let failure = || Failure::usage(format!("`{stem}` 不能用作 id 和文件名"), hint);
    let id = ArticleId::new(&stem).filter(|_| is_file_name(&stem) && stem.len() <= STEM_BYTES);
    id.ok_or_else(failure)
}

/// A title as the name of a file, on every system and in an address.
fn file_name(title: &str) -> String {
    let awkward = |c: char| c.is_whitespace() || ":*?\"<>|#%".contains(c);
    title.chars().map(|c| if awkward(c) { '-' } else { c }).collect()
}

/// Whether `stem` with `.md` is the name of a file that is read as an article.
fn is_file_name(stem: &str) -> bool {
    let lower = stem.to_ascii_lowercase();
    let readme = lower == "readme" || lower.starts_with("readme.");
    is_folder_name(stem) && !stem.contains([':', '*', '|']) && !readme
}

/// Whether `name` is one part of a path, below which articles are read.
fn is_folder_name(name: &str) -> bool {
    !name.is_empty() && !name.starts_with(['.', '_']) && !name.contains(|c| "/\\".contains(c) || is_control(c))
}

/// Characters that end a line or cannot be seen.
fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// A text as a YAML value.
fn quoted(text: &str) -> String {
    let plain = text.chars().all(|c| c.is_alphanumeric() || c == '-') && !text.starts_with('-');
    if plain { text.to_owned() } else { format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")) }
}

/// Writes `text` to the new file `full` below `kb`.
fn write(kb: &Path, full: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: &io::Error| {
        Failure::system(format!("写不了 `{}`：{error}", full.display()), "检查知识库文件夹的权限和磁盘空间")
    };
    let folder = full.parent().unwrap_or(kb);
    let is_new = !folder.exists();
    fs::create_dir_all(folder).map_err(|e| failed(&e))?;
    let real = |path: &Path| -> Result<PathBuf, Failure> { path.canonicalize().map_err(|e| failed(&e)) };
    if !real(folder)?.starts_with(real(kb)?) {
        let what = format!("`{}` 是一个链接，通到知识库文件夹外面", folder.display());
        return Err(Failure::usage(what, "换一个电器名，或把文章建在链接所指的地方"));
    }
    // Only `create_new` makes sure of that against another program, too.
    let mut file = match fs::OpenOptions::new().write(true).create_new(true).open(full) {
        Ok(file) => file,
        Err(error) => {
            if is_new {
                // It is empty; if not, it stays.
                let _ = fs::remove_dir(folder);
            }
            return Err(if error.kind() == io::ErrorKind::AlreadyExists { taken(full) } else { failed(&error) });
        }
    };
    file.write_all(text.as_bytes()).map_err(|error| {
        // Half an article is worse than none; it is ours alone.
        let _ = fs::remove_file(full);
        failed(&error)
    })
}

fn taken(full: &Path) -> Failure {
    Failure::usage(format!("`{}` 已经有了，没有动它", full.display()), "用 --id 另起一个文件名，或者直接改那个文件")
}

/// The sections of a kind, each with a hint for its author.
fn body(kind: Kind) -> String {
    let sections = match kind {
        Kind::Troubleshooting => {
            "## 现象\n<!-- 一两句话：用户看到什么、听到什么。用用户的话。 -->\n\n\
             ## 先看一眼\n<!-- 可以不要，连标题一起删掉。最多两步，每步不超过 1 分钟，没有风险。写法同下面的步骤。 -->\n\n"
        }
        Kind::ErrorCode => {
            "## 含义\n<!-- 一句话：这个代码说明什么。别的品牌的同名代码意思可能不同，写清只适用于我们的产品。 -->\n\n\
             ## 代码表\n<!-- 只有一个代码可以不要，连标题一起删掉。 -->\n\n"
        }
        Kind::HowTo => {
            "## 准备\n<!-- 要什么东西，先做什么（断电、关水）。没有就删掉这一节。 -->\n\n\
             ## 步骤\n<!-- 用 1. 2. 3. 写，一条只做一件事。危险写在动作前面。 -->\n1. ……\n\n\
             ## 完成后\n<!-- 怎样算做好了，多久再做一次。 -->\n"
        }
        Kind::Policy => {
            "## 结论\n<!-- 一句话：行不行，多少钱，多久。 -->\n\n\
             ## 规则\n<!-- 条件和数字写全，数字带单位，和 facts.toml 一致。 -->\n\n\
             ## 例外\n<!-- 什么情况不适用。 -->\n\n\
             ## 举例\n<!-- 一两个真实的情形，各说结果。 -->\n\n\
             ## 依据\n<!-- 根据哪份文件、哪一条、从哪天起。 -->\n"
        }
        Kind::Script => {
            "## 什么时候用\n<!-- 用户说了什么、遇到什么情形。 -->\n\n\
             ## 这样说\n<!-- 可以直接念出来的话，一段一个意思。 -->\n\n\
             ## 不要说\n<!-- 哪些话不能说，为什么。 -->\n"
        }
        Kind::Procedure => {
            "## 适用\n<!-- 谁、遇到什么事要照这个做。 -->\n\n\
             ## 步骤\n<!-- 用 1. 2. 3. 写，每条写清谁来做。 -->\n1. ……\n\n\
             ## 时限\n<!-- 每一步多久之内做完。 -->\n\n\
             ## 上报\n<!-- 什么情况报给谁，怎么报。 -->\n"
        }
    };
    let steps = if matches!(kind, Kind::Troubleshooting | Kind::ErrorCode) { STEPS } else { "" };
    format!("{sections}{steps}")
}

/// How the kinds end that are walked step by step.
const STEPS: &str = "\
## 软件排查
<!-- 设置、模式、App、网络、重启、使用方法。每个 ### 是一步，花括号里写英文短名和几分钟。快而稳的在前。 -->
### 第一步做什么 {#first-setting minutes=2 likely=一般}
<!-- 一步只做一件事。likely 写 常见、一般 或 少见。 -->
……
**判断**：……就是这里的原因。还是不行，做下一步。

## 硬件排查
<!-- 普通人能安全碰的：插头、水管、滤网、门、衣物。每一步都写 safety，危险写在动作前面。 -->
### 第一步碰什么 {#first-part minutes=5 likely=一般 safety=断电}
> [!CAUTION]
> 先断电。

……
**判断**：……就好了。还是不行，请报修。

## 联系售后
<!-- 什么时候该停手；请用户准备什么（型号、代码、买了多久）；配件和承诺。只写服务热线，不写号码。 -->
……

:::agent
<!-- 只有坐席看得到。没有要说的，连 ::: 两行一起删掉。 -->
坐席话术：……
:::
";
