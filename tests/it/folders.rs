//! Folders of other tools (Hugo, Docusaurus, Obsidian, VitePress) and of no tool, served as they lie
//! in `tests/sample`. Each test goes over all of them and tells everything it misses, by folder and
//! page. The tables say what a reader must get; how the marks are read is left to the parser's tests.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use percent_encoding::percent_decode_str;
use serde_json::Value;
use wenzhen::access::Role;

use super::world::{EDITOR, World, encoded};

// ---- What a table says

/// A folder of `tests/sample`.
struct Sample {
    folder: &'static str,
    pages: &'static [Page],
    absent: &'static [(&'static str, Why)],
    /// Old address → id of the page it leads to.
    moved: &'static [(&'static str, &'static str)],
    /// Old addresses of pages nobody may see yet.
    not_moved: &'static [&'static str],
    /// File, code and a part of the sentence of problems that must be told.
    told: &'static [(&'static str, &'static str, &'static str)],
}

/// A page in service.
struct Page {
    file: &'static str,
    id: &'static str,
    title: &'static str,
    /// Aliases, tags and keywords: each finds the page first.
    names: &'static [&'static str],
    /// The description or summary finds the page first; empty when there is none.
    summary: &'static str,
    /// Words of this body only; empty when the file is nothing but a header.
    phrase: &'static str,
    /// Words that stand in marks of the tool and must stay readable.
    keeps: &'static [&'static str],
    /// Words nobody reads in the tool either: neither on the page nor found.
    gone: &'static [&'static str],
    /// `id` or `id#anchor`, and the text of the link.
    links: &'static [(&'static str, &'static str)],
    /// Kind of alert (empty = any) and words in it.
    boxes: &'static [(&'static str, &'static str)],
    /// File of the picture below the folder, and its description (empty = any).
    pictures: &'static [(&'static str, &'static str)],
}

const PAGE: Page = Page {
    file: "",
    id: "",
    title: "",
    names: &[],
    summary: "",
    phrase: "",
    keeps: &[],
    gone: &[],
    links: &[],
    boxes: &[],
    pictures: &[],
};

