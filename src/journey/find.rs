//! A question becomes an answer, an id becomes an article, a path a picture: for one reader, from
//! one snapshot.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use super::{Live, Snapshot, ask_back::ask_back};
use crate::{
    access::{Banner, Role, Standing, standing},
    article::{Article, ArticleId, Audience, RelPath, Viewer},
    corpus::read_picture,
    found::{Found, Question, Suggestion},
    search::{Articles, Consideration, Meanings, SearchContext, SearchFault, consider, search},
};

/// Finds for everybody.
#[derive(Clone)]
pub struct Finder {
    live: Arc<Live>,
    root: Arc<PathBuf>,
}

/// Why nothing can be found.
#[derive(Debug, thiserror::Error)]
pub enum FindFault {
    /// No look at the folder has been published yet.
    #[error("the folder is still being read")]
    NotReady,
    /// It was public once and is out of service.
    #[error("the article is out of service")]
    Gone,
    /// Not there, or not for this reader.
    #[error("there is no such article")]
    NotFound,
    /// The index failed.
    #[error(transparent)]
    Search(#[from] SearchFault),
}

/// An article for one reader.
pub struct ArticleAnswer {
    /// The article.
    pub article: Arc<Article>,
    /// Why it is out of service, when it is.
    pub banner: Option<Banner>,
    /// The snapshot it came from.
    pub snapshot: Arc<Snapshot>,
}

/// A picture of an article.
pub struct Picture {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub media_type: &'static str,
    /// Only staff may see it.
    pub staff_only: bool,
}

impl Finder {
    /// Finds in what `live` publishes of the folder `root`.
    #[must_use]
    pub fn new(live: Arc<Live>, root: &Path) -> Self {
        Self { live, root: Arc::new(root.to_owned()) }
    }

    /// The newest snapshot.
    ///
    /// # Errors
    /// Before the first look has been published.
    pub fn snapshot(&self) -> Result<Arc<Snapshot>, FindFault> {
        self.live.snapshot().ok_or(FindFault::NotReady)
    }

    /// The newest state and the receipts.
    #[must_use]
    pub fn live(&self) -> &Arc<Live> {
        &self.live
    }

    /// Answers `question` for `role`.
    ///
    /// # Errors
    /// Before the first look has been published, or when the index fails.
    pub fn find(&self, question: &Question, role: Role) -> Result<Found, FindFault> {
        self.find_in(&*self.snapshot()?, question, &self.live.meaning.asking(question.wait), role)
    }

    /// Answers `questions` for `role` from one state of the folder, each as [`Finder::find`] does; those that wait
    /// for meaning share one patience.
    ///
    /// # Errors
    /// As [`Finder::find`].
    pub fn find_each(&self, questions: &[Question], role: Role) -> Result<Vec<Found>, FindFault> {
        let snapshot = self.snapshot()?;
        let patient = self.live.meaning.asking(true);
        let find = |question: &Question| {
            if question.wait {
                return self.find_in(&snapshot, question, &patient, role);
            }
            self.find_in(&snapshot, question, &self.live.meaning.asking(false), role)
        };
        questions.iter().map(find).collect()
    }

    fn find_in(
        &self,
        snapshot: &Snapshot,
        question: &Question,
        meanings: &dyn Meanings,
        role: Role,
    ) -> Result<Found, FindFault> {
        let started = Instant::now();
        self.live.traffic.count();
        let mut found = search(question, &context(snapshot, meanings, role))?;
        found.generation = snapshot.generation;
        found.question = ask_back(&found, question, snapshot, role);
        found.took_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        Ok(found)
    }

    /// What is known of the results of `question` for `role`, for learning from it.
    ///
    /// # Errors
    /// As [`Finder::find`].
    pub(super) fn consider(&self, question: &Question, role: Role) -> Result<Consideration, FindFault> {
        let snapshot = self.snapshot()?;
        let meanings = self.live.meaning.asking(question.wait);
        Ok(consider(question, &context(&snapshot, &meanings, role))?)
    }

