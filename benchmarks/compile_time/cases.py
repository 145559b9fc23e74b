# SPDX-License-Identifier: BSD-3-Clause
"""The translation units of the compile-time benchmark."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LAYERS = {"mlp_1": 1, "mlp_4": 4, "mlp_16": 16, "mlp_64": 64}
CASES = ["empty", "first_program", *LAYERS]

# One training step written out, and a prediction: what a user's program instantiates.
PROGRAM = """\
#include <blue/blue.hpp>

#include <cstdint>

using Net = {net};

int main() {{
    Net net{{blue::Seed{{1}}}};
    blue::Array<float> inputs({{64, {inputs}}});
    blue::Array<std::int32_t> labels({{64}});
    blue::KullbackLeiblerLoss objective{{blue::Categorical{{}}}};
    auto optimizer = blue::make_optimizer(net, blue::Adam{{}});
    blue::Tape<blue::Cpu<float>> tape;
    const auto x = tape.input<blue::shape<{inputs}>>(inputs.data(), 64);
    const auto y = blue::make_labels(tape, labels.data(), 64, {outputs});
    const auto result = blue::forward(net, tape, x, {{.samples = 10}});
    const auto loss = objective(result, y);
    blue::backward(loss);
    optimizer.step(net, tape);
    const auto prediction = blue::predict(net, blue::Categorical{{}}, inputs, {{.samples = 100}});
    return static_cast<int>(prediction.classes()[0]);
}}
"""


def model(layers: int) -> str:
    """Linear layers of which no two have the same shape, with ReLU in between."""
    linear = [f"blue::Linear<{20 + i}, {21 + i}>" for i in range(layers)]
    return "blue::Sequential<" + ", blue::ReLU,\n                             ".join(linear) + ">"


def source(case: str) -> str:
    """The text of a case; empty where the example that it measures does not exist."""
    if case == "empty":
        return "#include <blue/blue.hpp>\n"
    if case == "first_program":
        example = ROOT / "examples" / "01_first_bnn.cpp"
        return example.read_text() if example.exists() else ""
    return PROGRAM.format(net=model(LAYERS[case]), inputs=20, outputs=20 + LAYERS[case])
