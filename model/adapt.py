#!/usr/bin/env python3
"""Learns the built-in model: the encoder anew, from the questions people have asked.

  adapt.py kb e5-small-zh.bin household.bin          (needs numpy, pyyaml and torch; an hour on two cores)

Each article's title, symptoms and asked questions are examples of it; its `expect` questions are not looked at. The
encoder (all of it but the word and position tables) is learned together with a linear layer that tells from the mean
vector which article is meant; that layer is thrown away. The weights are rounded to 4 bits again, in the form of the
file that was read (convert.py). Sums in 16 bits on several threads differ from run to run, so another run gives
another file.
"""
import argparse
import pathlib
import random
import time

import numpy as np
import torch
import yaml
from torch import nn
from torch.nn import functional

from convert import Model

WIDTH, INNER, LAYERS, HEADS = 384, 1536, 12, 12
PIECES = 40                  # that are read of an example
BATCH, WARM_UP = 64, 100     # examples and steps
SHARPNESS = 3.0              # of the softmax over the articles
DROP, SMOOTH = 0.1, 0.05     # numbers left out, and what the other articles get of each example


class Encoder(nn.Module):
    """The forward pass of src/meaning/forward.rs, in the weights of the file before they are rounded to 8 bits."""

    def __init__(self, model):
        super().__init__()

        def numbers(name):
            four_bit, _, offset, size = model.tensors[name]
            raw = model.data[offset:offset + size]
            if not four_bit:
                return torch.tensor(np.frombuffer(raw, "<f4").copy())
            blocks = np.frombuffer(raw, np.uint8).reshape(-1, 18)
            scale, nibbles = blocks[:, :2].copy().view("<f2").astype(np.float32), blocks[:, 2:]
            halves = [(nibbles & 15).astype(np.float32) - 8, (nibbles >> 4).astype(np.float32) - 8]
            return torch.tensor((np.concatenate(halves, 1) * scale).reshape(-1))

        def norm(name):
            layer = nn.LayerNorm(WIDTH, eps=1e-12)
            layer.weight.data, layer.bias.data = numbers(name + ".w"), numbers(name + ".b")
            return layer

        def linear(names, n_out, n_in):
            layer = nn.Linear(n_in, n_out)
            layer.weight.data = torch.cat([numbers(name + ".w").view(-1, n_in) for name in names])
            layer.bias.data = torch.cat([numbers(name + ".b") for name in names])
            return layer

        self.words = nn.Embedding.from_pretrained(numbers("emb.word").view(-1, WIDTH))
        places = numbers("emb.pos").view(-1, WIDTH) + numbers("emb.type")[:WIDTH]
        self.places = nn.Parameter(places, requires_grad=False)
        self.norm = norm("emb.ln")
        self.layers = nn.ModuleList(
            nn.ModuleDict({
                "qkv": linear([f"l{n}.{part}" for part in "qkv"], 3 * WIDTH, WIDTH),
                "ao": linear([f"l{n}.ao"], WIDTH, WIDTH),
                "aln": norm(f"l{n}.aln"),
                "fi": linear([f"l{n}.fi"], INNER, WIDTH),
                "fo": linear([f"l{n}.fo"], WIDTH, INNER),
                "oln": norm(f"l{n}.oln"),
            })
            for n in range(LAYERS)
        )

    def forward(self, ids, mask):
        x = self.norm(self.words(ids) + self.places[:ids.shape[1]])
        size = (*ids.shape, 3, HEADS, WIDTH // HEADS)
        for layer in self.layers:
            q, k, v = layer["qkv"](x).view(size).permute(2, 0, 3, 1, 4)
            mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None, None, :])
            mixed = layer["ao"](mixed.transpose(1, 2).reshape(x.shape))
            x = layer["aln"](x + functional.dropout(mixed, DROP, self.training))
            inner = layer["fo"](functional.gelu(layer["fi"](x)))
            x = layer["oln"](x + functional.dropout(inner, DROP, self.training))
        mask = mask[..., None].to(x.dtype)
        return (x * mask).sum(1) / mask.sum(1)


def examples(kb, model):
    """Ids of pieces and the number of the article, for each text; and how many articles there are."""
    texts, n_articles = [], 0
    for path in sorted(pathlib.Path(kb).glob("*/*.md")):
        parts = path.read_text(encoding="utf-8").split("---\n", 2)
        head = yaml.safe_load(parts[1]) if len(parts) == 3 and not parts[0] else None
        if not isinstance(head, dict) or "title" not in head:
            continue
        for text in [head["title"], *head.get("symptoms", []), *head.get("asked", [])]:
            ids = [model.bos, *model.content("query: " + str(text).lower()), model.eos][:PIECES]
            texts.append((ids, n_articles))
        n_articles += 1
    return texts, n_articles


