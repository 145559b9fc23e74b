// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Models that move between the CPU and the CUDA backend, run on the host.
#include "support/catch.hpp"

#include "backends/cuda/networks.hpp"

#include <blue/backends/cpu/backend.hpp>
#include <blue/backends/cuda/backend.hpp>
#include <blue/models/ensemble.hpp>
#include <blue/models/to.hpp>

using namespace blue;
using namespace blue_test;

namespace {

template <class B>
using Members = Ensemble<2, Everything<B>>;

template <class M, class Shape, bool Whole = false>
std::vector<double> outputs(const M& model) {
    using B = backend_of<M>;
    using T = typename B::scalar;
    std::vector<T> x = numbers<T>(6 * Shape::size, Whole ? 0 : -2, Whole ? 7 : 2);
    if (Whole)
        for (T& id : x) id = std::floor(id);
    Tape<B> tape;
    const auto y = forward<Scores::none>(model, tape, tape.template input<Shape>(x.data(), 6),
                                         {.samples = 4, .seed = Seed{5}})
                       .samples.to_host();
    return {y.begin(), y.end()};
}

/// The largest difference of predictions on the host executor from those on the CPU; infinite when
/// the model that comes back predicts anything else.
template <template <class> class Net, class Shape, bool Whole = false>
double moved_difference(void (*change)(Net<Cpu<float>>&) = nullptr) {
    auto net = make<Net<Cpu<float>>>(Seed{3});
    if (change) change(net);
    const auto moved = to<Emulated<float>>(net);
    static_assert(std::is_same_v<std::remove_const_t<decltype(moved)>, Net<Emulated<float>>>);
    const auto expected = outputs<Net<Cpu<float>>, Shape, Whole>(net);
    const auto back = to<Net<Cpu<float>>>(to<Emulated<double>>(moved));
    if (outputs<Net<Cpu<float>>, Shape, Whole>(back) != expected)
        return std::numeric_limits<double>::infinity();
    return worst_of(outputs<Net<Emulated<float>>, Shape, Whole>(moved), expected);
}

}  // namespace

TEST_CASE("models predict the same on the CUDA backend and back", "[cuda]") {
    // Float, sums of up to a hundred terms in another order, a few layers.
    constexpr double tolerance = 1e-4;
    CHECK(moved_difference<Everything, shape<8>>() < tolerance);
    CHECK(moved_difference<Members, shape<8>>() < tolerance);
    CHECK(moved_difference<LeNet, shape<1, 12, 12>>([](auto& net) {
              layer<1>(net).eps = 0.1;
              layer<1>(net).template state<"running_mean">().parameter(0)[1] = 0.5f;
          }) < tolerance);
    CHECK(moved_difference<Encoder, shape<5>, true>(
              [](auto& net) { layer<0>(net).padding_idx = 2; }) < tolerance);
    CHECK(moved_difference<Fresh, shape<3, 4>>() < tolerance);
    CHECK(moved_difference<Recurrent, shape<3, 4>>([](auto& net) {
              freeze(layer<0>(net));
              freeze(layer<1>(net), Seed{9});
          }) < tolerance);
}
