// SPDX-License-Identifier: BSD-3-Clause
// A forecast with intervals: a recurrent network reads three solar cycles and predicts the number
// of sunspots in each of the following 22 years. It learns from the years up to 1986.
#include <blue/blue.hpp>
#include <blue/io/csv.hpp>

#include "support/bands.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>

constexpr blue::Index past = 33, future = 22;
using Net = blue::Sequential<blue::LSTM<1, 32, blue::steps<past>, blue::final_output>,
                             blue::Linear<32, 2 * future>>;  // means and raw scales

// Sunspots in units of 50, around the mean.
constexpr float mean_count = 50, unit = 50;

// All windows of the series: `past` years in, the `future` years behind them out.
blue::Dataset<float> windows(const blue::Array<float>& series) {
    const blue::Index n = series.size() - past - future + 1;
    blue::Dataset<float> data{blue::Array<float>({n, past, 1}), blue::Array<float>({n, future})};
    for (blue::Index i = 0; i < n; ++i) {
        std::copy_n(series.data() + i, past, data.inputs.row(i));
        std::copy_n(series.data() + i + past, future, data.targets.row(i));
    }
    return data;
}

int main() {
    const bool quick = std::getenv("BLUE_EXAMPLE_QUICK") != nullptr;
    const auto table =
        blue::io::read_csv(BLUE_SHIPPED_DATA "/sunspots/sunspots.csv", {.header = true});
    const blue::Index years = table.values.rows();
    blue::Array<float> series({years});
    for (blue::Index i = 0; i < years; ++i)
        series[i] = (static_cast<float>(table.values[2 * i + 1]) - mean_count) / unit;

    blue::Array<float> known({years - future});
    std::copy_n(series.data(), known.size(), known.data());
    const blue::HeteroscedasticGaussian likelihood;
    Net net{blue::Seed{1}, blue::posterior(blue::MeanFieldNormal{.std = 0.1})};
    blue::fit(net, blue::Elbo{likelihood}, windows(known),
              {.epochs = quick ? 2 : 250,
               .batch_size = 58,
               .samples = 8,
               .schedule = blue::Schedule::cosine(),
               .clip_norm = 1000,
               .progress = blue::Progress::none},
              blue::Adam{.learning_rate = 1e-2});

    // The years after 1986, from the 33 before.
    blue::Array<float> input({1, past, 1});
    std::copy_n(known.data() + known.size() - past, past, input.data());
    auto forecast = blue::predict(net, likelihood, input, {.samples = 400});
    const double scale = static_cast<double>(unit), offset = static_cast<double>(mean_count);
    blue::Index inside = 0;
    double error = 0, repeated = 0;
    std::printf("year  sunspots  forecast   +-\n");
    for (blue::Index t = 0; t < future; ++t) {
        forecast.mean[t] = offset + scale * forecast.mean[t];
        forecast.aleatoric_variance[t] *= scale * scale;
        forecast.epistemic_variance[t] *= scale * scale;
        const blue::Index at = years - future + t;
        const double truth = table.values[2 * at + 1], gap = truth - forecast.mean[t];
        const double again = truth - table.values[2 * (at - future) + 1];  // two cycles ago
        const double spread = 2 * forecast.std()[t];
        inside += std::abs(gap) < spread;
        error += gap * gap;
        repeated += again * again;
        std::printf("%4.0f  %8.1f  %8.1f  %5.1f\n", table.values[2 * at], truth, forecast.mean[t],
                    spread);
    }
    std::printf("%ld of %ld years within two standard deviations\n", static_cast<long>(inside),
                static_cast<long>(future));
    std::printf("error %.1f; of the years two cycles before, repeated: %.1f\n",
                std::sqrt(error / future), std::sqrt(repeated / future));

    // The last 100 years, and the forecast on top.
    blue::Dataset<float> shown{blue::Array<float>({100, 1}), blue::Array<float>({100, 1})};
    for (blue::Index i = 0; i < 100; ++i) {
        shown.inputs[i] = static_cast<float>(table.values[2 * (years - 100 + i)]);
        shown.targets[i] = static_cast<float>(table.values[2 * (years - 100 + i) + 1]);
    }
    blue::Array<float> forecast_years({future, 1});
    std::copy_n(shown.inputs.data() + 100 - future, future, forecast_years.data());
    blue_examples::write_bands(
        "time_series.html", shown, forecast_years, forecast,
        {"Sunspots", "The yearly number of sunspots, and a forecast from what was known in 1986."});
    std::printf("time_series.html shows the forecast\n");
}
