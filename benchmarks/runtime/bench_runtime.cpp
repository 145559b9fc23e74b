// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// `blue` as an implementation in the runtime benchmark: bench_runtime WORKLOAD KEY=VALUE...
#include "workloads.hpp"

#include <blue/backends/cpu/pool.hpp>
#include <blue/version.hpp>

namespace {

using bench::Parameters;
using bench::Unsupported;
using bench::Workload;

/// The widths of the network that have a translation unit.
template <class Visit>
std::unique_ptr<Workload> with_width(long width, Visit visit) {
    switch (width) {
        case 128:
            return visit(std::integral_constant<blue::Index, 128>{});
        case 512:
            return visit(std::integral_constant<blue::Index, 512>{});
        case 1200:
            return visit(std::integral_constant<blue::Index, 1200>{});
        case 2048:
            return visit(std::integral_constant<blue::Index, 2048>{});
    }
    throw Unsupported("compiled for width 128, 512, 1200 and 2048, not " + std::to_string(width));
}

std::unique_ptr<Workload> make(const std::string& name, const Parameters& parameters) {
    blue::set_num_threads(static_cast<int>(parameters.threads));
    if (name == "mlp-train")
        return with_width(parameters.width,
                          [&](auto width) { return bench::make_mlp_train<width>(parameters); });
    if (name == "mlp-predict")
        return with_width(parameters.width,
                          [&](auto width) { return bench::make_mlp_predict<width>(parameters); });
    if (const auto variant = bench::mlp_variants.find(name); variant != bench::mlp_variants.end()) {
        if (parameters.width != 512)
            throw Unsupported("compiled for width 512, not " + std::to_string(parameters.width));
        return variant->second(parameters);
    }
    if (name.starts_with("lenet") && parameters.width != 28)
        throw Unsupported("compiled for images of width 28, not " +
                          std::to_string(parameters.width));
    if (name == "lenet-train") return bench::make_lenet_train(parameters);
    if (name == "lenet-predict") return bench::make_lenet_predict(parameters);
    if (name == "transformer-train") return bench::make_transformer_train(parameters);
    if (name == "lstm-train") return bench::make_lstm_train(parameters);
    std::string known =
        "mlp-train, mlp-predict, lenet-train, lenet-predict, transformer-train, "
        "lstm-train";
    for (const auto& variant : bench::mlp_variants) known += ", " + variant.first;
    throw Unsupported("no workload " + name + "; there are " + known);
}

}  // namespace

int main(int argc, char** argv) {
    const std::string version = std::to_string(blue::version_major) + "." +
                                std::to_string(blue::version_minor) + "." +
                                std::to_string(blue::version_patch);
    return bench::serve(argc, argv, version, make);
}
