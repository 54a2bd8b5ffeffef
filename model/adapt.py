#!/usr/bin/env python3
"""Learns household.bin: a matrix after the encoder, from questions and the articles that answer them.

  cargo run --release --example lessons -- kb model/questions.tsv > lessons.tsv
  adapt.py lessons.tsv household.bin          (needs numpy and torch; two minutes on two cores)

An article is as near to a question as the program sees it (src/index/vectors.rs): the nearest of its
texts by place, each seen from the middle of all texts; the four places are weighed and summed. The
matrix starts as the identity, is drawn back to it, and is moved so that the right article stands before all
others (softmax over the articles, Adam). The same lessons give the same matrix up to rounding.

Form of household.bin: 'E5A1', then 384 x 384 16-bit floats, little endian; row i is what number i of a
vector adds to each number of the adapted one.
"""
import sys

import numpy as np
import torch
from torch.nn.functional import dropout, normalize

WIDTH, PLACES = 384, ["Title", "Symptom", "Body", "Heading"]
WEIGHTS = [3.0, 8.3, 6.6, 10.8]     # of the places, to begin with; they are learned along and thrown away
SHARPNESS = 0.5                     # of the softmax
DRAW, DROP = 1e-3, 0.15             # how strongly the matrix is drawn back to the identity; numbers left out
STEPS, BATCH, RATE = 300, 256, 2e-3
# Of what is learned so much is kept: all of it serves the articles asked about best, and takes away from those that are
# new to it.
KEPT = 0.4


def read(path):
    texts, questions = [], []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            kind, *rest = line.rstrip("\n").split("\t")
            rest[-1] = np.array(rest[-1].split(" "), dtype=np.float32)
            (texts if kind == "text" else questions).append(rest)
    return texts, questions


class Lessons:
    def __init__(self, texts, questions):
        self.ids = sorted({t[0] for t in texts})
        number = {a: i for i, a in enumerate(self.ids)}
        vectors = torch.tensor(np.stack([t[3] for t in texts]))
        self.middle = vectors.mean(0)
        self.texts = vectors - self.middle
        self.is_staff = torch.tensor([t[2] == "staff" for t in texts])
        own = {t[0] for t in texts if t[1] == "Title" and t[2] == "staff"}
        questions = [q for q in questions if all(a in number for a in q[0].split(","))]
        self.questions = torch.tensor(np.stack([q[1] for q in questions])) - self.middle
        self.by_staff = torch.tensor([any(a in own for a in q[0].split(",")) for q in questions])
        self.right = torch.zeros(len(questions), len(self.ids), dtype=torch.bool)
        for row, q in enumerate(questions):
            for a in q[0].split(","):
                self.right[row, number[a]] = True
        self.places = [self.rows(texts, place) for place in PLACES]

    def rows(self, texts, place):
        """The texts of each article at a place, padded with -1."""
        of = [[n for n, t in enumerate(texts) if t[0] == a and t[1] == place] for a in self.ids]
        return torch.tensor([rows + [-1] * (max(map(len, of)) - len(rows)) for rows in of])

    def scores(self, matrix, weights, questions, by_staff):
        texts = self.texts @ matrix
        texts = texts / texts.norm(dim=1).mean()
        near = normalize(questions @ matrix, dim=1) @ texts.T
        near = near.masked_fill(~by_staff[:, None] & self.is_staff, -1e3)
        total, title = 0, None
        for rows, weight in zip(self.places, weights):
            best = near[:, rows.clamp(min=0)].masked_fill(rows < 0, -1e3).max(-1).values
            title = best if title is None else title
            total = total + weight * torch.where(best < -500, title, best)
        return total * SHARPNESS


def learn(lessons):
    torch.manual_seed(0)
    change = torch.zeros(WIDTH, WIDTH, requires_grad=True)
    weights = torch.tensor(WEIGHTS).log().requires_grad_()
    optimizer = torch.optim.Adam([change, weights], betas=(0.9, 0.99))
    for step in range(1, STEPS + 1):
        optimizer.param_groups[0]["lr"] = RATE * min(1, step / 20) * (1 - 0.9 * step / STEPS)
        batch = torch.randint(len(lessons.questions), (BATCH,))
        questions = dropout(lessons.questions[batch], DROP)
        scores = lessons.scores(torch.eye(WIDTH) + change, weights.exp(), questions, lessons.by_staff[batch])
        right = scores.masked_fill(~lessons.right[batch], -1e9)
        loss = (scores.logsumexp(1) - right.logsumexp(1)).mean() + DRAW * (change**2).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 50 == 0:
            print(f"step {step}: loss {loss.item():.3f}", file=sys.stderr)
    return (torch.eye(WIDTH) + KEPT * change).detach().numpy()


def main():
    source, target = sys.argv[1:]
    matrix = learn(Lessons(*read(source)))
    with open(target, "wb") as out:
        out.write(b"E5A1" + matrix.astype("<f2").tobytes())


if __name__ == "__main__":
    main()