/// Why a file is not in service.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Why {
    /// `draft = true`: editors see it, by the id and under the phrase of its text.
    Draft(&'static str, &'static str),
    /// A name that begins with `_`, or a folder with such a name; a phrase of it is not found.
    Underscore(&'static str),
    /// In a folder whose name begins with `.`.
    Dot(&'static str),
    Readme(&'static str),
    /// `.kbignore` lists it.
    Kbignore(&'static str),
}

impl Why {
    fn phrase(self) -> &'static str {
        match self {
            Self::Draft(_, phrase)
            | Self::Underscore(phrase)
            | Self::Dot(phrase)
            | Self::Readme(phrase)
            | Self::Kbignore(phrase) => phrase,
        }
    }
}

const SAMPLES: [Sample; 5] = [HUGO, DOCUSAURUS, OBSIDIAN, VITEPRESS, PLAIN];

const HUGO: Sample = Sample {
    folder: "hugo",
    pages: &[
        Page {
            file: "_index.md",
            id: "_index",
            title: "帮助中心首页导览",
            summary: "按机器找文章，不知道叫什么就先看铭牌照片墙",
            phrase: "橘色编号贴歪了",
            links: &[
                ("washer--_index", "洗衣机文档总目录"),
                ("ac--not-cooling", "空调制冷差，先做这三件事"),
                ("service--warranty", "保修期和收费说明"),
            ],
            boxes: &[("tip", "按贴纸上第一行读给客服就行")],
            ..PAGE
        },
        Page {
            file: "washer/_index.md",
            id: "washer--_index",
            title: "洗衣机文档总目录",
            summary: "滚筒和波轮都在这里",
            phrase: "门边铭牌贴反了",
            links: &[
                ("washer--no-spin", "脱不了水"),
                ("washer--drain", "水排不走"),
                ("washer--pump-filter--index", "排水泵滤网怎么清"),
            ],
            ..PAGE
        },
        Page {
            file: "washer/no-spin.md",
            id: "washer--no-spin",
            title: "洗衣机不脱水怎么办",
            names: &["甩桶罢工", "衣服拧不干"],
            summary: "湿哒哒沉甸甸，多半是衣服团成球",
            phrase: "内筒配重偏心晃悠",
            keeps: &["水没排净也会不脱水"],
            links: &[("washer--drain", "排水不畅的处理"), ("washer--drain#hose", "检查排水软管一节")],
            boxes: &[("warning", "更不要把手伸进去"), ("note", "机器不敢高速转")],
            ..PAGE
        },
        Page {
            file: "washer/drain.md",
            id: "washer--drain",
            title: "洗衣机排水慢或排不出水",
            names: &["下水慢", "积水不走", "筒底汪着水"],
            phrase: "排水软管拱成驼峰",
            // The picture lies in `static/`, outside `content/`.
            keeps: &["排水软管离地高度示意", "高度以地面为准", "省事的做法"],
            links: &[("washer--pump-filter--index", "清洗排水泵滤网")],
            boxes: &[("tip", "线头就进不了滤网")],
            ..PAGE
        },
        Page {
            file: "washer/pump-filter/index.md",
            id: "washer--pump-filter--index",
            title: "清洗排水泵滤网（图文）",
            names: &["硬币卡住"],
            summary: "五分钟把线头、发卡和硬币都请出来",
            phrase: "旋盖咬死拧不动",
            boxes: &[("note", "刚洗完热水程序，等水凉了再拧")],
            pictures: &[
                ("washer/pump-filter/filter.png", "小门在机器右下角"),
                ("washer/pump-filter/cap.png", "旋盖上的箭头朝左是松开"),
            ],
            ..PAGE
        },
        Page {
            file: "ac/_index.md", id: "ac--_index", title: "空调文档总目录", summary: "挂机柜机都归这一栏", ..PAGE
        },
        Page {
            file: "ac/not-cooling.md",
            id: "ac--not-cooling",
            title: "空调制冷差，先做这三件事",
            names: &["不够凉", "吹风不冷"],
            summary: "入伏前后问得最多的一篇",
            phrase: "风口白雾一阵一阵",
            keeps: &["挂机", "调到雪花图标", "柜机", "再按一次模式键"],
            links: &[("ac--clean-filter#steps", "滤网清洗步骤")],
            boxes: &[("caution", "立刻拉下空调的空气开关")],
            ..PAGE
        },
        Page {
            file: "ac/clean-filter.md",
            id: "ac--clean-filter",
            title: "空调滤网清洗步骤",
            names: &["洗滤网", "出风有霉味", "过滤网", "防尘网"],
            phrase: "卡舌回弹没声音",
            keeps: &["挂机滤网向上推再往外抽", "滤网发黄洗不掉怎么办", "软毛刷蘸中性洗洁精轻刷"],
            links: &[("ac--not-cooling", "空调制冷差的检查")],
            ..PAGE
        },
        Page {
            file: "service/warranty.md",
            id: "service--warranty",
            title: "保修期和收费说明",
            names: &["整机包修", "上门费", "三包说明"],
            summary: "凭购机凭证起算，找不到凭证按出厂日期推算",
            phrase: "发票抬头写成小名",
            links: &[("_index", "帮助中心首页")],
            boxes: &[("important", "师傅报价以后您点头才会动手")],
            ..PAGE
        },
    ],
    absent: &[
        ("washer/child-lock.md", Why::Draft("washer--child-lock", "童锁灯慢闪三下")),
        ("service/_snippets/hotline.md", Why::Underscore("占位话术勿外发")),
    ],
    moved: &[
        ("/faq/washer-not-spinning/", "washer--no-spin"),
        ("/旧站/洗衣机/不脱水/", "washer--no-spin"),
        ("/old/drain/", "washer--drain"),
        ("/faq/ac/", "ac--not-cooling"),
        ("/policy/old-warranty/", "service--warranty"),
    ],
    not_moved: &["/old/child-lock/"],
    told: &[("washer/no-spin.md", "unknown-field", "kefu_group")],
};

const DOCUSAURUS: Sample = Sample {
    folder: "docusaurus",
    pages: &[
        Page {
            file: "docs/intro.md",
            id: "docs--intro",
            title: "三步找到您要的文章",
            summary: "不会描述故障也没关系，照着问自己三句话",
            phrase: "豆粒滚盒声",
            keeps: &["小窍门"],
            links: &[("no-spin", "看这里"), ("ac-filter", "清洗空调过滤网"), ("docs--safety", "先读安全须知")],
            boxes: &[("tip", "把声音录下来，报修时放给客服听")],
            ..PAGE
        },
        Page {
            file: "docs/safety.md",
            id: "docs--safety",
            title: "动手之前的安全须知",
            names: &["触电", "断电顺序"],
            phrase: "焦糖色插脚",
            boxes: &[
                ("caution", "马上离开"),
                ("caution", "到室外再打电话"),
                ("caution", "先拉总闸再靠近"),
                ("warning", "别拆外壳"),
                ("warning", "只有持证师傅才能打开"),
                ("note", "当天就换插座"),
                ("note", "先断电，后关水；"),
            ],
            ..PAGE
        },
        Page {
            file: "docs/washer/no-spin.md",
            id: "no-spin",
            title: "洗衣机甩不干怎么处理",
            names: &["脱水不转", "衣服滴水"],
            summary: "先换程序，再摆衣服，最后看排水",
            phrase: "盖沿悬空半指",
            keeps: &["滚筒", "旋钮转到「单脱水」，按启动", "波轮"],
            gone: &["@theme"],
            links: &[("docs--washer--drain", "水排不走")],
            boxes: &[("tip", "两件一起甩"), ("tip", "一条浴巾单独甩容易偏"), ("tip", "不好：一条浴巾")],
            ..PAGE
        },
        Page {
            file: "docs/washer/drain.md",
            id: "docs--washer--drain",
            title: "洗衣机水排不走",
            phrase: "回水咕噜倒灌",
            keeps: &["软管一定要在断电以后再动", "软管太长能剪短吗？", "可以盘起来，但不要剪"],
            gone: &["灰鹅备忘", "backgroundColor"],
            links: &[("no-spin#balance", "甩不干怎么处理")],
            ..PAGE
        },
        Page {
            file: "docs/washer/install.md",
            id: "docs--washer--install",
            title: "新洗衣机搬进门之后",
            names: &["运输螺栓", "第一次使用"],
            phrase: "四脚轮流点头",
            keeps: &["放阳台", "阳台要避雨避晒", "放卫生间", "机器离淋浴区远一点"],
            gone: &["HotlineCard"],
            boxes: &[("caution", "先别通电"), ("caution", "没拆就开机会跳着走")],
            ..PAGE
        },
        Page {
            file: "docs/ac/filter.md",
            id: "ac-filter",
            title: "清洗空调过滤网",
            names: &["霉味", "防尘网"],
            summary: "出风有股潮抹布味，先洗网",
            phrase: "网框跳出半格",
            boxes: &[("caution", "拉下空调那一路空气开关")],
            pictures: &[("static/img/ac-filter.png", "过滤网在面板后面")],
            ..PAGE
        },
        Page {
            file: "docs/ac/wifi.md",
            id: "docs--ac--wifi",
            title: "空调连不上家里的无线网",
            phrase: "蓝点沉睡",
            boxes: &[
                ("note", "路由器两个频段同名时"),
                ("note", "wo-de-jia-5G"),
                ("note", "改完再配一次"),
                ("note", "听到两声，灯快闪"),
                ("tip", "手机离空调三米以内再试"),
                ("note", "断电一分钟再来"),
            ],
            ..PAGE
        },
        Page {
            file: "docs/fridge/not-cold.md",
            id: "docs--fridge--not-cold",
            title: "冰箱冷藏室不够凉",
            names: &["菜容易坏", "夏天不凉"],
            phrase: "抽纸毫无阻力",
            keeps: &["门封可以自己处理吗？", "用温毛巾敷一会儿，再用手压平"],
            gone: &["截图等设计部给"],
            links: &[("docs--safety", "安全须知")],
            boxes: &[("tip", "夏天把旋钮调到「3」")],
            ..PAGE
        },
        Page {
            file: "docs/service/warranty.md",
            id: "docs--service--warranty",
            title: "保修怎么算",
            names: &["三包", "收费标准"],
            summary: "发票丢了还能不能保修，看这一篇",
            phrase: "钢印磨成花脸",
            boxes: &[("note", "一句话"), ("note", "机器自身的毛病不收钱")],
            ..PAGE
        },
    ],
    absent: &[("README.md", Why::Readme("灰鹭值班口令")), ("docs/service/_hotline.md", Why::Underscore("青蚨短语"))],
    moved: &[],
    not_moved: &[],
    told: &[("docs/fridge/not-cold.md", "unknown-field", "helpdesk_owner")],
};

const OBSIDIAN: Sample = Sample {
    folder: "obsidian",
    pages: &[
        Page {
            file: "首页.md",
            id: "首页",
            title: "首页",
            names: &["知识库入口", "值班必读"],
            phrase: "耳朵先上门",
            // A note that is not written yet is ordinary in a vault: its name stays as text.
            keeps: &["洗碗机安装前的准备"],
            gone: &["红鲤计划"],
            links: &[
                ("洗衣机--洗衣机不脱水", "洗衣机不脱水"),
                ("洗衣机--洗衣机排水慢", "排水慢、排不净"),
                ("洗衣机--清理排水泵滤网#晾干再装回", "晾干再装回"),
                ("空调--空调不制冷", "空调不凉"),
                ("空调--清洗空调滤网", "清洗空调滤网"),
            ],
            ..PAGE
        },
        Page {
            file: "洗衣机/洗衣机不脱水.md",
            id: "洗衣机--洗衣机不脱水",
            title: "洗衣机不脱水",
            names: &["甩干不转", "衣服能拧出水", "高频问题", "每月抽查"],
            phrase: "麻花团抱轴",
            keeps: &["等筒完全停稳再开门", "#每月抽查"],
            gone: &["黑鹳复盘", "上次的差评"],
            links: &[("洗衣机--洗衣机排水慢", "洗衣机排水慢")],
            boxes: &[
                ("note", "有水"),
                ("note", "这一篇不用往下读"),
                ("", "没水，桶一动不动？"),
                ("", "选的是不是「免脱水」？"),
                ("", "两条都没问题，再看下面"),
                ("warning", "不要顶住机器"),
                ("warning", "按暂停，拔插头"),
            ],
            ..PAGE
        },
        Page {
            file: "洗衣机/洗衣机排水慢.md",
            id: "洗衣机--洗衣机排水慢",
            title: "洗衣机排水慢",
            names: &["下水道", "软管打折"],
            phrase: "打嗝式出水",
            keeps: &["会烫伤", "#软管打折"],
            links: &[("洗衣机--清理排水泵滤网", "清理排水泵滤网"), ("洗衣机--洗衣机不脱水", "摆匀那一步")],
            boxes: &[
                ("tip", "先看软管"),
                ("tip", "别插到底"),
                ("caution", "热水程序刚结束"),
                ("caution", "等凉了再拧滤网"),
            ],
            ..PAGE
        },
        Page {
            file: "洗衣机/清理排水泵滤网.md",
            id: "洗衣机--清理排水泵滤网",
            title: "清理排水泵滤网",
            names: &["清滤网", "线头堵塞"],
            phrase: "铜扣敲井壁",
            boxes: &[("", "要准备的东西"), ("", "浅盘一个"), ("", "就可以继续用了")],
            pictures: &[("附件/滤网位置.png", ""), ("洗衣机/旋盖.png", "")],
            ..PAGE
        },
        Page {
            file: "空调/空调不制冷.md",
            id: "空调--空调不制冷",
            title: "空调不制冷",
            names: &["吹的都是热风", "雪花图标"],
            phrase: "井水味的凉气",
            links: &[("空调--清洗空调滤网", "洗一遍滤网")],
            boxes: &[
                ("", "三句话"),
                ("", "看外机前面堵没堵"),
                ("", "有没有别的机器在发热"),
                ("", "吹了半小时还不凉"),
                ("", "也不要拆外机"),
                ("", "屏幕上有代码"),
                ("", "把代码抄下来"),
            ],
            ..PAGE
        },
        Page {
            file: "空调/清洗空调滤网.md",
            id: "空调--清洗空调滤网",
            title: "清洗空调滤网",
            names: &["每两周"],
            phrase: "灰绒小毯子",
            keeps: &["别用热水，别晒太阳"],
            links: &[("空调--空调不制冷", "空调不制冷")],
            boxes: &[("caution", "够不着就别站在窗台上")],
            ..PAGE
        },
        Page {
            file: "厨房/抽油烟机吸力小.md",
            id: "厨房--抽油烟机吸力小",
            title: "抽油烟机吸力小",
            names: &["油烟跑出来", "烟机不吸烟"],
            phrase: "闷罐里吹口哨",
            keeps: &["先留一条缝"],
            boxes: &[("", "老周说"), ("", "八成是油网糊住了"), ("", "顾客问：能自己拆风轮吗？"), ("", "请师傅拆洗")],
            ..PAGE
        },
        Page {
            file: "厨房/燃气灶打不着火.md",
            id: "厨房--燃气灶打不着火",
            title: "燃气灶打不着火",
            names: &["电池没电", "打火针"],
            phrase: "歪成月牙",
            boxes: &[
                ("caution", "闻到燃气味先别往下看"),
                ("caution", "不开关任何电器"),
                ("important", "停一分钟让气散开"),
            ],
            ..PAGE
        },
        Page {
            file: "上门/保修怎么算.md",
            id: "上门--保修怎么算",
            title: "保修怎么算",
            names: &["三包怎么算", "收费"],
            phrase: "铭牌起雾",
            links: &[("洗衣机--洗衣机不脱水", "三步自查"), ("厨房--燃气灶打不着火", "燃气灶打不着火")],
            boxes: &[("", "摘自价目表"), ("", "报价经顾客点头才动手")],
            ..PAGE
        },
    ],
    absent: &[(".trash/旧版滤网说明.md", Why::Dot("玄武岩备份"))],
    moved: &[],
    not_moved: &[],
    told: &[("洗衣机/洗衣机不脱水.md", "unknown-field", "片区")],
};

const VITEPRESS: Sample = Sample {
    folder: "vitepress",
    pages: &[
        Page {
            file: "index.md",
            id: "index",
            title: "帮助中心入口",
            summary: "选机器，看症状，照着做",
            phrase: "蓝边速查卡",
            links: &[("washer--index", "洗衣机栏目"), ("guide--start", "第一次用帮助中心")],
            ..PAGE
        },
        Page {
            file: "guide/start.md",
            id: "guide--start",
            title: "第一次用帮助中心",
            summary: "会打字就会用，不会打字也能找到",
            phrase: "睡着的电",
            gone: &["toc"],
            links: &[("washer--no-spin#balance", "洗衣机不脱水")],
            boxes: &[
                ("tip", "说三样"),
                ("tip", "它怎么反应"),
                ("caution", "这三件请师傅做"),
                ("caution", "改燃气管"),
                ("", "为什么不能拆外壳？"),
                ("", "里面的电容断电后还带电"),
            ],
            ..PAGE
        },
        Page {
            file: "washer/index.md",
            id: "washer--index",
            title: "洗衣机栏目",
            summary: "滚筒波轮一起看",
            phrase: "胶圈闷酸味",
            links: &[("washer--no-spin", "不脱水"), ("washer--drain", "水排不净")],
            ..PAGE
        },
        Page {
            file: "washer/no-spin.md",
            id: "washer--no-spin",
            title: "洗衣机不脱水的处理",
            names: &["脱不干"],
            summary: "湿漉漉地捞出来，先查这两处",
            phrase: "被罩吞袜团",
            keeps: &["滚筒适用"],
            gone: &["spinCounterZeta", "timer-zeta", "StepTimer"],
            links: &[("washer--drain#hose", "水排不净")],
            boxes: &[("warning", "等筒停稳，再伸手")],
            ..PAGE
        },
        Page {
            file: "washer/drain.md",
            id: "washer--drain",
            title: "洗衣机水排不净",
            names: &["排水慢"],
            phrase: "小门憋气",
            keeps: &["软管口离地 60～100 厘米", "软管放倒，贴地，不高于 15 厘米"],
            boxes: &[("note", "只有滚筒有"), ("note", "水凉了再拧")],
            ..PAGE
        },
        Page {
            file: "ac/filter.md",
            id: "ac--filter",
            title: "洗空调滤网",
            names: &["防霉", "潮味"],
            summary: "半个月一次，十分钟",
            phrase: "单耳扣",
            keeps: &["易错"],
            gone: &["filterSeasonOmega"],
            links: &[("ac--not-cooling", "空调不凉")],
            boxes: &[("caution", "断电以后再掀面板"), ("", "点开看四步"), ("", "阴干")],
            pictures: &[("public/filter.png", "滤网往上推")],
        },
        Page {
            file: "ac/not-cooling.md",
            id: "ac--not-cooling",
            title: "空调不凉先别报修",
            summary: "五分钟自查，省一趟上门费",
            phrase: "白糖霜",
            links: &[("ac--filter", "洗一遍滤网")],
            boxes: &[("tip", "温度调到 26"), ("warning", "外机不要自己爬出去看")],
            ..PAGE
        },
        Page {
            file: "fridge/temperature.md",
            id: "fridge--temperature",
            title: "冰箱温度怎么调",
            names: &["冷藏几度", "冻住了"],
            summary: "夏天和冬天不一样",
            phrase: "冰渣蝴蝶纹",
            keeps: &["字样亮着才能调"],
            boxes: &[("caution", "背板烫手、有焦味"), ("note", "刚放进热菜会升温")],
            ..PAGE
        },
        Page {
            file: "service/warranty.md",
            id: "service--warranty",
            title: "保修与收费",
            summary: "先报价后动手",
            phrase: "水洗发票",
            gone: &["toc"],
            links: &[("index", "帮助中心入口")],
            boxes: &[("important", "先报价"), ("important", "您同意了才动手")],
            ..PAGE
        },
    ],
    absent: &[
        (".vitepress/theme/notes.md", Why::Dot("石青配色单")),
        ("parts/_hotline.md", Why::Underscore("墨鸦片段")),
    ],
    moved: &[],
    not_moved: &[],
    told: &[("ac/not-cooling.md", "unknown-field", "shouhou_team")],
};

const PLAIN: Sample = Sample {
    folder: "plain",
    pages: &[
        Page {
            file: "洗衣机 不转了，怎么办？.md",
            id: "洗衣机-不转了，怎么办？",
            title: "洗衣机不转了，怎么办？",
            phrase: "原地打哈欠",
            keeps: &["没有反应", "有反应但不转"],
            ..PAGE
        },
        Page {
            file: "空调／遥控器（没反应）.md",
            id: "空调／遥控器（没反应）",
            title: "空调遥控器没反应",
            phrase: "胶皮塌芯",
            links: &[("洗衣机-不转了，怎么办？", "洗衣机那篇")],
            ..PAGE
        },
        Page {
            file: "冰箱\u{3000}不制冷【夏天】.md",
            id: "冰箱-不制冷【夏天】",
            title: "冰箱夏天不制冷",
            phrase: "昼夜反着来",
            ..PAGE
        },
        Page {
            file: "电饭煲：夹生饭.md",
            id: "电饭煲：夹生饭",
            title: "电饭煲煮出夹生饭",
            phrase: "外熟里睡",
            keeps: &["“外熟里睡”"],
            ..PAGE
        },
        Page {
            file: "微波炉“打火花”.md",
            id: "微波炉“打火花”",
            title: "微波炉里打火花",
            phrase: "墙角萤火",
            keeps: &["“墙角萤火”"],
            ..PAGE
        },
        Page {
            file: "热水器、忽冷忽热.md",
            id: "热水器、忽冷忽热",
            title: "热水器忽冷忽热",
            phrase: "漏勺雨",
            keeps: &["燃气热水器", "电热水器"],
            ..PAGE
        },
        Page {
            file: "保养/油烟机 清洗（每月一次）.md",
            id: "保养--油烟机-清洗（每月一次）",
            title: "油烟机每月清洗",
            phrase: "油圈年轮",
            keeps: &["开着火的时候不要洗"],
            ..PAGE
        },
        Page {
            file: "保养/饮水机 除垢.md",
            id: "保养--饮水机-除垢",
            title: "饮水机 除垢",
            phrase: "蛋壳雪片",
            links: &[("保养--油烟机-清洗（每月一次）", "油烟机每月清洗")],
            ..PAGE
        },
    ],
    absent: &[
        ("README.md", Why::Readme("砖红抽屉钥匙")),
        ("草稿/扫地机新品.md", Why::Kbignore("铜铃提示音")),
        ("保养/草稿/加湿器换滤芯.md", Why::Kbignore("棉芯泡成豆腐块")),
        ("热水器、忽冷忽热.bak.md", Why::Kbignore("旧版漏斗雨")),
    ],
    moved: &[],
    not_moved: &[],
    told: &[("电饭煲：夹生饭.md", "gb18030", ""), ("微波炉“打火花”.md", "utf16", "")],
};

// ---- Folders

type Bytes = BTreeMap<String, Vec<u8>>;

fn sample(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sample").join(folder)
}

/// Every file below `folder` by its path there.
fn bytes_below(folder: &Path) -> Bytes {
    let mut all = Bytes::new();
    let mut to_read = vec![folder.to_owned()];
    while let Some(folder_now) = to_read.pop() {
        for entry in fs::read_dir(&folder_now).expect("a folder can be listed") {
            let path = entry.expect("a folder can be read to its end").path();
            if path.is_dir() {
                to_read.push(path);
                continue;
            }
            let below = path.strip_prefix(folder).expect("below the folder");
            let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
            all.insert(parts.join("/"), fs::read(&path).expect("a file can be read"));
        }
    }
    all
}

/// A world over a copy of the sample, to the byte.
fn world_of(sample_of: &Sample) -> World {
    let mut world = World::unpublished(&[]);
    for (path, bytes) in bytes_below(&sample(sample_of.folder)) {
        world.write_bytes(&path, &bytes);
    }
    world.look();
    world
}

/// What is missing, each by folder and page.
#[derive(Default)]
struct Missing(Vec<String>);

impl Missing {
    fn unless(&mut self, holds: bool, sample: &Sample, page: &str, what: impl FnOnce() -> String) {
        if !holds {
            self.0.push(format!("{} | {page} | {}", sample.folder, what()));
        }
    }

    fn nothing(self) {
        assert!(self.0.is_empty(), "\n{} missing:\n{}\n", self.0.len(), self.0.join("\n"));
    }
}

async fn json(world: &World, path: &str, token: &str) -> (u16, Value) {
    let answer = world.get(path, token).await;
    (answer.status.as_u16(), serde_json::from_slice(&answer.body).unwrap_or_default())
}

// ---- What is read of a page

/// The words of HTML as a reader sees them, without blanks.
fn words(html: &str) -> String {
    let mut text = String::new();
    for part in html.split('<') {
        let tag_end = part.find('>').map_or(0, |i| i + 1);
        text.push_str(&part[tag_end..]);
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    text.replace("&#60;", "<").replace("&#62;", ">").replace("&#34;", "\"").replace("&nbsp;", " ").replace("&amp;", "&")
}

fn dense(text: &str) -> String {
    text.split_whitespace().collect()
}

/// The value of an attribute of a tag (without `<`), with its escapes undone.
fn attribute<'t>(tag: &'t str, name: &str) -> Option<String> {
    let rest: &'t str = tag.split_once(&format!(" {name}=\""))?.1;
    Some(words(rest.split('"').next()?))
}

fn decoded(url: &str) -> String {
    percent_decode_str(url).decode_utf8_lossy().into_owned()
}

/// Where the links of a page lead and what they say.
fn links(html: &str) -> Vec<(String, String)> {
    let open = html.split("<a ").skip(1).filter_map(|rest| {
        let (tag, inside) = rest.split_once('>')?;
        let to = attribute(&format!(" {tag}"), "href")?;
        Some((decoded(&to), dense(&words(inside.split("</a>").next()?))))
    });
    open.collect()
}

/// The innermost alert around the first place where `said` stands in one.
fn alert_around(html: &str, said: &str) -> Option<String> {
    for (at, _) in html.match_indices(said) {
        let mut open: Vec<String> = Vec::new();
        for part in html[..at].split('<').skip(1) {
            if part.starts_with("blockquote") {
                let class = attribute(part.split('>').next()?, "class").unwrap_or_default();
                open.push(class.strip_prefix("markdown-alert-").unwrap_or_default().to_owned());
            } else if part.starts_with("/blockquote") {
                open.pop();
            }
        }
        let kind = open.into_iter().rev().find(|kind| !kind.is_empty());
        if kind.is_some() {
            return kind;
        }
    }
    None
}

/// Marks of the tools that must not be read by a customer.
const MARKS: [&str; 22] = [
    "{{<", "{{%", ">}}", "%}}", ":::", "[[", "]]", "%%", "==", "import ", "export ", "<Tab", "</Tab", "<Badge",
    "<script", "<style", "[!", "{#", "{/*", "+++", "^spread", "^check",
];

fn marks_in(text: &str) -> Vec<&'static str> {
    MARKS.into_iter().filter(|mark| text.contains(mark)).collect()
}

// ---- The tests

#[test]
fn the_tables_tell_of_every_article_file() {
    let mut missing = Missing::default();
    for sample_of in &SAMPLES {
        let on_disk = bytes_below(&sample(sample_of.folder));
        let on_disk: BTreeSet<&str> = on_disk.keys().map(String::as_str).filter(|p| p.ends_with(".md")).collect();
        let told = sample_of.pages.iter().map(|p| p.file).chain(sample_of.absent.iter().map(|a| a.0));
        let told: BTreeSet<&str> = told.collect();
        for file in on_disk.symmetric_difference(&told) {
            missing.unless(false, sample_of, file, || "is not in both, the table and the folder".to_owned());
        }
        let count = on_disk.len();
        missing.unless((8..=14).contains(&count), sample_of, "*", || format!("{count} files"));
    }
    missing.nothing();
}

#[tokio::test]
async fn every_page_is_in_service_and_what_is_left_out_is_not() {
    let mut missing = Missing::default();
    for sample_of in &SAMPLES {
        let world = world_of(sample_of);
        let snapshot = world.finder.snapshot().expect("published");
        let served: BTreeSet<(String, String)> =
            snapshot.readable(Role::Customer).map(|a| (a.path.to_string(), a.id.to_string())).collect();
        let expected = sample_of.pages.iter().map(|p| (p.file.to_owned(), p.id.to_owned()));
        let expected: BTreeSet<(String, String)> = expected.collect();
        for (file, id) in expected.difference(&served) {
            missing.unless(false, sample_of, file, || format!("is not in service as `{id}`"));
        }
        for (file, id) in served.difference(&expected) {
            missing.unless(false, sample_of, file, || format!("is in service as `{id}` and should not be"));
        }
        for page in sample_of.pages {
            let (status, body) = json(&world, &format!("/api/v1/articles/{}", encoded(page.id)), "").await;
            missing.unless(status == 200, sample_of, page.file, || format!("`{}` answers {status}", page.id));
            if status == 200 {
                let told = body["title"].as_str().unwrap_or_default();
                missing.unless(told == page.title, sample_of, page.file, || {
                    format!("title `{told}`, not `{}`", page.title)
                });
            }
        }
        for (file, why) in sample_of.absent {
            left_out(&world, sample_of, file, *why, &mut missing).await;
        }
    }
    missing.nothing();
}

async fn left_out(world: &World, sample_of: &Sample, file: &str, why: Why, missing: &mut Missing) {
    let by_path = file.trim_end_matches(".md").replace('/', "--");
    let id = if let Why::Draft(id, _) = why { id.to_owned() } else { by_path };
    let path = format!("/api/v1/articles/{}", encoded(&id));
    let (customer, _) = json(world, &path, "").await;
    let (editor, body) = json(world, &path, EDITOR).await;
    missing.unless(customer == 404, sample_of, file, || format!("{why:?}: customers get {customer}, not 404"));
    let found = world.ids(why.phrase()).await;
    missing.unless(!found.contains(&id), sample_of, file, || format!("{why:?}: customers find it"));
    if let Why::Draft(_, phrase) = why {
        let status = body["status"].as_str().unwrap_or_default();
        missing.unless((editor, status) == (200, "draft"), sample_of, file, || {
            format!("{why:?}: editors get {editor} with status `{status}`, not a draft")
        });
        let found = world.ids_for(phrase, EDITOR).await;
        missing.unless(found.first() == Some(&id), sample_of, file, || format!("{why:?}: editors find {found:?}"));
        return;
    }
    missing.unless(editor == 404, sample_of, file, || format!("{why:?}: editors get {editor}, not 404"));
    let snapshot = world.finder.snapshot().expect("published");
    let read = snapshot.articles().any(|a| a.path.as_str() == file);
    missing.unless(!read, sample_of, file, || format!("{why:?}: it was read all the same"));
}

#[tokio::test]
async fn every_page_is_found_first_by_title_names_summary_and_text() {
    let mut missing = Missing::default();
    for sample_of in &SAMPLES {
        let world = world_of(sample_of);
        for page in sample_of.pages {
            let named = page.names.iter().map(|name| ("name", *name));
            let asked = [("title", page.title), ("summary", page.summary), ("text", page.phrase)].into_iter();
            for (what, q) in asked.chain(named).filter(|(_, q)| !q.is_empty()) {
                let path = format!("/api/v1/search?limit=50&q={}", encoded(q));
                let (_, body) = json(&world, &path, "").await;
                let found: Vec<&str> =
                    body["results"].as_array().into_iter().flatten().filter_map(|r| r["id"].as_str()).collect();
                missing.unless(found.first() == Some(&page.id), sample_of, page.file, || {
                    format!("{what} `{q}` finds {found:?}")
                });
                let shown = |r: &Value| format!("{} {}", r["title"], r["snippet"]["text"]);
                let shown: String = body["results"].as_array().into_iter().flatten().map(shown).collect();
                let marks = marks_in(&shown);
                missing.unless(marks.is_empty(), sample_of, page.file, || {
                    format!("{what} `{q}`: marks {marks:?} in what is shown: {shown}")
                });
            }
            for q in page.gone {
                let found = world.ids(q).await;
                missing.unless(found.is_empty(), sample_of, page.file, || format!("hidden words `{q}` find {found:?}"));
            }
        }
    }
    missing.nothing();
}

#[tokio::test]
async fn old_addresses_lead_to_the_page_for_good() {
    let mut missing = Missing::default();
    for sample_of in &SAMPLES {
        let world = world_of(sample_of);
        let url = |path: &str| path.split('/').map(encoded).collect::<Vec<_>>().join("/");
        for (old, id) in sample_of.moved {
            let answer = world.get(&url(old), "").await;
            let (status, to) = (answer.status.as_u16(), decoded(answer.header("location")));
            let leads = matches!(status, 301 | 308) && to == format!("/a/{id}");
            missing.unless(leads, sample_of, id, || format!("`{old}` answers {status} to `{to}`"));
        }
        for old in sample_of.not_moved {
            let answer = world.get(&url(old), "").await;
            missing.unless(answer.status == 404, sample_of, old, || format!("answers {}", answer.status));
        }
    }
    missing.nothing();
}

#[tokio::test]
async fn the_page_shows_the_words_and_none_of_the_marks() {
    let mut missing = Missing::default();
    for sample_of in &SAMPLES {
        let world = world_of(sample_of);
        for page in sample_of.pages {
            let html = article_page(&world, page.id).await;
            let text = words(&html);
            let marks = marks_in(&text);
            missing.unless(marks.is_empty(), sample_of, page.file, || format!("marks {marks:?} in {}", dense(&text)));
            // No sample draws a line: one on the page was the underline of a heading.
            let alien = ["<Tab", "<Badge", "<Highlight", "<StepTimer", "<hr"];
            let alien: Vec<&str> = alien.into_iter().filter(|tag| html.contains(tag)).collect();
            missing.unless(alien.is_empty(), sample_of, page.file, || format!("tags {alien:?}"));
            let text = dense(&text);
            for kept in page.keeps.iter().chain([&page.phrase, &page.title]) {
                missing
                    .unless(text.contains(&dense(kept)), sample_of, page.file, || format!("`{kept}` is not in {text}"));
            }
            for gone in page.gone {
                missing.unless(!text.contains(&dense(gone)), sample_of, page.file, || format!("`{gone}` is in {text}"));
            }
        }
    }
    missing.nothing();
}

#[tokio::test]
async fn containers_and_callouts_become_alerts() {
    let mut missing = Missing::default();
    for sample_of in &SAMPLES {
        let world = world_of(sample_of);
        for page in sample_of.pages {
            let html = article_page(&world, page.id).await;
            for (kind, said) in page.boxes {
                let found = alert_around(&html, said);
                let right = found.as_deref().is_some_and(|found| {
                    ["note", "tip", "important", "warning", "caution"].contains(&found)
                        && (kind.is_empty() || *kind == found)
                });
                missing.unless(right, sample_of, page.file, || {
                    let found = found.as_deref().unwrap_or("none");
                    format!("`{said}` stands in alert {found}, not {kind}: {}", dense(&words(&html)))
                });
            }
        }
    }
    missing.nothing();
}

#[tokio::test]
async fn links_and_pictures_lead_to_the_right_page_and_file() {
    let mut missing = Missing::default();
    for sample_of in &SAMPLES {
        let world = world_of(sample_of);
        for page in sample_of.pages {
            let html = article_page(&world, page.id).await;
            let found = links(&html);
            for (to, said) in page.links {
                let right = (format!("/a/{to}"), dense(said));
                missing.unless(found.contains(&right), sample_of, page.file, || format!("{right:?} not in {found:?}"));
            }
            for (to, said) in found.iter().filter(|(to, _)| to.starts_with("/a/")) {
                let (url, anchor) = to.split_once('#').unwrap_or((to, ""));
                let target = article_page(&world, url.trim_start_matches("/a/")).await;
                let there = anchor.is_empty() || target.contains(&format!("id=\"{anchor}\""));
                missing.unless(there, sample_of, page.file, || format!("`{said}` leads to {to}: no such place"));
            }
            for (file, alt) in page.pictures {
                let bytes = fs::read(sample(sample_of.folder).join(file)).expect("the picture of the sample");
                let mut shown = false;
                for tag in html.split("<img").skip(1) {
                    let tag = tag.split('>').next().unwrap_or_default();
                    let described = alt.is_empty() || attribute(tag, "alt").as_deref() == Some(alt);
                    let Some(src) = attribute(tag, "src").filter(|_| described) else { continue };
                    shown |= world.get(&src, "").await.body == bytes;
                }
                missing.unless(shown, sample_of, page.file, || format!("the picture {file} is not shown"));
            }
        }
    }
    missing.nothing();
}

/// The article part of the page of `id` as a customer gets it; empty when there is none.
async fn article_page(world: &World, id: &str) -> String {
    let answer = world.get(&format!("/a/{}", encoded(id)), "").await;
    let html = answer.text();
    let from = html.find("<article").unwrap_or(0);
    let until = html.find("<section class=\"again\"").unwrap_or(html.len());
    if answer.status == 200 { html[from..until].to_owned() } else { String::new() }
}

/// Keys that DESIGN §1 promises to read.
const KNOWN_KEYS: [&str; 9] =
    ["tags", "keywords", "categories", "description", "summary", "draft", "lastmod", "slug", "aliases"];

#[tokio::test]
async fn nothing_in_a_folder_is_an_error_and_nothing_in_it_is_edited() {
    let mut missing = Missing::default();
    for sample_of in &SAMPLES {
        let mut world = world_of(sample_of);
        let before = bytes_below(&world.kb());
        let (_, body) = json(&world, "/api/v1/problems", EDITOR).await;
        let problems: Vec<Value> = body["problems"].as_array().cloned().unwrap_or_default();
        let mut seen = BTreeSet::new();
        for problem in &problems {
            let of = |key: &str| problem[key].as_str().unwrap_or_default().to_owned();
            let (file, code, message) = (of("file"), of("code"), of("message"));
            missing.unless(matches!(of("level").as_str(), "note" | "warning"), sample_of, &file, || {
                format!("line {}: {} {code}: {message}", problem["line"], of("level"))
            });
            let known = KNOWN_KEYS.iter().any(|key| message.contains(&format!("`{key}`")));
            missing.unless(code != "unknown-field" || !known, sample_of, &file, || message.clone());
            let again = code == "unknown-field" && !seen.insert((file.clone(), message.clone()));
            missing.unless(!again, sample_of, &file, || format!("told twice: {message}"));
        }
        for (file, code, part) in sample_of.told {
            let told = problems.iter().any(|p| {
                p["file"] == *file && p["code"] == *code && p["message"].as_str().is_some_and(|m| m.contains(part))
            });
            missing.unless(told, sample_of, file, || format!("{code} {part} is not told"));
        }
        for page in sample_of.pages {
            article_page(&world, page.id).await;
            world.ids(page.title).await;
        }
        let report = world.look();
        missing.unless(report.receipts.is_empty(), sample_of, "*", || "a second look sees changes".to_owned());
        let (after, original) = (bytes_below(&world.kb()), bytes_below(&sample(sample_of.folder)));
        for file in original.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
            let same = before.get(file) == original.get(file) && after.get(file) == original.get(file);
            missing.unless(same, sample_of, file, || "was edited, made or removed".to_owned());
        }
    }
    missing.nothing();
}

