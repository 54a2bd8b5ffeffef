//! What is told to those who look on while it happens: articles that changed, files that were
//! taken, questions that were tried.

use std::sync::Arc;

use tokio::sync::broadcast;

use super::{Receipt, TrialResult};
use crate::{
    access::{Role, Standing, standing},
    article::{Article, ArticleId, Date},
    corpus::{Corpus, Difference},
};

/// News kept for a listener who is slow; who falls further behind is told so.
const KEPT: usize = 256;

/// One piece of news.
#[derive(Debug, Clone)]
pub enum News {
    /// A new snapshot is in service.
    Published(Arc<Published>),
    /// The `expect` questions of an article have been asked.
    Tried(ArticleId, Arc<TrialResult>),
    /// These articles have their vectors now, and no other is waiting for its own.
    Meant(Arc<[ArticleId]>),
    /// The server is about to stop.
    Closing,
}

/// What came with one snapshot.
#[derive(Debug)]
pub struct Published {
    /// Its number.
    pub generation: u64,
    /// Articles that came, went or are different now.
    pub articles: Vec<ChangedArticle>,
    /// One for each file taken.
    pub receipts: Vec<Receipt>,
    /// The day the articles are read on.
    pub(super) today: Date,
}

/// An article before and after.
#[derive(Debug)]
pub struct ChangedArticle {
    /// Whose it is.
    pub id: ArticleId,
    pub(super) before: Option<Arc<Article>>,
    pub(super) after: Option<Arc<Article>>,
}

impl Published {
    /// The changed articles as `role` saw them before and sees them now.
    pub fn seen_by(&self, role: Role) -> impl Iterator<Item = (&ArticleId, Option<&Article>, Option<&Article>)> {
        let shown = move |article: &Option<Arc<Article>>| {
            matches!(
                article.as_deref().map(|a| standing(role, a, self.today)),
                Some(Standing::Shown | Standing::ShownWithBanner(_))
            )
        };
        self.articles.iter().map(move |a| {
            let before = a.before.as_deref().filter(|_| shown(&a.before));
            (&a.id, before, a.after.as_deref().filter(|_| shown(&a.after)))
        })
    }
}

/// The articles of `difference` before and after.
pub(super) fn changed(before: &Corpus, after: &Corpus, difference: &Difference) -> Vec<ChangedArticle> {
    let mut ids: Vec<&ArticleId> = difference.put.iter().map(|a| &a.id).chain(&difference.gone).collect();
    ids.sort();
    ids.dedup();
    let at = |corpus: &Corpus, id: &ArticleId| corpus.article(id).cloned();
    ids.into_iter().map(|id| ChangedArticle { id: id.clone(), before: at(before, id), after: at(after, id) }).collect()
}

/// Tells everybody who listens.
#[derive(Debug)]
pub(super) struct Newsroom(broadcast::Sender<News>);

impl Newsroom {
    pub(super) fn new() -> Self {
        Self(broadcast::Sender::new(KEPT))
    }

    pub(super) fn tell(&self, news: News) {
        // Nobody listening is no failure.
        let _ = self.0.send(news);
    }

    pub(super) fn listen(&self) -> broadcast::Receiver<News> {
        self.0.subscribe()
    }
}
