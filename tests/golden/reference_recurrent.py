#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Prints PyTorch's numbers for tests/golden/recurrent.test.cpp: recurrent layers and embeddings
with fixed inputs, weights and states.

Each line is a call there. The loss is the sum of cos(1 + 0.7 i) y_i over the outputs and of
cos(2 + 0.7 i) s_i over the final states. The numbers are these two sums, and the sum of
sin(1 + 0.3 j) g_j over the gradients of the input, of the first states and of each weight.
"""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

BATCH, STEPS, WIDTH, HIDDEN = 3, 5, 3, 4

LAYERS = [
    ("RNN", "", nn.RNN, {}, None),
    ("RNN", "rectified, layers<2>, bidirectional", nn.RNN,
     {"nonlinearity": "relu", "num_layers": 2, "bidirectional": True}, None),
    ("LSTM", "", nn.LSTM, {}, None),
    ("LSTM", "layers<2>, bidirectional", nn.LSTM, {"num_layers": 2, "bidirectional": True},
     (3, 5, 1)),
    ("LSTM", "layers<2>, without_bias", nn.LSTM, {"num_layers": 2, "bias": False}, (2, 4, 4)),
    ("LSTM", "peephole", None, {}, None),
    ("GRU", "", nn.GRU, {}, (5, 1, 2)),
    ("GRU", "layers<2>, bidirectional", nn.GRU, {"num_layers": 2, "bidirectional": True}, None),
    ("GRU", "bidirectional", nn.GRU, {"bidirectional": True}, (4, 5, 2)),
]


def pattern(count, shift):
    """Numbers that are exact in every format."""
    i = torch.arange(count)
    return ((5 * i + 3 * shift) % 13 - 6).double() / 16


def weighted(values, offset, factor, function):
    flat = values.flatten()
    return (function(offset + factor * torch.arange(flat.numel()).double()) * flat).sum()


def outputs(values, offset):
    return weighted(values, offset, 0.7, torch.cos)


def gradient(values):
    return weighted(values, 1, 0.3, torch.sin).item()


class Peephole(nn.Module):
    """The recurrence of BLiTZ's BayesianLSTM(peephole=True), with PyTorch's names."""

    def __init__(self, width, hidden, batch_first):
        super().__init__()
        for name, like in nn.LSTM(width, hidden).named_parameters():
            self.register_parameter(name, like)

    def forward(self, x, state):
        h, c = (each[0] for each in state)
        outputs = []
        for t in range(x.shape[1]):
            of_input = x[:, t] @ self.weight_ih_l0.T + self.bias_ih_l0
            gates = of_input + c @ self.weight_hh_l0.T + self.bias_hh_l0
            i, f, _, o = gates.sigmoid().chunk(4, 1)
            c = f * c + i * of_input.chunk(4, 1)[2].sigmoid()
            h = (o * c).tanh()
            outputs.append(h)
        return torch.stack(outputs, 1), (h[None], c[None])


def line(name, options, kind, arguments, lengths):
    layer = (kind or Peephole)(WIDTH, HIDDEN, batch_first=True, **arguments).double()
    with torch.no_grad():
        for k, weight in enumerate(layer.parameters()):
            weight.copy_(pattern(weight.numel(), k).reshape(weight.shape))
    x = 2 * pattern(BATCH * STEPS * WIDTH, 1).reshape(BATCH, STEPS, WIDTH)
    x.requires_grad_()
    slots = arguments.get("num_layers", 1) * (2 if arguments.get("bidirectional") else 1)
    kinds = 2 if name == "LSTM" else 1
    # Here states are batch x slots x H, in PyTorch slots x batch x H.
    first = [pattern(BATCH * slots * HIDDEN, 2 + k).reshape(BATCH, slots, HIDDEN).requires_grad_()
             for k in range(kinds)]
    given = [state.transpose(0, 1).contiguous() for state in first]
    sequence = x
    if lengths:
        sequence = pack_padded_sequence(x, torch.tensor(lengths), True, enforce_sorted=False)
    y, last = layer(sequence, tuple(given) if kinds == 2 else given[0])
    if lengths:
        y, _ = pad_packed_sequence(y, True, total_length=STEPS)
    last = last if kinds == 2 else (last,)
    sums = [outputs(y, 1), sum(outputs(state.transpose(0, 1), 2) for state in last)]
    sum(sums).backward()
    zero = torch.zeros(1).double()
    numbers = [value.item() for value in sums]
    numbers += [gradient(zero if value.grad is None else value.grad)
                for value in (x, *first, *layer.parameters())]
    text = ", ".join(f"{number:.15g}" for number in numbers)
    lengths = ", ".join(map(str, lengths or ()))
    return f"check<{name}{', ' * bool(options)}{options}>({{{lengths}}}, {{{text}}});"


def embedding_line(options, padding=None, max_norm=None):
    """Seven vectors of four numbers; ids of 2 x 5 positions, some of them twice."""
    weight = (4 * pattern(28, 0).reshape(7, 4)).requires_grad_()
    ids = torch.tensor([[1, 0, 3, 3, 6], [2, 1, 1, 5, 0]])
    # nn.Embedding changes its vectors for max_norm and for padding; here both are part of the
    # function, with its derivative.
    table = weight
    if max_norm:
        norms = weight.norm(dim=1, keepdim=True)
        table = torch.where(norms > max_norm, weight * max_norm / norms, weight)
    if padding is not None:
        table = table * (torch.arange(7) != padding).double()[:, None]
    y = nn.functional.embedding(ids, table)
    layer = nn.Embedding(7, 4, max_norm=max_norm, padding_idx=padding).double()
    with torch.no_grad():
        layer.weight.copy_(weight)
        if padding is not None:
            layer.weight[padding] = 0
    assert torch.allclose(y, layer(ids), atol=1e-6)
    loss = outputs(y, 1)
    loss.backward()
    return f"check_embedding({options}, {loss.item():.15g}, {gradient(weight.grad):.15g});"


for entry in LAYERS:
    print("    " + line(*entry))
print("    " + embedding_line("{}"))
print("    " + embedding_line("{.padding_idx = 3}", padding=3))
print("    " + embedding_line("{.padding_idx = 3, .max_norm = 2}", padding=3, max_norm=2))
