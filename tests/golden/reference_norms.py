#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Prints PyTorch's numbers for tests/golden/norms.test.cpp: layers with deterministic parameters,
normalisation layers and PReLU, with fixed inputs and parameters.

Each line is a call there. The loss is the sum of cos(1 + 0.7 i) y_i over the outputs. The numbers
are this sum, and the sum of sin(1 + 0.3 j) g_j over the gradients of the input and of each
parameter; for batch normalisation in training also the sum of cos(1 + 0.7 i) b_i over each buffer
after the pass.
"""
import torch
from torch import nn

BATCH = 4
SHAPES = {"Row": (6,), "Rows": (3, 6), "Sequence": (6, 5), "Image": (6, 3, 2),
          "Volume": (6, 2, 3, 2)}

LAYERS = [
    ("Row", "LayerNorm<6, B>", nn.LayerNorm(6)),
    ("Rows", "LayerNorm<6, B>", nn.LayerNorm(6)),
    ("Rows", "LayerNorm<6, without_bias, B>", nn.LayerNorm(6, bias=False)),
    ("Rows", "LayerNorm<6, without_affine, B>", nn.LayerNorm(6, elementwise_affine=False)),
    ("Row", "GroupNorm<2, 6, B>", nn.GroupNorm(2, 6)),
    ("Image", "GroupNorm<3, 6, B>", nn.GroupNorm(3, 6)),
    ("Image", "GroupNorm<1, 6, B>", nn.GroupNorm(1, 6)),
    ("Image", "GroupNorm<6, 6, without_affine, B>",
     nn.GroupNorm(6, 6, affine=False)),  # instance normalisation
    ("Row", "BatchNorm<6, B>", nn.BatchNorm1d(6)),
    ("Sequence", "BatchNorm<6, B>", nn.BatchNorm1d(6)),
    ("Image", "BatchNorm<6, B>", nn.BatchNorm2d(6)),
    ("Image", "BatchNorm<6, without_affine, B>", nn.BatchNorm2d(6, affine=False)),
    ("Volume", "BatchNorm<6, B>", nn.BatchNorm3d(6)),
    ("Image", "PReLU<1, B>", nn.PReLU()),
    ("Image", "PReLU<6, B>", nn.PReLU(6)),
    ("Row", "PReLU<6, B>", nn.PReLU(6)),
]


def pattern(count, shift):
    """Numbers that are exact in every format; not 0 for the shifts below."""
    i = torch.arange(count)
    return ((5 * i + 3 * shift) % 13 - 6).double() / 16 + 1 / 64


def weighted(values, function, factor):
    flat = values.flatten()
    return (function(1 + factor * torch.arange(flat.numel()).double()) * flat).sum()


def line(shape, name, layer, training):
    layer = layer.double().train(training)
    layer.zero_grad()
    with torch.no_grad():
        for k, weight in enumerate(layer.parameters()):
            weight.copy_(1 + pattern(weight.numel(), k + 1))
        for buffer in layer.buffers():
            if buffer.is_floating_point():
                buffer.copy_(1 + pattern(buffer.numel(), 7))
    extents = (BATCH, *SHAPES[shape])
    x = 2 * pattern(torch.tensor(extents).prod().item(), 1).reshape(extents)
    x.requires_grad_()
    loss = weighted(layer(x), torch.cos, 0.7)
    loss.backward()
    numbers = [loss.item(), weighted(x.grad, torch.sin, 0.3).item()]
    numbers += [weighted(p.grad, torch.sin, 0.3).item() for p in layer.parameters()]
    if training:
        numbers += [weighted(b, torch.cos, 0.7).item() for b in layer.buffers()
                    if b.is_floating_point()]
    values = ", ".join(f"{number:.15g}" for number in numbers)
    mode = "training" if training else "prediction"
    return f"compare<{shape}, {name}>({mode}, {{{values}}});"


if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)
    for shape, name, layer in LAYERS:
        modes = (True, False) if "BatchNorm" in name else (False,)
        for training in modes:
            print("    " + line(shape, name, layer, training))
