//! A made-up folder of N articles, the same for the same N: invented complaints over real words.

use std::{fmt::Write, fs, path::Path};

const APPLIANCES: [&str; 8] = ["洗衣机", "空调", "冰箱", "电视", "热水器", "油烟机", "洗碗机", "净水器"];
const PARTS: [&str; 12] =
    ["排水泵", "进水阀", "滤网", "门封", "电机", "面板", "遥控器", "压缩机", "风机", "传感器", "软管", "插头"];
const FAULTS: [&str; 12] =
    ["不转", "漏水", "异响", "不启动", "不制冷", "不加热", "有异味", "震动大", "不排水", "跳闸", "结冰", "黑屏"];
const DEEDS: [&str; 8] = [
    "断电三分钟再通电",
    "清理表面的灰尘",
    "检查水龙头是否打开",
    "换一个程序再试",
    "把管子理顺",
    "调平四只脚",
    "等它冷却",
    "重新关门",
];

/// xorshift64*: small, seeded, good enough to mix words.
pub(crate) struct Mix(u64);

impl Mix {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn pick<'w>(&mut self, words: &[&'w str]) -> &'w str {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        words[(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % words.len()]
    }
}

/// Article number `i` with a mark in its text that no other has.
pub(crate) fn article(i: usize, mark: &str) -> String {
    let mut mix = Mix::new(i as u64 + 1);
    let (appliance, part, fault) = (mix.pick(&APPLIANCES), mix.pick(&PARTS), mix.pick(&FAULTS));
    let mut text = format!(
        "---\nid: bench-{i}\ntitle: {appliance}{part}{fault}\nkind: troubleshooting\nappliance: {appliance}\n\
         symptoms: [{part}那里{fault}, 用着用着就{fault}]\n---\n## 现象\n{appliance}的{part}{fault}，编号 {mark}。\n"
    );
    for section in ["软件排查", "硬件排查"] {
        let _ = writeln!(text, "## {section}");
        for step in 0..3 {
            let (deed, other, part) = (mix.pick(&DEEDS), mix.pick(&DEEDS), mix.pick(&PARTS));
            let _ = writeln!(
                text,
                "### {deed} {{#s{section_no}{step} minutes={minutes} safety=断电}}\n先{deed}，再{other}。看一看{part}有没有松动、堵塞或者破损，动作要轻。\n**判断**：{fault}消失就不用再往下做。",
                section_no = u8::from(section == "硬件排查"),
                minutes = step + 1
            );
        }
    }
    text.push_str("## 联系售后\n做完还是一样，请记下型号和现象，联系服务热线。\n");
    text
}

/// Writes `n` articles below `root`.
pub(crate) fn write(root: &Path, n: usize) {
    for i in 0..n {
        let folder = root.join(format!("{:02}", i % 20));
        fs::create_dir_all(&folder).expect("the folder is made");
        fs::write(folder.join(format!("{i}.md")), article(i, &format!("mark{i}"))).expect("the article is written");
    }
}
