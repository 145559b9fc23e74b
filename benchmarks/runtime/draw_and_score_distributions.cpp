// SPDX-License-Identifier: BSD-3-Clause
#include "draw_and_score.hpp"

static const bench::Registered draw_and_score_distributions{
    {"draw-and-score-normal", 0, bench::draw_and_score<blue::MeanFieldNormal>},
    {"draw-and-score-softplus", 0,
     bench::draw_and_score<blue::SoftplusScale<blue::MeanFieldNormal>>},
    {"draw-and-score-laplace", 0, bench::draw_and_score<blue::MeanFieldLaplace>},
    {"draw-and-score-logistic", 0, bench::draw_and_score<blue::MeanFieldLogistic>},
    {"draw-and-score-student-t", 0, bench::draw_and_score<blue::MeanFieldStudentT>},
    {"draw-and-score-cauchy", 0, bench::draw_and_score<blue::MeanFieldCauchy>},
    {"draw-and-score-log-normal", 0, bench::draw_and_score<blue::MeanFieldLogNormal>},
};
