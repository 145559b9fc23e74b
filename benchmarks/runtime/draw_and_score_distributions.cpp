// SPDX-License-Identifier: BSD-3-Clause
#include "draw_and_score.hpp"

const bench::Workloads bench::draw_and_score_distributions{
    {"draw-and-score-normal", draw_and_score<blue::MeanFieldNormal>},
    {"draw-and-score-softplus", draw_and_score<blue::SoftplusScale<blue::MeanFieldNormal>>},
    {"draw-and-score-laplace", draw_and_score<blue::MeanFieldLaplace>},
    {"draw-and-score-logistic", draw_and_score<blue::MeanFieldLogistic>},
    {"draw-and-score-student-t", draw_and_score<blue::MeanFieldStudentT>},
    {"draw-and-score-cauchy", draw_and_score<blue::MeanFieldCauchy>},
    {"draw-and-score-log-normal", draw_and_score<blue::MeanFieldLogNormal>},
};
