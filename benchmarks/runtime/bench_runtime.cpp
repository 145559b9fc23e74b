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

void require_width(long expected, const Parameters& parameters) {
    if (parameters.width != expected)
        throw Unsupported("compiled for width " + std::to_string(expected) + ", not " +
                          std::to_string(parameters.width));
}

std::unique_ptr<Workload> mlp_train(const Parameters& parameters) {
    if (parameters.depth == 2)
        return with_width(parameters.width,
                          [&](auto width) { return bench::make_mlp_train<width>(parameters); });
    require_width(512, parameters);
    if (parameters.depth == 4) return bench::make_mlp_train<512, 4>(parameters);
    if (parameters.depth == 8) return bench::make_mlp_train<512, 8>(parameters);
    throw Unsupported("compiled for depth 2, 4 and 8, not " + std::to_string(parameters.depth));
}
std::unique_ptr<Workload> mlp_predict(const Parameters& parameters) {
    return with_width(parameters.width,
                      [&](auto width) { return bench::make_mlp_predict<width>(parameters); });
}
template <long Width, bench::MakeWorkload Make>
std::unique_ptr<Workload> of_width(const Parameters& parameters) {
    require_width(Width, parameters);
    return Make(parameters);
}

const bench::Workloads of_any_width{
    {"mlp-train", mlp_train},
    {"mlp-predict", mlp_predict},
    {"lenet-train", of_width<28, bench::make_lenet_train>},
    {"lenet-predict", of_width<28, bench::make_lenet_predict>},
    {"transformer-train", of_width<64, bench::make_transformer_train>},
    {"lstm-train", of_width<64, bench::make_lstm_train>},
    {"normals", bench::make_normals},
};

std::unique_ptr<Workload> make(const std::string& name, const Parameters& parameters) {
    blue::set_num_threads(static_cast<int>(parameters.threads));
    if (parameters.depth != 2 && name != "mlp-train")
        throw Unsupported("only mlp-train is compiled for other depths than 2");
    std::string known;
    for (const bench::Workloads* workloads :
         {&of_any_width, &bench::mlp_estimators, &bench::mlp_distributions, &bench::mlp_bfloat16,
          &bench::draw_and_score_distributions, &bench::draw_and_score_priors}) {
        const auto found = workloads->find(name);
        if (found != workloads->end()) {
            if (name.starts_with("mlp-") && workloads != &of_any_width)
                require_width(512, parameters);
            return found->second(parameters);
        }
        for (const auto& workload : *workloads) known += " " + workload.first;
    }
    throw Unsupported("no workload " + name + "; there are" + known);
}

}  // namespace

int main(int argc, char** argv) {
    const std::string version = std::to_string(blue::version_major) + "." +
                                std::to_string(blue::version_minor) + "." +
                                std::to_string(blue::version_patch);
    return bench::serve(argc, argv, version, make);
}
