// SPDX-License-Identifier: BSD-3-Clause
// What is known goes into a layer: a response never falls with the dose. 60 noisy measurements
// teach a network with a layer of its own more than one that has to find this out, and none of its
// draws breaks the law.
#include <blue/blue.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

using namespace blue::literals;

// Operations of one's own: forward, and the derivative by hand. Sums of the numbers so far:
struct CumulativeSum {
    void forward(auto x, auto y) const {
        y[0] = x[0];
        for (blue::Index i = 1; i < x.size(); ++i) y[i] = y[i - 1] + x[i];
    }
    void backward(auto x, auto, auto dy, auto dx) const {
        auto slope = 0 * dy[0];
        for (blue::Index i = x.size() - 1; i >= 0; --i) dx[i] += slope += dy[i];
    }
};

// The straight lines between levels, which lie evenly from 0 to 1.
struct Interpolate {
    template <class T>
    void forward(blue::Part<const T> x, blue::Part<const T> levels, blue::Part<T> y) const {
        for (blue::Index i = 0; i < x.size(); ++i) {
            const auto [left, t] = position(x[i], levels.size());
            y[i] = (1 - t) * levels[left] + t * levels[left + 1];
        }
    }
    void backward(auto x, auto levels, auto, auto dy, auto dx, auto dlevels) const {
        for (blue::Index i = 0; i < x.size(); ++i) {
            const auto [left, t] = position(x[i], levels.size());
            const auto intervals = static_cast<decltype(+t)>(levels.size() - 1);
            dx[i] += dy[i] * (levels[left + 1] - levels[left]) * intervals;
            dlevels[left] += dy[i] * (1 - t);
            dlevels[left + 1] += dy[i] * t;
        }
    }

private:
    template <class T>
    struct Position {
        blue::Index left;
        T t;
    };
    template <class T>
    static Position<T> position(T x, blue::Index levels) {
        const T scaled = x * static_cast<T>(levels - 1);
        const auto left = std::clamp<blue::Index>(static_cast<blue::Index>(scaled), 0, levels - 2);
        return {left, scaled - static_cast<T>(left)};
    }
};

// A curve that never falls, through random levels: a random variable of its own, another one only
// on request, and a factor that is trained as a plain number.
template <blue::Index Levels, bool HasOffset = true, class Q = blue::MeanFieldNormal,
          class P = blue::MeanFieldNormal, class B = blue::Cpu<float>>
struct RisingCurve : blue::Module<RisingCurve<Levels, HasOffset, Q, P, B>,
                                  blue::variables<blue::variable<"step", Levels>,
                                                  blue::optional_variable<HasOffset, "offset", 1>,
                                                  blue::parameter<"height", blue::ones, 1>>,
                                  Q, P, B> {
    template <class Shape>
    using expected_input = blue::replace_last<Shape, 1>;

    auto forward(auto& pass, auto x) const {
        const auto steps = softplus(2 * pass.sample(*this, "step"_v) - 3);
        const auto levels = rowwise(CumulativeSum{}, steps);
        return affine(rowwise(Interpolate{}, x, levels), exp(pass.sample(*this, "height"_v) - 1),
                      pass.sample(*this, "offset"_v));
    }
};

// The response: the curve of the dose, plus what a small network makes of the age. Not a stack.
struct Response : blue::Module<Response, blue::variables<>> {
    RisingCurve<12> dose;
    blue::Linear<1, 16> hidden;
    blue::Linear<16, 1, blue::without_bias> age;
    blue::LearnedNoise<1> noise;
    using children =
        blue::children<&Response::dose, &Response::hidden, &Response::age, &Response::noise>;
    using input_shape = blue::shape<2>;

    auto forward(auto& pass, auto x) const {
        const auto of_dose = dose(pass, slice<0, 0, 1>(x));
        const auto of_age = age(pass, tanh(hidden(pass, slice<0, 1, 1>(x))));
        return noise(pass, of_dose + of_age);
    }
};

