//! How near is near? Each model spreads its texts otherwise: where all cosines are high, texts lie close to their
//! middle.
//!
//! Sixteen questions are asked of sixteen passages, one made for each. How near foreign passages lie says how far the
//! texts of a model lie from their middle; nearness is brought to what the built-in model has, so that thresholds mean
//! the same for all models.

use super::{SourceFault, Vector};

/// Questions, each with a passage that answers to it in other words.
pub(super) const PAIRS: [(&str, &str); 16] = [
    ("洗衣机不脱水", "洗好的衣服还滴水，洗衣机甩不干"),
    ("空调不制冷", "空调开着，吹出来的风却不冷"),
    ("冰箱结冰", "冰箱里面的冰霜越来越厚"),
    ("热水器没有热水", "热水器开了半天，流出来的水还是凉的"),
    ("电视没有声音", "电视有画面，但是听不到声音"),
    ("燃气灶打不着火", "拧开燃气灶的旋钮，火点不着"),
    ("油烟机吸力小", "油烟机开着，厨房里的油烟还是排不出去"),
    ("洗碗机不进水", "洗碗机启动以后一直没有水进来"),
    ("微波炉不加热", "微波炉转了几分钟，饭菜还是冷的"),
    ("电饭煲煮饭夹生", "电饭煲煮出来的米饭没有熟"),
    ("扫地机器人不回充", "扫地机器人找不到充电座，半路没电停下"),
    ("路由器连不上网", "手机连着路由器，却打不开网页"),
    ("净水器漏水", "净水器的接口往外滴水"),
    ("电风扇有异响", "电风扇转起来咔咔响"),
    ("怎么退货", "买了几天不喜欢，能不能退掉"),
    ("保修期多长", "产品坏了，几年之内免费保修"),
];
/// Mean cosine of the built-in model between a question and a foreign passage.
const FOREIGN: f32 = 0.0683;
/// So many questions must be nearest to their own passage; by chance it is one.
const MIN_RIGHT: usize = 10;
/// Below it the cosines of a model are mostly rounding.
const MIN_GAP: f32 = 0.001;

/// How far from their middle the texts of a model lie, in those of the built-in one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    spread: f32,
}

/// The built-in model's own.
impl Default for Scale {
    fn default() -> Self {
        Self { spread: 1.0 }
    }
}

impl Scale {
    /// From the vectors of the questions and the passages of [`PAIRS`].
    ///
    /// # Errors
    /// When the model does not know which passage belongs to which question.
    pub(super) fn measure(questions: &[Vector], passages: &[Vector]) -> Result<Self, SourceFault> {
        let (mut own, mut foreign, mut n_right) = (0.0, 0.0, 0);
        for (i, question) in questions.iter().enumerate() {
            let all: Vec<f32> = passages.iter().map(|passage| passage.similarity(question)).collect();
            n_right += usize::from(all.iter().enumerate().all(|(j, foreign)| j == i || *foreign < all[i]));
            own += all[i];
            foreign += all.iter().sum::<f32>() - all[i];
        }
        let n = questions.len() as f32;
        let (own, foreign) = (own / n, foreign / (n * (n - 1.0)));
        if n_right < MIN_RIGHT || own - foreign < MIN_GAP {
            return Err(SourceFault::Blind);
        }
        // Vectors of length 1 whose cosines have the mean m lie √(1 − m) from their middle.
        Ok(Self { spread: ((1.0 - foreign) / (1.0 - FOREIGN)).sqrt() })
    }

    /// A nearness by the vectors of the model as those of the built-in one would have it.
    #[must_use]
    pub fn of(&self, nearness: f32) -> f32 {
        nearness / self.spread
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `n` directions, and beside each another at the cosine `own`, all with the cosine `foreign` to the rest.
    fn world(n: usize, own: f32) -> (Vec<Vector>, Vec<Vector>) {
        let axis = |i: usize| (0..=n).map(|j| f32::from(u8::from(j == i))).collect::<Vec<f32>>();
        let beside = |i: usize| {
            let mut row = axis(i).iter().map(|x| x * own).collect::<Vec<f32>>();
            row[n] = (1.0 - own * own).sqrt();
            row
        };
        let all = |row: &dyn Fn(usize) -> Vec<f32>| (0..n).map(|i| Vector::of(&row(i)).expect("a vector")).collect();
        (all(&axis), all(&beside))
    }

    #[test]
    fn nearness_is_brought_to_the_spread_of_the_built_in_model() {
        for own in [0.3, 0.8] {
            let (questions, passages) = world(PAIRS.len(), own);
            let scale = Scale::measure(&questions, &passages).expect("it tells them apart");
            let far = 1.0 / (1.0 - FOREIGN).sqrt();
            assert!((scale.of(far) - 1.0).abs() < 1e-3, "at right angles: {scale:?}");
        }
    }

    #[test]
    fn a_model_that_knows_no_passage_from_the_other_is_refused() {
        let (questions, mut passages) = world(PAIRS.len(), 0.8);
        passages.rotate_left(1);
        assert!(matches!(Scale::measure(&questions, &passages), Err(SourceFault::Blind)));
        let same = vec![questions[0].clone(); PAIRS.len()];
        assert!(matches!(Scale::measure(&questions, &same), Err(SourceFault::Blind)));
    }

    #[cfg(feature = "model")]
    #[test]
    fn the_built_in_model_lies_where_it_is_said_to_lie() {
        let source = super::super::Embeddings::built_in().expect("built with it").open().expect("it opens");
        let embed = |texts: [&str; 16], kind| source.embed(&texts, kind, std::time::Duration::MAX).expect("vectors");
        let questions = embed(PAIRS.map(|(question, _)| question), super::super::Kind::Query);
        let passages = embed(PAIRS.map(|(_, passage)| passage), super::super::Kind::Passage);
        let scale = Scale::measure(&questions, &passages).expect("it tells them apart");
        assert!((scale.spread - 1.0).abs() < 0.01, "{scale:?}");
    }
}
