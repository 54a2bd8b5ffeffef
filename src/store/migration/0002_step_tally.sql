-- How often each step was tried, and how often it solved, over all walkthroughs; kept with the answers it counts.

CREATE TABLE step_tally (
    article TEXT NOT NULL,
    step    TEXT NOT NULL,
    tried   BIGINT NOT NULL,
    solved  BIGINT NOT NULL,
    PRIMARY KEY (article, step)
);

INSERT INTO step_tally (article, step, tried, solved)
SELECT article, step, COUNT(DISTINCT walkthrough), COUNT(DISTINCT CASE WHEN outcome = 'solved' THEN walkthrough END)
FROM answer
WHERE article IS NOT NULL AND step IS NOT NULL AND outcome IN ('solved', 'not_solved') AND NOT EXISTS (
    SELECT 1 FROM answer later
    WHERE later.walkthrough = answer.walkthrough AND later.takes_back = answer.said_together)
GROUP BY article, step;