    /// Completions of `typed` for `role`.
    ///
    /// # Errors
    /// Before the first look has been published.
    pub fn suggest(&self, typed: &str, role: Role) -> Result<Vec<Suggestion>, FindFault> {
        self.live.traffic.count();
        Ok(self.snapshot()?.suggestions(role).complete(typed))
    }

    /// The article `id` for `role`.
    ///
    /// # Errors
    /// When it is not there, not for this reader, or out of service.
    pub fn article(&self, id: &str, role: Role) -> Result<ArticleAnswer, FindFault> {
        let snapshot = self.snapshot()?;
        let id = ArticleId::new(id).ok_or(FindFault::NotFound)?;
        let article = snapshot.corpus.article(&id).ok_or(FindFault::NotFound)?;
        let banner = match standing(role, article, snapshot.today) {
            Standing::Shown => None,
            Standing::ShownWithBanner(banner) => Some(banner),
            Standing::Gone => return Err(FindFault::Gone),
            Standing::Hidden => return Err(FindFault::NotFound),
        };
        Ok(ArticleAnswer { article: Arc::clone(article), banner, snapshot })
    }

    /// The picture at `path`, when an article `role` may see refers to it.
    ///
    /// # Errors
    /// When it is not there, of no kind we serve, or not for this reader.
    pub fn picture(&self, path: &str, role: Role) -> Result<Picture, FindFault> {
        let snapshot = self.snapshot()?;
        let path = RelPath::new("").resolve(path).ok_or(FindFault::NotFound)?;
        let media_type = media_type(&path).ok_or(FindFault::NotFound)?;
        let shown_to = |role: Role| {
            snapshot.corpus.shows(&path).any(|(article, link)| {
                let for_reader = link.audience == Audience::Public || role.viewer() == Viewer::Staff;
                for_reader && snapshot.may_read(role, article)
            })
        };
        if !shown_to(role) {
            return Err(FindFault::NotFound);
        }
        let staff_only = role > Role::Customer && !shown_to(Role::Customer);
        let bytes = read_picture(&self.root, &path).ok_or(FindFault::NotFound)?;
        Ok(Picture { bytes, media_type, staff_only })
    }
}

/// What a search of `role` looks at in `snapshot`.
fn context<'a>(snapshot: &'a Snapshot, meanings: &'a dyn Meanings, role: Role) -> SearchContext<'a> {
    SearchContext {
        view: &snapshot.view,
        dictionary: &snapshot.dictionary,
        question_dictionary: &snapshot.question_dictionary,
        expired: if role == Role::Customer { &snapshot.expired } else { &[] },
        synonyms: &snapshot.corpus.lists.synonyms,
        hazards: &snapshot.corpus.lists.hazards,
        vocabulary: snapshot.vocabulary(role),
        readings: &snapshot.corpus.lists.readings,
        meanings,
        weights: &snapshot.weights,
        articles: snapshot,
        role,
        today: snapshot.today,
    }
}

/// Pictures that are served, by their ending.
fn media_type(path: &RelPath) -> Option<&'static str> {
    let ending = path.as_str().rsplit_once('.')?.1.to_ascii_lowercase();
    Some(match ending.as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "svg" => "image/svg+xml",
        _ => return None,
    })
}

impl Snapshot {
    /// The article `id`, when `role` may read it.
    #[must_use]
    pub fn article(&self, id: &str, role: Role) -> Option<&Arc<Article>> {
        Articles::readable(self, id, role)
    }

    /// The article a link written in `from` leads to, when `role` may read it.
    #[must_use]
    pub fn linked(&self, from: &Article, target: &str, role: Role) -> Option<&Arc<Article>> {
        self.article(self.corpus.linked(from, target)?.id.as_str(), role)
    }

    /// The picture a target written in `from` means.
    #[must_use]
    pub fn picture(&self, from: &Article, target: &str) -> Option<&RelPath> {
        self.corpus.picture(from, target)
    }

    /// The article an old address leads to, when `role` may read it.
    #[must_use]
    pub fn redirected(&self, address: &str, role: Role) -> Option<&Arc<Article>> {
        self.article(self.corpus.redirected(address)?.id.as_str(), role)
    }
}
