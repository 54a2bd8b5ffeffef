//! What the terminal says while the articles get their vectors, and when their source is in trouble.

use std::time::{Duration, Instant};

use crate::journey::{Progress, Trouble};

/// Whoever waits less needs no word.
const PATIENCE: Duration = Duration::from_secs(2);
/// Time between two lines.
const PERIOD: Duration = Duration::from_secs(10);

/// Remembers what was said last.
#[derive(Default)]
pub(super) struct Teller {
    began: Option<Instant>,
    said: Option<Instant>,
    trouble: Option<Trouble>,
}

impl Teller {
    /// What there is to say, now that it has come so far.
    pub(super) fn line(&mut self, progress: Progress, now: Instant) -> Option<String> {
        if progress.trouble != self.trouble {
            self.trouble = progress.trouble;
            return Some(match progress.trouble {
                Some(trouble) => format!("{}，先只按词搜，会自动再试。", trouble_words(trouble).0),
                None => "语义搜索恢复了。".to_owned(),
            });
        }
        let Progress { ready, of, .. } = progress;
        if ready == of {
            let took = now.saturating_duration_since(self.began.take()?);
            self.said.take()?;
            return Some(format!("语义搜索准备好了：{of} 篇文章，用了 {} 秒。", took.as_secs()));
        }
        let began = *self.began.get_or_insert(now);
        let quiet_since = self.said.map_or(began + PATIENCE, |said| said + PERIOD);
        if progress.trouble.is_some() || now < quiet_since {
            return None;
        }
        self.said = Some(now);
        Some(format!("正在准备语义搜索：{ready}/{of} 篇，其间先按词搜。"))
    }
}

/// What is wrong, and what to try.
pub(super) fn trouble_words(trouble: Trouble) -> (&'static str, &'static str) {
    match trouble {
        Trouble::Damaged => ("内置的语义模型坏了", "重新编译或重新下载程序"),
        Trouble::Unreachable => ("连不上向量服务", "看看它是否在运行，embeddings 的地址对不对"),
        Trouble::Slow => ("向量服务太久没有回答", "看看它是否太忙，换小一些的模型"),
        Trouble::Refused(401 | 403) => ("向量服务不认密钥", "检查 embeddings_key"),
        Trouble::Refused(404) => ("向量服务没有这个地址或模型", "检查 embeddings 的地址和 embeddings_model"),
        Trouble::Refused(_) => ("向量服务拒绝回答", "看它的日志，检查 embeddings_model"),
        Trouble::Foreign => ("向量服务的回答不是向量", "检查 embeddings 的地址，它要兼容 OpenAI 的 /v1/embeddings"),
        Trouble::Blind => ("向量服务的模型分不清中文句子的意思", "用 embeddings_model 换一个懂中文的模型"),
        Trouble::Dimension => ("向量服务换了模型，向量长短和原来不同", "换回原来的模型，或重新启动问诊"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_wait_is_not_worth_a_word_and_a_long_one_is_told_now_and_then() {
        let start = Instant::now();
        let said = |teller: &mut Teller, ready, after_ms| {
            let progress = Progress { ready, of: 9, trouble: None };
            teller.line(progress, start + Duration::from_millis(after_ms)).unwrap_or_default()
        };
        let mut teller = Teller::default();
        assert_eq!(said(&mut teller, 0, 0), "");
        assert_eq!(said(&mut teller, 9, 1_900), "", "ready before anybody wondered");
        assert_eq!(said(&mut teller, 1, 3_000), "");
        assert!(said(&mut teller, 3, 5_100).contains("3/9"));
        assert_eq!(said(&mut teller, 4, 15_000), "");
        assert!(said(&mut teller, 5, 15_200).contains("5/9"));
        assert!(said(&mut teller, 9, 16_000).contains("9 篇文章，用了 13 秒"));
        assert_eq!(said(&mut teller, 9, 16_100), "", "said once");
    }

    #[test]
    fn trouble_and_its_end_are_told_once() {
        let now = Instant::now();
        let mut teller = Teller::default();
        let mut said = |trouble| teller.line(Progress { ready: 0, of: 9, trouble }, now).unwrap_or_default();
        assert!(said(Some(Trouble::Unreachable)).contains("连不上"));
        assert_eq!(said(Some(Trouble::Unreachable)), "");
        assert!(said(Some(Trouble::Refused(401))).contains("密钥"));
        assert!(said(None).contains("恢复"));
    }
}