// The same without the knowledge.
using Plain = blue::Sequential<blue::Linear<2, 32>, blue::Tanh, blue::Linear<32, 32>, blue::Tanh,
                               blue::Linear<32, 1>, blue::LearnedNoise<1>>;

float truth(float dose, float age) {
    return 1.5f / (1 + std::exp(-12 * (dose - 0.4f))) + 0.4f * std::sin(4 * age);
}

blue::Dataset<float> measurements(blue::Index n, float noise, std::uint64_t seed) {
    blue::Dataset<float> data{blue::Array<float>({n, 2}), blue::Array<float>({n, 1})};
    for (blue::Index i = 0; i < n; ++i) {
        const float dose = blue::random::uniform<float>({seed}, 4 * i);
        const float age = blue::random::uniform<float>({seed}, 4 * i + 1);
        float sum = -6;  // of twelve uniform numbers: nearly normal
        for (blue::Index k = 0; k < 12; ++k)
            sum += blue::random::uniform<float>({seed + 1}, 12 * i + k);
        data.inputs[2 * i] = dose;
        data.inputs[2 * i + 1] = age;
        data.targets[i] = truth(dose, age) + noise * sum;
    }
    return data;
}

// The share of steps in dose, of all draws, at which the response falls.
template <class Net>
double falling(const Net& net) {
    constexpr blue::Index doses = 101, draws = 100;
    blue::Array<float> grid({doses, 2});
    for (blue::Index i = 0; i < doses; ++i) {
        grid[2 * i] = static_cast<float>(i) / (doses - 1);
        grid[2 * i + 1] = 0.5f;
    }
    blue::Tape<blue::Cpu<float>> tape;
    const auto x = tape.input<blue::shape<2>>(grid.data(), doses);
    const auto result =
        blue::forward<blue::Scores::none>(net, tape, x, {.samples = draws, .training = false});
    const auto y = result.samples.to_host();  // draws x doses x (mean, raw scale of the noise)
    const auto at = [&](blue::Index s, blue::Index i) {
        return y[static_cast<std::size_t>((s * doses + i) * 2)];
    };
    int falls = 0;
    for (blue::Index s = 0; s < draws; ++s)
        for (blue::Index i = 1; i < doses; ++i) falls += at(s, i) < at(s, i - 1) - 1e-6f;
    return falls / static_cast<double>(draws * (doses - 1));
}

struct Result {
    double error, falling;
};

template <class Net>
Result trained(const char* name, Net net, const blue::Dataset<float>& train,
               const blue::Dataset<float>& exact, int epochs) {
    const blue::HeteroscedasticGaussian likelihood;
    blue::fit(net, blue::Elbo{likelihood, {.heat = 0.1}}, train,
              {.epochs = epochs,
               .batch_size = 60,
               .samples = 8,
               .schedule = blue::Schedule::cosine(),
               .progress = blue::Progress::none},
              blue::Adam{.learning_rate = 1e-2});
    const auto prediction = blue::predict(net, likelihood, exact.inputs, {.samples = 200});
    double squares = 0;
    for (blue::Index i = 0; i < exact.size(); ++i) {
        const double gap = prediction.mean[i] - static_cast<double>(exact.targets[i]);
        squares += gap * gap;
    }
    const Result result{std::sqrt(squares / static_cast<double>(exact.size())), falling(net)};
    std::printf("%s: error %.3f, falls with the dose at %.1f %% of the steps\n", name, result.error,
                100 * result.falling);
    return result;
}

int main() {
    const bool quick = std::getenv("BLUE_EXAMPLE_QUICK") != nullptr;
    const auto train = measurements(60, 0.3f, 1), exact = measurements(1000, 0, 3);
    const int epochs = quick ? 300 : 2000;
    const auto narrow = blue::posterior(blue::MeanFieldNormal{.std = 0.1});
    const Result own = trained("with the layer", blue::make<Response>(blue::Seed{1}, narrow), train,
                               exact, epochs);
    const Result plain = trained("without", Plain{blue::Seed{1}, narrow}, train, exact, epochs);
    if (own.falling > 0) return 1;  // never, however short the training
    return quick || own.error < plain.error ? 0 : 1;
}
