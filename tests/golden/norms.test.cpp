// SPDX-License-Identifier: BSD-3-Clause
// Normalisation layers and PReLU against PyTorch: numbers from reference_norms.py, which says what
// they are.
#include <blue/blue.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <vector>

using namespace blue;

namespace {

using B = Cpu<double>;
constexpr Index batch = 4;
using Row = shape<6>;
using Rows = shape<3, 6>;
using Sequence = shape<6, 5>;
using Image = shape<6, 3, 2>;
using Volume = shape<6, 2, 3, 2>;

/// Numbers that are exact in every format.
std::vector<double> pattern(Index count, Index shift, double offset, double factor) {
    std::vector<double> numbers;
    for (Index i = 0; i < count; ++i) {
        const auto step = static_cast<double>((5 * i + 3 * shift) % 13 - 6);
        numbers.push_back(offset + factor * (step / 16 + 1.0 / 64));
    }
    return numbers;
}

/// The sum of sin(1 + 0.3 j) g_j.
double weighted_gradient(const double* gradient, Index n) {
    double total = 0;
    for (Index j = 0; j < n; ++j) total += std::sin(1 + 0.3 * static_cast<double>(j)) * gradient[j];
    return total;
}

/// cos(1 + 0.7 i).
std::vector<double> output_weights(Index n) {
    std::vector<double> weights;
    for (Index i = 0; i < n; ++i) weights.push_back(std::cos(1 + 0.7 * static_cast<double>(i)));
    return weights;
}

enum Mode { training, prediction };

/// The loss, then the gradients of the input and of each parameter, then the buffers.
template <class Shape, class Layer>
std::vector<double> numbers_of(Mode mode) {
    auto layer = make<Layer>(Seed{1});
    Index trained = 0;
    layer.for_each_state([&](auto& state) {
        using Variable = typename std::remove_reference_t<decltype(state)>::variable;
        const bool is_buffer = !Variable::is_trained;
        if (!is_buffer) ++trained;
        const auto values = pattern(state.size, is_buffer ? 7 : trained, 1, 1);
        std::copy(values.begin(), values.end(), state.parameter(0));
    });

    Tape<B> tape;
    const auto input = pattern(batch * Shape::size, 1, 0, 2);
    const auto x = tape.leaf<Shape>(input.data(), batch);
    const auto y =
        forward<Scores::none>(layer, tape, x, {.samples = 1, .training = mode == training}).samples;
    const auto weights = output_weights(y.node->size());
    const auto loss = sum(y * tape.input<Shape>(weights.data(), batch));
    tape.backward(loss);

    const auto dx = tape.gradient_of(x.node);
    std::vector<double> numbers{loss.value(), weighted_gradient(dx.data(), x.node->size())};
    for (Index k = 0; k < trained; ++k) {
        const Draw<B>& draw = tape.draws()[static_cast<std::size_t>(k)];
        REQUIRE(draw.gradient_live);
        numbers.push_back(weighted_gradient(draw.gradient, draw.size));
    }
    if (mode == prediction) return numbers;
    make_optimizer(layer, SGD{.learning_rate = 0.01}).step(layer, tape);
    layer.for_each_state([&](auto& state) {
        if (std::remove_reference_t<decltype(state)>::variable::is_trained) return;
        const auto factors = output_weights(state.size);
        double total = 0;
        for (Index i = 0; i < state.size; ++i)
            total += factors[static_cast<std::size_t>(i)] * state.parameter(0)[i];
        numbers.push_back(total);
    });
    return numbers;
}

template <class Shape, class Layer>
void compare(Mode mode, const std::vector<double>& expected) {
    const std::vector<double> given = numbers_of<Shape, Layer>(mode);
    REQUIRE(given.size() == expected.size());
    // Rounding of sums of up to 300 numbers of order one; 15 digits are printed.
    for (std::size_t i = 0; i < given.size(); ++i) CHECK(std::abs(given[i] - expected[i]) < 1e-12);
}

}  // namespace

TEST_CASE("normalisation layers and PReLU compute what PyTorch's do", "[golden]") {
    compare<Row, LayerNorm<6, B>>(
        prediction, {-3.4589609869848, 2.39752597567762, -1.4600870086047, -2.11790460542983});
    compare<Rows, LayerNorm<6, B>>(
        prediction, {0.884314437737167, -8.05869050644694, -1.12104111068037, 0.163982670900182});
    compare<Rows, LayerNorm<6, without_bias, B>>(
        prediction, {0.710730951439305, -8.05869050644694, -1.12104111068037});
    compare<Rows, LayerNorm<6, without_affine, B>>(prediction,
                                                   {-0.983881572367201, -7.07109584100701});
    compare<Row, GroupNorm<2, 6, B>>(
        prediction, {-2.97213349599688, -0.0794778908802003, -1.10808751638629, -2.11790460542983});
    compare<Image, GroupNorm<3, 6, B>>(
        prediction, {0.345188892064117, -0.322500654179691, 1.00395867982979, -0.427733050769257});
    compare<Image, GroupNorm<1, 6, B>>(prediction, {-0.988567566276981, -0.756969982437845,
                                                    -0.0305814743535104, -0.427733050769257});
    compare<Image, GroupNorm<6, 6, without_affine, B>>(prediction,
                                                       {1.29357672264736, 0.0194038346874428});
    compare<Row, BatchNorm<6, B>>(
        training, {-2.32094262725003, -6.62314647318646, -0.431812562730306, -2.11790460542983,
                   -2.03163967737893, -2.10682901537189});
    compare<Row, BatchNorm<6, B>>(
        prediction, {0.0454560986422747, -3.05253085064941, 1.94473213998659, -2.11790460542983});
    compare<Sequence, BatchNorm<6, B>>(
        training, {1.93210345964359, -11.7665233344417, 0.760320915192001, -0.604578762609304,
                   -2.04020172102427, -2.09361101657026});
    compare<Sequence, BatchNorm<6, B>>(
        prediction, {1.75739750040641, -10.645068955647, 1.12191398162526, -0.604578762609304});
    compare<Image, BatchNorm<6, B>>(
        training, {0.330467417790436, 3.86124555543145, 0.856409341511351, -0.427733050769257,
                   -2.04885403515086, -2.09198488047448});
    compare<Image, BatchNorm<6, B>>(
        prediction, {-0.188319200552464, -0.224983230589627, 4.58862861129322, -0.427733050769257});
    compare<Image, BatchNorm<6, without_affine, B>>(
        training, {0.878990909204491, 4.28996882020396, -2.04885403515086, -2.09198488047448});
    compare<Image, BatchNorm<6, without_affine, B>>(prediction,
                                                    {4.23089013309299, -0.315367922983589});
    compare<Volume, BatchNorm<6, B>>(
        training, {-3.37313272289864, -3.70127954898498, 0.0656127945829122, -1.46838014384374,
                   -2.05022616343258, -2.09225953184517});
    compare<Volume, BatchNorm<6, B>>(
        prediction, {1.7843082599213, -2.79604539303898, 0.0313615954491464, -1.46838014384374});
    compare<Image, PReLU<1, B>>(prediction,
                                {-0.0421119180209457, -0.88609162191769, -0.061961356471595});
    compare<Image, PReLU<6, B>>(prediction,
                                {-0.397613265651929, -1.397417247542, 0.0847095144175414});
    compare<Row, PReLU<6, B>>(prediction,
                              {-0.326993115665197, -2.48407832766547, 0.310734526860767});
}
