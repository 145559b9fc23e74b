#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Prints PyTorch's numbers for tests/layers/convolution.test.cpp: convolutions with fixed weights.

Inputs and the two sums are those of reference_layers.py; weight i is (5 i mod 13 - 6) / 8 and
bias i is (i mod 3 - 1) / 4.
"""
import torch
from torch import nn

SHAPES = {"One": (4, 11), "Two": (4, 7, 9), "Three": (2, 5, 6, 4)}

LAYERS = [
    ("One", "Conv1d<4, 6, kernel<3>, stride<2>, padding<1>, groups<2>>",
     nn.Conv1d(4, 6, 3, 2, 1, groups=2)),
    ("Two", "Conv2d<4, 3, kernel<3, 2>, stride<2, 1>, padding<1, 2>, dilation<1, 2>>",
     nn.Conv2d(4, 3, (3, 2), (2, 1), (1, 2), (1, 2))),
    ("Two", "Conv2d<4, 2, kernel<4>, same_padding, reflect_padding>",
     nn.Conv2d(4, 2, 4, padding="same", padding_mode="reflect")),
    ("Three", "Conv3d<2, 3, kernel<2, 3, 2>, padding<1, 0, 2>, circular_padding>",
     nn.Conv3d(2, 3, (2, 3, 2), padding=(1, 0, 2), padding_mode="circular")),
    ("One", "ConvTranspose1d<4, 3, kernel<3>>", nn.ConvTranspose1d(4, 3, 3)),
    ("One", "ConvTranspose1d<4, 6, kernel<4>, stride<3>, padding<2>, output_padding<2>, groups<2>>",
     nn.ConvTranspose1d(4, 6, 4, 3, 2, 2, groups=2)),
    ("Two", "ConvTranspose2d<4, 3, kernel<3>, stride<2>, padding<1>, output_padding<1>>",
     nn.ConvTranspose2d(4, 3, 3, 2, 1, 1)),
    ("Two", "ConvTranspose2d<4, 2, kernel<3, 2>, stride<1, 3>, padding<2, 0>, dilation<2, 1>, "
     "without_bias>", nn.ConvTranspose2d(4, 2, (3, 2), (1, 3), (2, 0), dilation=(2, 1), bias=False)),
    ("Two", "ConvTranspose2d<4, 4, kernel<2>, dilation<3>, output_padding<2, 0>, groups<4>>",
     nn.ConvTranspose2d(4, 4, 2, dilation=3, output_padding=(2, 0), groups=4)),
    ("Three", "ConvTranspose3d<2, 3, kernel<2, 3, 1>, stride<2, 1, 2>, padding<1, 1, 0>>",
     nn.ConvTranspose3d(2, 3, (2, 3, 1), (2, 1, 2), (1, 1, 0))),
]


def line(shape, name, layer):
    extents = SHAPES[shape]
    batch = 6
    count = batch * torch.tensor(extents).prod().item()
    i = torch.arange(count)
    x = ((7 * i % 23 - 11) / 4.0 + (i % 5) / 8.0).double().reshape(batch, *extents)
    x.requires_grad_()
    layer = layer.double()
    with torch.no_grad():
        i = torch.arange(layer.weight.numel())
        layer.weight.copy_(((5 * i % 13 - 6) / 8.0).reshape(layer.weight.shape))
        if layer.bias is not None:
            layer.bias.copy_((torch.arange(layer.bias.numel()) % 3 - 1) / 4.0)
    y = layer(x).flatten()
    root = (torch.cos(1 + 0.7 * torch.arange(y.numel()).double()) * y).sum()
    root.backward()
    weights = torch.sin(1 + 0.3 * torch.arange(count).double())
    total = (weights * x.grad.flatten()).sum()
    options = name[:-1] + ", Q, U, B>"
    return f"compare_with_reference<{shape}>(fixed<{options}>(), {root.item():.15g}, {total.item():.15g});"


if __name__ == "__main__":
    for case in LAYERS:
        print("    " + line(*case))
