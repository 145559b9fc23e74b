// SPDX-License-Identifier: BSD-3-Clause
// The network of width 512 with other estimators.
#include "mlp.hpp"

namespace {

template <class Q>
using TrainAnalytical =
    bench::Train<bench::Mlp<512, Q>, blue::AnalyticalKullbackLeiblerLoss<blue::Categorical>>;

/// One pass with means and variances instead of draws, which `samples` does not change.
class PredictMoments final : public bench::Workload {
public:
    explicit PredictMoments(const bench::Parameters& parameters)
        : inputs_(bench::random_inputs<Net>(parameters.batch)) {}

    double step() override {
        const blue::ClassPrediction prediction = predictor_(inputs_);
        return std::accumulate(prediction.probabilities.begin(), prediction.probabilities.end(),
                               0.0);
    }

private:
    using Net = bench::OnBackend<bench::Mlp<512>>;
    blue::Array<float> inputs_;
    Net net_{blue::Seed{1}};
    blue::Predictor<Net, blue::Categorical, blue::MomentPropagation> predictor_{net_, {}};
};

using Lrt = blue::LocalReparameterization<blue::MeanFieldNormal>;
using Flipout = blue::Flipout<blue::MeanFieldNormal>;

const bench::Registered mlp_estimators{
    {"mlp-train-lrt", 512, bench::make<TrainAnalytical<Lrt>>},
    {"mlp-train-flipout", 512, bench::make<TrainAnalytical<Flipout>>},
    {"mlp-predict-moments", 512, bench::make<PredictMoments>},
};

}  // namespace
