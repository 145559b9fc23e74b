#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Prints PyTorch's numbers for tests/layers: layers without parameters on a fixed input.

Each line is a call of compare_with_reference (tests/support/reference.hpp): the sum of
cos(1 + 0.7 i) y_i over the outputs, and of sin(1 + 0.3 j) dx_j over the gradients of this sum.
"""
import torch
from torch import nn

SHAPES = {"One": (3, 11), "Two": (2, 7, 9), "Three": (2, 5, 6, 4), "Row": (3, 8)}

POOLING = [
    ("One", "MaxPool1d<3>", nn.MaxPool1d(3)),
    ("One", "MaxPool1d<3, stride<1>, padding<1>, dilation<2>>", nn.MaxPool1d(3, 1, 1, 2)),
    ("One", "MaxPool1d<4, stride<3>, padding<2>, ceil_mode>", nn.MaxPool1d(4, 3, 2, ceil_mode=True)),
    ("Two", "MaxPool2d<2>", nn.MaxPool2d(2)),
    ("Two", "MaxPool2d<2, stride<1>>", nn.MaxPool2d(2, 1)),
    ("Two", "MaxPool2d<3, stride<2>, padding<1>>", nn.MaxPool2d(3, 2, 1)),
    ("Two", "MaxPool2d<window<3, 2>, stride<2, 3>, padding<1, 0>, dilation<1, 2>, ceil_mode>",
     nn.MaxPool2d((3, 2), (2, 3), (1, 0), (1, 2), ceil_mode=True)),
    ("Three", "MaxPool3d<2>", nn.MaxPool3d(2)),
    ("Three", "MaxPool3d<window<2, 3, 2>, stride<1, 2, 1>, padding<0, 1, 1>>",
     nn.MaxPool3d((2, 3, 2), (1, 2, 1), (0, 1, 1))),
    ("One", "AvgPool1d<3>", nn.AvgPool1d(3)),
    ("One", "AvgPool1d<4, stride<3>, padding<2>, ceil_mode>", nn.AvgPool1d(4, 3, 2, ceil_mode=True)),
    ("Two", "AvgPool2d<2>", nn.AvgPool2d(2)),
    ("Two", "AvgPool2d<3, stride<2>, padding<1>>", nn.AvgPool2d(3, 2, 1)),
    ("Two", "AvgPool2d<3, stride<2>, padding<1>, ceil_mode, count_include_pad<false>>",
     nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False)),
    ("Two", "AvgPool2d<window<3, 2>, stride<3>, padding<1>, ceil_mode>",
     nn.AvgPool2d((3, 2), 3, 1, ceil_mode=True)),
    ("Three", "AvgPool3d<2, stride<1>>", nn.AvgPool3d(2, 1)),
    ("Three", "AvgPool3d<window<2, 3, 2>, stride<2>, padding<1>, count_include_pad<false>>",
     nn.AvgPool3d((2, 3, 2), 2, 1, count_include_pad=False)),
    ("One", "AdaptiveAvgPool1d<4>", nn.AdaptiveAvgPool1d(4)),
    ("One", "AdaptiveMaxPool1d<15>", nn.AdaptiveMaxPool1d(15)),
    ("Two", "AdaptiveAvgPool2d<1>", nn.AdaptiveAvgPool2d(1)),
    ("Two", "AdaptiveAvgPool2d<3, 4>", nn.AdaptiveAvgPool2d((3, 4))),
    ("Two", "AdaptiveMaxPool2d<7, 3>", nn.AdaptiveMaxPool2d((7, 3))),
    ("Three", "AdaptiveAvgPool3d<2, 4, 3>", nn.AdaptiveAvgPool3d((2, 4, 3))),
    ("Three", "AdaptiveMaxPool3d<3>", nn.AdaptiveMaxPool3d(3)),
]

RESAMPLING = [
    ("One", "ZeroPad1d<2>", nn.ConstantPad1d(2, 0.0)),
    ("Two", "ZeroPad2d<1, 2>", nn.ZeroPad2d((2, 2, 1, 1))),
    ("Three", "ZeroPad3d<0, 1, 2, 0, 1, 3>", nn.ConstantPad3d((1, 3, 2, 0, 0, 1), 0.0)),
    ("Two", "ConstantPad2d<1, 0, 2, 3>(-1.5)", nn.ConstantPad2d((2, 3, 1, 0), -1.5)),
    ("One", "ReflectionPad1d<3, 2>", nn.ReflectionPad1d((3, 2))),
    ("Two", "ReflectionPad2d<2>", nn.ReflectionPad2d(2)),
    ("Three", "ReflectionPad3d<1, 2, 3, 0, 0, 2>", nn.ReflectionPad3d((0, 2, 3, 0, 1, 2))),
    ("One", "ReplicationPad1d<2>", nn.ReplicationPad1d(2)),
    ("Two", "ReplicationPad2d<3, 1>", nn.ReplicationPad2d((1, 1, 3, 3))),
    ("Three", "ReplicationPad3d<1, 2, 3, 0, 0, 2>", nn.ReplicationPad3d((0, 2, 3, 0, 1, 2))),
    ("One", "CircularPad1d<11, 2>", nn.CircularPad1d((11, 2))),
    ("Two", "CircularPad2d<2>", nn.CircularPad2d(2)),
    ("Three", "CircularPad3d<1, 2, 3, 0, 0, 2>", nn.CircularPad3d((0, 2, 3, 0, 1, 2))),
    ("One", "Upsample1d<3>", nn.Upsample(scale_factor=3)),
    ("Two", "Upsample2d<2, 3>", nn.Upsample(scale_factor=(2, 3))),
    ("Three", "Upsample3d<2>", nn.Upsample(scale_factor=2)),
    ("One", "LinearUpsample1d<2>", nn.Upsample(scale_factor=2, mode="linear")),
    ("Two", "LinearUpsample2d<2>", nn.Upsample(scale_factor=2, mode="bilinear")),
    ("Two", "LinearUpsample2d<3, 4>", nn.Upsample(scale_factor=(3, 4), mode="bilinear")),
    ("Three", "LinearUpsample3d<2, 1, 3>", nn.Upsample(scale_factor=(2, 1, 3), mode="trilinear")),
]


def line(shape, name, layer):
    extents = SHAPES[shape]
    batch = 6
    count = batch * torch.tensor(extents).prod().item()
    i = torch.arange(count)
    x = ((7 * i % 23 - 11) / 4.0 + (i % 5) / 8.0).double().reshape(batch, *extents)
    x.requires_grad_()
    y = layer(x).flatten()
    root = (torch.cos(1 + 0.7 * torch.arange(y.numel()).double()) * y).sum()
    root.backward()
    weights = torch.sin(1 + 0.3 * torch.arange(count).double())
    total = (weights * x.grad.flatten()).sum()
    braces = "" if name.endswith(")") else "{}"
    return f"compare_with_reference<{shape}>({name}{braces}, {root.item():.15g}, {total.item():.15g});"


if __name__ == "__main__":
    for group in (POOLING, RESAMPLING):
        for case in group:
            print("    " + line(*case))
        print()
