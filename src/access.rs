//! Who may see what: roles, and where an article stands for each of them.

use crate::article::{Article, Audience, Date, Status, Viewer};

/// Who asks. Each role may do what the ones before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Anybody.
    Customer,
    /// A call-centre agent.
    Agent,
    /// A content editor.
    Editor,
    /// Runs the installation.
    Admin,
}

impl Role {
    /// Every role, lowest first.
    pub const ALL: [Self; 4] = [Self::Customer, Self::Agent, Self::Editor, Self::Admin];

    /// The name in settings and the index.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Agent => "agent",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }

    /// The name for Chinese readers.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Customer => "用户",
            Self::Agent => "坐席",
            Self::Editor => "编辑",
            Self::Admin => "管理员",
        }
    }

    /// Which texts of an article this role reads.
    #[must_use]
    pub fn viewer(self) -> Viewer {
        if self == Self::Customer { Viewer::Customer } else { Viewer::Staff }
    }
}

/// How an article stands for one reader on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Shown.
    Shown,
    /// Shown with a banner that says why it is out of service.
    ShownWithBanner(Banner),
    /// Was public and is out of service: 410.
    Gone,
    /// Must not be told apart from an article that does not exist: 404.
    Hidden,
}

/// Why an article is out of service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Banner {
    /// `status: retired`
    Retired,
    /// After `expires`.
    Expired,
    /// `status: draft` or `review`.
    Unpublished,
}

impl Banner {
    /// The banner for Chinese readers.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Retired => "这篇文章已停用，仅供坐席参考，不要念给用户。",
            Self::Expired => "这篇文章已过有效期，使用前请核对。",
            Self::Unpublished => "这篇文章还没有发布，只有编辑看得到。",
        }
    }
}

/// The lowest role that finds `article` by searching, whatever the day.
#[must_use]
pub fn lowest_reader(article: &Article) -> Role {
    match (article.status, article.audience) {
        (Status::Draft | Status::Review, _) => Role::Editor,
        (Status::Retired, _) | (Status::Published, Audience::Agent) => Role::Agent,
        (Status::Published, Audience::Public) => Role::Customer,
    }
}

/// How `article` stands for `role` on `today`.
#[must_use]
pub fn standing(role: Role, article: &Article, today: Date) -> Standing {
    let expired = article.is_expired(today);
    if role >= lowest_reader(article) {
        return match article.status {
            Status::Draft | Status::Review => Standing::ShownWithBanner(Banner::Unpublished),
            Status::Retired => Standing::ShownWithBanner(Banner::Retired),
            Status::Published if !expired => Standing::Shown,
            Status::Published if role == Role::Customer => Standing::Gone,
            Status::Published => Standing::ShownWithBanner(Banner::Expired),
        };
    }
    let was_public = article.status == Status::Retired && article.audience == Audience::Public;
    if was_public { Standing::Gone } else { Standing::Hidden }
}

/// The short word for an article out of service among results; staff only see such ones.
#[must_use]
pub fn standing_banner(article: &Article) -> Option<&'static str> {
    match article.status {
        Status::Retired => Some("已停用"),
        Status::Draft => Some("草稿"),
        Status::Review => Some("审核中"),
        Status::Published => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::{RelPath, parse};

    fn of(header: &str, role: Role) -> Standing {
        let text = format!("---\n{header}\n---\n正文\n");
        let article = parse(&RelPath::new("a.md"), text.as_bytes()).article.expect("an article");
        standing(role, &article, Date::new(2026, 11, 21).expect("a day"))
    }

    #[test]
    fn each_status_stands_for_each_role_as_designed() {
        use Role::{Admin, Agent, Customer, Editor};
        use Standing::{Gone, Hidden, Shown, ShownWithBanner};
        for (header, customer, agent, editor) in [
            ("status: published", Shown, Shown, Shown),
            ("audience: agent", Hidden, Shown, Shown),
            ("status: draft", Hidden, Hidden, ShownWithBanner(Banner::Unpublished)),
            ("status: review", Hidden, Hidden, ShownWithBanner(Banner::Unpublished)),
            ("status: retired", Gone, ShownWithBanner(Banner::Retired), ShownWithBanner(Banner::Retired)),
            (
                "status: retired\naudience: agent",
                Hidden,
                ShownWithBanner(Banner::Retired),
                ShownWithBanner(Banner::Retired),
            ),
            ("expires: 2026-11-20", Gone, ShownWithBanner(Banner::Expired), ShownWithBanner(Banner::Expired)),
            ("expires: 2026-11-21", Shown, Shown, Shown),
            ("audience: nobody", Hidden, Hidden, ShownWithBanner(Banner::Unpublished)),
        ] {
            assert_eq!(of(header, Customer), customer, "{header}");
            assert_eq!(of(header, Agent), agent, "{header}");
            assert_eq!((of(header, Editor), of(header, Admin)), (editor, editor), "{header}");
        }
    }
}
