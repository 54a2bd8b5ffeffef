-- Walkthroughs, what was said in them, the texts they pin, the codes that lead to them; feedback.
-- In the subset SQLite and PostgreSQL share: BIGINT, TEXT, DOUBLE PRECISION; flags 0/1; times in ms since 1970.

CREATE TABLE article_text (
    revision TEXT NOT NULL PRIMARY KEY,
    path     TEXT NOT NULL,
    encoding TEXT NOT NULL,
    body     TEXT NOT NULL,
    kept_ms  BIGINT NOT NULL
);
CREATE INDEX article_text_by_time ON article_text (kept_ms);

CREATE TABLE walkthrough (
    id         TEXT NOT NULL PRIMARY KEY,
    channel    TEXT NOT NULL,
    model      TEXT,
    symptom    TEXT,
    began_ms   BIGINT NOT NULL,
    touched_ms BIGINT NOT NULL,
    seq        BIGINT NOT NULL
);
CREATE INDEX walkthrough_by_time ON walkthrough (touched_ms);

CREATE TABLE known_sign (
    walkthrough TEXT NOT NULL REFERENCES walkthrough (id) ON DELETE CASCADE,
    place       BIGINT NOT NULL,
    sign        TEXT NOT NULL,
    value       TEXT NOT NULL,
    PRIMARY KEY (walkthrough, place)
);

CREATE TABLE candidate (
    walkthrough TEXT NOT NULL REFERENCES walkthrough (id) ON DELETE CASCADE,
    place       BIGINT NOT NULL,
    article     TEXT NOT NULL,
    score       DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (walkthrough, place)
);

-- Only ever added to. A row of kind `taken_back` names in `takes_back` the `said_together` of the rows that no longer stand.
-- `article` of a step is the article that was walked; `refused` holds ids joined by blanks, which no id contains.
CREATE TABLE answer (
    walkthrough   TEXT NOT NULL REFERENCES walkthrough (id) ON DELETE CASCADE,
    seq           BIGINT NOT NULL,
    said_together BIGINT NOT NULL,
    kind          TEXT NOT NULL,
    article       TEXT,
    revision      TEXT REFERENCES article_text (revision),
    step          TEXT,
    outcome       TEXT,
    sign          TEXT,
    value         TEXT,
    refused       TEXT,
    takes_back    BIGINT,
    answer_id     TEXT,
    at_ms         BIGINT NOT NULL,
    PRIMARY KEY (walkthrough, seq),
    UNIQUE (walkthrough, answer_id)
);
CREATE INDEX answer_by_step ON answer (article, step, outcome, walkthrough, said_together);
CREATE INDEX answer_by_taking_back ON answer (walkthrough, takes_back);
CREATE INDEX answer_by_revision ON answer (revision);

CREATE TABLE handoff (
    code        TEXT NOT NULL PRIMARY KEY,
    walkthrough TEXT NOT NULL REFERENCES walkthrough (id) ON DELETE CASCADE,
    expires_ms  BIGINT NOT NULL
);
CREATE INDEX handoff_by_walkthrough ON handoff (walkthrough, expires_ms);
CREATE INDEX handoff_by_time ON handoff (expires_ms);

CREATE TABLE feedback (
    article TEXT NOT NULL,
    step    TEXT,
    helpful BIGINT NOT NULL,
    reason  TEXT,
    at_ms   BIGINT NOT NULL
);
CREATE INDEX feedback_by_article ON feedback (article, at_ms);
CREATE INDEX feedback_by_time ON feedback (at_ms);
