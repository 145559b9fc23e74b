// SPDX-License-Identifier: BSD-3-Clause
// A joint distribution of one's own goes through what the library's go through.
#include <blue/blue.hpp>
#include <blue/testing/joint_laws.hpp>

#include "support/catch.hpp"
#include "testing/failures.hpp"

#include <cmath>

using namespace blue;
using namespace blue_test;

namespace {

/// A normal with one standard deviation per row: w_ij = mean_ij + std_i z_ij.
struct RowNormal {
    double std = 1;

    using parameters = blue::parameters<real<"mean">, log_of<"std">>;
    using noise = blue::noise::Normal;
    using marginal = MeanFieldNormal;
    template <class Shape>
    using parameter_shapes = boost::mp11::mp_list<Shape, shape<Shape::extents[0]>>;

    void validate() const { require_positive("RowNormal", "std", std); }
    static Index noise_size(Index size) { return size; }
    static Index workspace(Index, Index) { return 0; }
    static double initial_value(int, Index, double, double std) { return std::log(std); }

    template <class T>
    static void prepare(const JointVariable<T>& variable, T* log_std) {
        for (Index e = 0; e < variable.size(); ++e) log_std[e] = of_row(variable, e);
    }
    template <class T>
    static double total_correlation(const JointVariable<T>&) {
        return 0;
    }
    template <class T>
    static void prepare_backward(const JointVariable<T>& variable, const T* log_std_gradient, T,
                                 const JointGradient<T>& gradient) {
        for (Index e = 0; e < variable.size(); ++e)
            gradient.parameter(1)[e / variable.columns] += log_std_gradient[e];
    }
    template <class T>
    static void deviate(const JointVariable<T>& variable, const T* noise, T* deviation) {
        for (Index e = 0; e < variable.size(); ++e)
            deviation[e] = std::exp(of_row(variable, e)) * noise[e];
    }
    template <class T>
    static double log_prob(const JointVariable<T>& variable, const T* noise, const T*) {
        double sum = 0;
        for (Index e = 0; e < variable.size(); ++e) {
            const double z = static_cast<double>(noise[e]);
            sum +=
                MeanFieldNormal::constant - 0.5 * z * z - static_cast<double>(of_row(variable, e));
        }
        return sum;
    }
    template <class T>
    static void backward(const JointVariable<T>& variable, const T* noise, const T* weight_gradient,
                         T factor, const JointGradient<T>& gradient) {
        for (Index e = 0; e < variable.size(); ++e)
            gradient.parameter(1)[e / variable.columns] +=
                weight_gradient[e] * std::exp(of_row(variable, e)) * noise[e] - factor;
    }
    /// The geometric mean of each row.
    template <class T>
    static void scale_elements(const JointVariable<T>& variable, const T* log_factors, T* stored) {
        for (Index e = 0; e < variable.size(); ++e)
            stored[variable.offsets[1] + e / variable.columns] +=
                log_factors[e] / static_cast<T>(variable.columns);
    }

private:
    template <class T>
    static T of_row(const JointVariable<T>& variable, Index e) {
        return variable.parameter(1)[e / variable.columns];
    }
};
static_assert(ScalesElements<RowNormal>);

}  // namespace

TEST_CASE("a joint distribution of one's own: laws", "[distributions]") {
    CHECK(testing::joint_laws(RowNormal{}, MeanFieldNormal{.mean = 0.1, .std = 0.7}) == Failures{});
    CHECK(testing::joint_initial_laws(RowNormal{.std = 0.3}, BasicQuietPrior{.eps = 0.1}) ==
          Failures{});
}

TEST_CASE("numbers that a prior draws for elements leave other parameters alone",
          "[distributions]") {
    // 60 numbers called log_std would reach beyond the 3 of the rows, into the centres.
    Linear<20, 3, RowNormal, CentredPrior<>> layer;
    auto& weight = layer.state<"weight">();
    for (Index e = 0; e < 60; ++e) weight.constant(0)[e] = 0.5f;
    initialise(layer, Seed{1}, ModuleOptions{.prior_initialization = true});
    for (Index e = 0; e < 60; ++e) CHECK(weight.constant(0)[e] == 0.5f);
    // The means are drawn, with the deviation 1 of the prior: 6 standard errors of 60 squares.
    double squares = 0;
    for (Index e = 0; e < 60; ++e) squares += std::pow(double(weight.parameter(0)[e]) - 0.5, 2);
    CHECK(squares / 60 == Approx(1).margin(6 * std::sqrt(2.0 / 60)));
}

TEST_CASE("MOPED scales a joint distribution of one's own", "[distributions]") {
    const Linear<4, 2, NonBayesian> point = make<Linear<4, 2, NonBayesian>>(Seed{1});
    auto layer = make<Linear<4, 2, RowNormal, CentredPrior<>>>(Seed{2});
    moped(layer, point, {.delta = 0.2});
    const auto& weight = layer.state<"weight">();
    for (Index i = 0; i < 2; ++i) {
        double mean = 0;
        for (Index j = 0; j < 4; ++j)
            mean += std::log(0.2 * std::abs(double(weight.parameter(0)[4 * i + j]))) / 4;
        CHECK(weight.parameter(1)[i] == Approx(mean));
    }
}
