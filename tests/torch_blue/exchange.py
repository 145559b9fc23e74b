# SPDX-License-Identifier: BSD-3-Clause
"""The Python half of scripts/check-torch-blue: exchange.py PROGRAM.

A torch_blue network goes to a C++ program and back: equal outputs there, equal parameters here.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch_blue.vi import VILinear, VIResidualConnection, VISequential
from torch_blue.vi.distributions import NonBayesian


def network():
    """The network of exchange.cpp."""
    return VISequential(VILinear(4, 6), torch.nn.Tanh(),
                        VIResidualConnection(VILinear(6, 6), torch.nn.ReLU()),
                        VILinear(6, 3, variational_distribution=NonBayesian()))


def main() -> int:
    torch.manual_seed(1)
    model = network()
    # Standard deviations that no float sees: a draw is the mean, and outputs can be compared.
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("_log_std"):
                parameter.uniform_(-60, -50)
    inputs = torch.randn(5, 4)
    model.return_log_probs = False
    with torch.no_grad():
        expected = torch.as_tensor(model(inputs, samples=1))[0]

    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{name}.safetensors"
                 for name in ("model", "inputs", "outputs", "copy")]
        save_file(model.state_dict(), paths[0])
        save_file({"inputs": inputs}, paths[1])
        subprocess.run([sys.argv[1], *map(str, paths)], check=True)
        outputs = load_file(paths[2])["outputs"]
        copy = load_file(paths[3])

    # Sums of at most 6 products of numbers of order 1, in another order: some 1e-7 each.
    error = (outputs - expected).abs().max().item()
    print(f"largest difference of {outputs.numel()} outputs: {error:.1e}")
    if not error < 2e-6:
        return 1
    again = network()
    again.load_state_dict(copy, strict=True)
    for name, parameter in model.state_dict().items():
        if not torch.equal(parameter, again.state_dict()[name]):
            print(f"{name} changed on its way")
            return 1
    print(f"{len(copy)} tensors came back unchanged")
    return 0


if __name__ == "__main__":
    sys.exit(main())
