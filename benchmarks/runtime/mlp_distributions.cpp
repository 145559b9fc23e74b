// SPDX-License-Identifier: BSD-3-Clause
// The network of width 512 with other variational distributions; the prior stays normal.
#include "mlp.hpp"

namespace {

template <class Q>
constexpr bench::MakeWorkload train = bench::make<bench::Train<bench::Mlp<512, Q>>>;

const bench::Registered mlp_distributions{
    {"mlp-train-cauchy", 512, train<blue::MeanFieldCauchy>},
    {"mlp-train-laplace", 512, train<blue::MeanFieldLaplace>},
    {"mlp-train-log-normal", 512, train<blue::MeanFieldLogNormal>},
    {"mlp-train-logistic", 512, train<blue::MeanFieldLogistic>},
    {"mlp-train-radial", 512, train<blue::Radial>},
    {"mlp-train-softplus", 512, train<blue::SoftplusScale<blue::MeanFieldNormal>>},
    {"mlp-train-student-t", 512, train<blue::MeanFieldStudentT>},
};

}  // namespace
