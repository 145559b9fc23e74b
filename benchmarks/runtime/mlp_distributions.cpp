// SPDX-License-Identifier: BSD-3-Clause
// The network of width 512 with other variational distributions; the prior stays normal.
#include "mlp.hpp"

namespace {

template <class Q>
constexpr bench::MakeWorkload train = bench::make<bench::Train<bench::Mlp<512, Q>>>;

}  // namespace

const bench::Workloads bench::mlp_distributions{
    {"mlp-train-cauchy", train<blue::MeanFieldCauchy>},
    {"mlp-train-laplace", train<blue::MeanFieldLaplace>},
    {"mlp-train-log-normal", train<blue::MeanFieldLogNormal>},
    {"mlp-train-logistic", train<blue::MeanFieldLogistic>},
    {"mlp-train-radial", train<blue::Radial>},
    {"mlp-train-softplus", train<blue::SoftplusScale<blue::MeanFieldNormal>>},
    {"mlp-train-student-t", train<blue::MeanFieldStudentT>},
};
