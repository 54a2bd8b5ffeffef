//! The question above near results, as links: each answer is an address, so that it works without script.

use crate::{
    found::{Choice, Found, NarrowingQuestion, Question, Understood},
    http::links::query_value,
};

/// A question with the addresses of its answers.
pub(super) struct NarrowingView {
    pub text: String,
    pub options: Vec<LinkView>,
    pub unknown: String,
    pub none: String,
}

/// Words that lead somewhere.
pub(super) struct LinkView {
    pub said: String,
    pub url: String,
}

/// Something that was understood, and how to correct it.
pub(super) struct UnderstoodView {
    pub said: String,
    /// What the link does, and where it leads.
    pub correct: Option<(&'static str, String)>,
}

/// The address of the results, in its parts.
pub(super) struct Here<'q> {
    start: String,
    question: &'q Question,
}

impl<'q> Here<'q> {
    pub(super) fn new(query: &str, question: &'q Question) -> Self {
        Self::on("/", query, question)
    }

    /// On the page of this path.
    pub(super) fn on(page: &str, query: &str, question: &'q Question) -> Self {
        let appliance = question.appliance.as_deref().map(|a| format!("&appliance={}", query_value(a)));
        let exact = if question.exact { "&exact=1" } else { "" };
        Self { start: format!("{page}?q={}{}{exact}", query_value(query), appliance.unwrap_or_default()), question }
    }

    /// What the question was understood as, as far as a person may want to correct it.
    pub(super) fn understood(&self, understood: &Understood) -> Vec<UnderstoodView> {
        let mut all = Vec::new();
        let mut add = |said: String, correct| all.push(UnderstoodView { said, correct });
        for correction in &understood.corrections {
            let said = format!("「{}」当作「{}」", correction.from, correction.to);
            add(said, Some(("按原样搜", self.url() + "&exact=1")));
        }
        if self.question.exact {
            add("按原样搜".to_owned(), Some(("取消", self.url().replace("&exact=1", ""))));
        }
        if let Some(appliance) = understood.appliance.as_ref().filter(|_| self.question.appliance.is_none()) {
            let only = format!("{}&appliance={}", self.url(), query_value(appliance));
            add(format!("电器：{appliance}"), Some(("只看它", only)));
        }
        understood.codes.iter().for_each(|code| add(format!("代码：{code}"), None));
        understood.models.iter().for_each(|model| add(format!("型号：{}", model.to_uppercase()), None));
        all
    }

    pub(super) fn url(&self) -> String {
        self.without(None)
    }

    /// Without the answer at this place.
    fn without(&self, place: Option<usize>) -> String {
        let mut url = self.start.clone();
        for (_, (sign, value)) in self.question.signs.iter().enumerate().filter(|(i, _)| Some(*i) != place) {
            url.push_str(&format!("&sign={}", query_value(&format!("{sign}:{value}"))));
        }
        self.question.not.iter().for_each(|id| url.push_str(&format!("&not={}", query_value(id.as_str()))));
        url
    }

    fn with(&self, sign: &str, value: &str) -> String {
        format!("{}&sign={}", self.url(), query_value(&format!("{sign}:{value}")))
    }

    pub(super) fn narrowing(&self, asked: &NarrowingQuestion, found: &Found) -> NarrowingView {
        let option = |o: &Choice| LinkView { said: o.value.clone(), url: self.with(&asked.sign, &o.value) };
        let shown = found.hits.iter().take(3).map(|h| format!("&not={}", query_value(h.article.id.as_str())));
        NarrowingView {
            text: asked.text.clone(),
            options: asked.options.iter().map(option).collect(),
            unknown: self.with(&asked.sign, ""),
            none: self.url() + &shown.collect::<String>(),
        }
    }

    pub(super) fn answered(&self) -> Vec<LinkView> {
        let said = |(i, (sign, value)): (usize, &(String, String))| LinkView {
            said: if value.is_empty() { format!("{sign}：不清楚") } else { format!("{sign}：{value}") },
            url: self.without(Some(i)),
        };
        self.question.signs.iter().enumerate().map(said).collect()
    }
}
