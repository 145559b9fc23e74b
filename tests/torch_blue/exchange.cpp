// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The C++ half of scripts/check-torch-blue: exchange MODEL INPUTS OUTPUTS COPY loads the model,
/// writes its outputs for the inputs, and saves the model again.
#include <blue/blue.hpp>
#include <blue/io/safetensors.hpp>
#include <blue/io/state_dict.hpp>

#include <algorithm>
#include <cstdio>

// exchange.py has the same network in Python.
using Net = blue::Sequential<blue::Linear<4, 6>, blue::Tanh,  //
                             blue::Residual<blue::Linear<6, 6>, blue::ReLU>,
                             blue::Linear<6, 3, blue::NonBayesian>>;

int main(int count, char** paths) {
    if (count != 5) return 2;
    try {
        Net net{blue::Seed{1}};
        blue::io::load(net, paths[1]);
        const auto inputs = blue::io::read_safetensors(paths[2]).as<float>("inputs");
        blue::Tape<blue::Cpu<float>> tape;
        const auto x = tape.input<blue::shape<4>>(inputs.data(), inputs.rows());
        const auto outputs = blue::forward(net, tape, x, {.samples = 1}).samples.to_host();
        blue::Array<float> table({inputs.rows(), 3});
        std::copy(outputs.begin(), outputs.end(), table.begin());
        blue::io::NamedTensors file;
        file.add("outputs", table);
        blue::io::write_safetensors(paths[3], file);
        blue::io::save(net, paths[4]);
    } catch (const blue::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