// ---- Keys of headers, in both notations

#[tokio::test]
async fn aliases_tags_and_keywords_count_like_peoples_own_words() {
    let keys = [("aliases", "甩桶发愣"), ("tags", "衣物打结"), ("keywords", "水花四溅")];
    let mut files = Vec::new();
    for (key, word) in keys {
        files.push((format!("a-{key}.md"), format!("# 甲\n\n{word}的时候看这里，{word}。\n")));
        files.push((format!("y-{key}.md"), format!("---\ntitle: 乙\n{key}:\n  - {word}\n---\n看说明。\n")));
        files.push((format!("z-{key}.md"), format!("+++\ntitle = '丙'\n{key} = ['{word}']\n+++\n看说明。\n")));
    }
    let world = World::new(&files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect::<Vec<_>>());
    for (key, word) in keys {
        let found = world.ids(word).await;
        let expected = ["y", "z", "a"].map(|page| format!("{page}-{key}"));
        assert_eq!(found, expected, "inline | {key} | {word}");
    }
}

#[tokio::test]
async fn descriptions_and_summaries_are_searched() {
    let keys = [("description", "蒸汽熨斗滴答"), ("summary", "扫地机绕圈")];
    let mut files = vec![("a.md".to_owned(), "# 电饭煲\n\n内胆擦干。\n".to_owned())];
    for (key, text) in keys {
        files.push((format!("y-{key}.md"), format!("---\ntitle: 乙\n{key}: {text}怎么办\n---\n看说明。\n")));
        files.push((format!("z-{key}.md"), format!("+++\ntitle = \"丙\"\n{key} = \"{text}怎么办\"\n+++\n看说明。\n")));
    }
    let world = World::new(&files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect::<Vec<_>>());
    for (key, text) in keys {
        let found = world.ids(text).await;
        assert_eq!(found, ["y", "z"].map(|page| format!("{page}-{key}")), "inline | {key} | {text}");
    }
}

#[tokio::test]
async fn an_address_among_the_aliases_is_no_word() {
    let world = World::new(&[("a.md", "---\ntitle: 乙\naliases: [/ketang/shuomingshu/]\n---\n看说明。\n")]);
    assert_eq!(world.ids("ketang").await, [""; 0], "inline | a.md | an address is not searched");
}
