// SPDX-License-Identifier: BSD-3-Clause
// Priors of all numbers beside a normal, priors of positive numbers beside a log-normal.
#include "draw_and_score.hpp"

namespace {

template <class P>
constexpr bench::MakeWorkload beside_normal = bench::draw_and_score<blue::MeanFieldNormal, P>;
template <class P>
constexpr bench::MakeWorkload beside_log_normal =
    bench::draw_and_score<blue::MeanFieldLogNormal, P>;

}  // namespace

const bench::Workloads bench::draw_and_score_priors{
    {"draw-and-score-prior-laplace", beside_normal<blue::MeanFieldLaplace>},
    {"draw-and-score-prior-logistic", beside_normal<blue::MeanFieldLogistic>},
    {"draw-and-score-prior-student-t", beside_normal<blue::MeanFieldStudentT>},
    {"draw-and-score-prior-cauchy", beside_normal<blue::MeanFieldCauchy>},
    {"draw-and-score-prior-scale-mixture", beside_normal<blue::ScaleMixturePrior>},
    {"draw-and-score-prior-spike-and-slab-lasso", beside_normal<blue::SpikeAndSlabLassoPrior>},
    {"draw-and-score-prior-learned-scale", beside_normal<blue::LearnedScalePrior>},
    {"draw-and-score-prior-centred", beside_normal<blue::CentredPrior<>>},
    {"draw-and-score-prior-quiet", beside_normal<blue::BasicQuietPrior>},
    {"draw-and-score-prior-uniform", beside_normal<blue::UniformPrior>},
    {"draw-and-score-prior-log-normal", beside_log_normal<blue::MeanFieldLogNormal>},
    {"draw-and-score-prior-half-cauchy", beside_log_normal<blue::HalfCauchyPrior>},
};
