// SPDX-License-Identifier: BSD-3-Clause
// Priors of all numbers beside a normal, priors of positive numbers beside a log-normal.
#include "draw_and_score.hpp"

namespace {

template <class P>
constexpr bench::MakeWorkload beside_normal = bench::draw_and_score<blue::MeanFieldNormal, P>;
template <class P>
constexpr bench::MakeWorkload beside_log_normal =
    bench::draw_and_score<blue::MeanFieldLogNormal, P>;

const bench::Registered draw_and_score_priors{
    {"draw-and-score-prior-laplace", 0, beside_normal<blue::MeanFieldLaplace>},
    {"draw-and-score-prior-logistic", 0, beside_normal<blue::MeanFieldLogistic>},
    {"draw-and-score-prior-student-t", 0, beside_normal<blue::MeanFieldStudentT>},
    {"draw-and-score-prior-cauchy", 0, beside_normal<blue::MeanFieldCauchy>},
    {"draw-and-score-prior-scale-mixture", 0, beside_normal<blue::ScaleMixturePrior>},
    {"draw-and-score-prior-spike-and-slab-lasso", 0, beside_normal<blue::SpikeAndSlabLassoPrior>},
    {"draw-and-score-prior-learned-scale", 0, beside_normal<blue::LearnedScalePrior>},
    {"draw-and-score-prior-centred", 0, beside_normal<blue::CentredPrior<>>},
    {"draw-and-score-prior-quiet", 0, beside_normal<blue::BasicQuietPrior>},
    {"draw-and-score-prior-uniform", 0, beside_normal<blue::UniformPrior>},
    {"draw-and-score-prior-log-normal", 0, beside_log_normal<blue::MeanFieldLogNormal>},
    {"draw-and-score-prior-half-cauchy", 0, beside_log_normal<blue::HalfCauchyPrior>},
};

}  // namespace
