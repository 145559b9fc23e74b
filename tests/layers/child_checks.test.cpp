// SPDX-License-Identifier: BSD-3-Clause
// The messages are compared in tests/compile_fail/backend and tests/compile_fail/module.
#include <blue/blue.hpp>

#include "support/catch.hpp"

#include <type_traits>

using namespace blue;
using detail::backend_check, detail::backend_in, detail::layer_check, detail::valid_children;
namespace mp = boost::mp11;

namespace {

template <class B>
using On = Linear<2, 2, MeanFieldNormal, MeanFieldNormal, B>;
using Float = Cpu<float>;
using Double = Cpu<double>;

template <class M, std::size_t N>
using entry = mp::mp_at_c<typename detail::child_entries_of<M>::type, N>;
using Net = Sequential<ReLU, Residual<ReLU, On<Double>>, On<Double>>;

/// What stays of a module that was refused.
struct Refused {
    using backend = Float;
    On<Float> good;
    On<Double> elsewhere;
    int number;
    using children =
        blue::children<&Refused::good, &Refused::elsewhere, child<"ReLU", &Refused::number>{}>;
};

}  // namespace

static_assert(std::is_same_v<backend_in<On<Double>>::type, Double>);
static_assert(std::is_same_v<backend_in<Net>::type, Double>);
static_assert(std::is_void_v<backend_in<ReLU>::type>);
static_assert(std::is_void_v<backend_in<Sequential<ReLU>>::type>);
static_assert(std::is_same_v<backend_of<Residual<Tanh, On<Double>>>, Double>);

// Nothing is instantiated for children that fit: their check is the one that always passes.
static_assert(std::is_same_v<layer_check<entry<Net, 1>>, requirement::check>);
static_assert(std::is_same_v<backend_check<Double, entry<Net, 0>>, requirement::check>);
static_assert(std::is_same_v<backend_check<Double, entry<Net, 1>>, requirement::check>);
static_assert(std::is_same_v<
              backend_check<Float, entry<Net, 2>>,
              requirement::same_backend<false, requirement::position<2>, On<Double>,
                                        requirement::expected<Float>, requirement::given<Double>>>);
static_assert(std::is_same_v<
              layer_check<entry<Refused, 2>>,
              requirement::layer<false, spelled<'R', 'e', 'L', 'U'>, requirement::given<int>>>);

TEST_CASE("children that do not fit are left out, so that they cause one error only") {
    STATIC_REQUIRE(mp::mp_size<valid_children<Net>::type>::value == 3);
    STATIC_REQUIRE(mp::mp_size<valid_children<Refused>::type>::value == 1);
    STATIC_REQUIRE(mp::mp_front<valid_children<Refused>::type>::key == key("good"));
}