def batches(texts):
    """All texts once, by chance, those of about the same length together."""
    order = random.sample(texts, len(texts))
    out = []
    for start in range(0, len(order), 50 * BATCH):
        part = sorted(order[start:start + 50 * BATCH], key=lambda text: len(text[0]))
        out += [part[i:i + BATCH] for i in range(0, len(part), BATCH)]
    random.shuffle(out)
    return out


def tensors(batch, padding):
    longest = max(len(ids) for ids, _ in batch)
    ids = torch.full((len(batch), longest), padding)
    mask = torch.zeros(len(batch), longest, dtype=torch.bool)
    for row, (text, _) in enumerate(batch):
        ids[row, :len(text)], mask[row, :len(text)] = torch.tensor(text), True
    return ids, mask, torch.tensor([article for _, article in batch])


def learn(encoder, texts, n_articles, padding, rounds, rate):
    head = nn.Linear(WIDTH, n_articles)
    learned = [p for p in encoder.parameters() if p.requires_grad]
    groups = [{"params": learned, "most": rate}, {"params": head.parameters(), "most": 2e-3}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    n_steps, step, mean, began = rounds * len(texts) // BATCH, 0, 0.0, time.time()
    for _ in range(rounds):
        for batch in batches(texts):
            ids, mask, right = tensors(batch, padding)
            for group in optimizer.param_groups:
                group["lr"] = group["most"] * min(1, (step + 1) / WARM_UP) * max(0.02, 1 - step / n_steps)
            with torch.autocast("cpu", torch.bfloat16):
                vectors = encoder(ids, mask)
            guess = head(SHARPNESS * functional.dropout(vectors.float(), DROP))
            loss = functional.cross_entropy(guess, right, label_smoothing=SMOOTH)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(learned, 1.0)
            optimizer.step()
            step += 1
            mean = loss.item() if step == 1 else 0.98 * mean + 0.02 * loss.item()
            if step % 100 == 0:
                print(f"{step} of {n_steps}: loss {mean:.3f}, {time.time() - began:.0f} s", flush=True)


def rounded(matrix):
    """A matrix as blocks of 32 weights: a 16-bit scale, then byte j with weights j (low half) and j + 16 (high half)."""
    blocks = matrix.detach().numpy().reshape(-1, 32)
    scale = (np.abs(blocks).max(1, keepdims=True).clip(1e-7) / 7).astype("<f2")
    nibbles = (np.rint(blocks / scale.astype(np.float32)).clip(-8, 7) + 8).astype(np.uint8)
    return np.concatenate([scale.view(np.uint8), nibbles[:, :16] | nibbles[:, 16:] << 4], 1).tobytes()


def write(model, before, after, kept, path):
    """The file that was read, with `kept` of what was learned."""
    before, after = before.state_dict(), after.state_dict()
    data = bytearray(model.data)

    def put(name, numbers):
        four_bit, _, offset, size = model.tensors[name]
        raw = rounded(numbers) if four_bit else numbers.detach().numpy().astype("<f4").tobytes()
        assert len(raw) == size, name
        data[offset:offset + size] = raw

    for name in before:
        if name.startswith(("words", "places")):
            continue
        learned = before[name] + kept * (after[name] - before[name])
        *place, part = name.split(".")
        prefix = "emb.ln" if place == ["norm"] else f"l{place[1]}.{place[2]}"
        if prefix.endswith("qkv"):
            for letter, third in zip("qkv", learned.chunk(3)):
                put(f"{prefix[:-3]}{letter}.{part[0]}", third)
        else:
            put(f"{prefix}.{part[0]}", learned)
    pathlib.Path(path).write_bytes(data)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("kb", "model", "out"):
        arguments.add_argument(name)
    arguments.add_argument("--rounds", type=int, default=4, help="how often each example is read")
    arguments.add_argument("--rate", type=float, default=1e-4, help="of learning, at its highest")
    arguments.add_argument("--kept", type=float, default=1.0, help="how much of what was learned")
    a = arguments.parse_args()
    random.seed(0)
    torch.manual_seed(0)
    model = Model(pathlib.Path(a.model).read_bytes())
    before, after = Encoder(model), Encoder(model)
    texts, n_articles = examples(a.kb, model)
    learn(after, texts, n_articles, model.pad, a.rounds, a.rate)
    write(model, before, after, a.kept, a.out)


if __name__ == "__main__":
    main()
