// SPDX-License-Identifier: BSD-3-Clause
// Recurrent layers against PyTorch: numbers from reference_recurrent.py, which says what they are.
#include <blue/blue.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

using namespace blue;

namespace {

constexpr Index batch = 3, steps_of_all = 5, width = 3, hidden = 4;

/// Numbers that are exact in every format.
template <class T>
std::vector<T> pattern(Index count, Index shift) {
    std::vector<T> numbers;
    for (Index i = 0; i < count; ++i)
        numbers.push_back(static_cast<T>((5 * i + 3 * shift) % 13 - 6) / 16);
    return numbers;
}

/// The sum of cos(offset + 0.7 i) y_i.
template <class B, class Shape>
auto weighted_outputs(Var<B, Shape> y, double offset) {
    using T = typename B::scalar;
    const Index n = y.node->size();
    T* const weights = y.tape->template host_memory<T>(n);
    for (Index i = 0; i < n; ++i)
        weights[i] = static_cast<T>(std::cos(offset + 0.7 * static_cast<double>(i)));
    return sum(y * y.tape->template input<Shape>(weights, y.batch(), y.samples()));
}

/// The sum of sin(1 + 0.3 j) g_j.
template <class T>
double weighted_gradient(const T* gradient, Index n) {
    double total = 0;
    for (Index j = 0; j < n; ++j)
        total += std::sin(1 + 0.3 * static_cast<double>(j)) * static_cast<double>(gradient[j]);
    return total;
}

/// A layer whose states, outputs and loss can be looked at.
template <class L>
struct Probe : Module<Probe<L>, variables<>, NonBayesian, UniformPrior, backend_of<L>> {
    L layer;
    using children = blue::children<&Probe::layer>;
    std::vector<Index> lengths;
    mutable std::vector<Node<backend_of<L>>*> leaves;
    mutable std::vector<double> sums;

    auto forward(auto& pass, auto x) const {
        using B = backend_of<L>;
        using T = typename B::scalar;
        using State = typename L::template state_of<B>;
        constexpr Index slots = L::slots;
        constexpr int kinds = sizeof(State) / sizeof(State::h);
        const auto first = [&](Index k) {
            const auto leaf = pass.tape().template leaf<shape<slots, hidden>>(
                pattern<T>(batch * slots * hidden, 2 + k).data(), batch);
            leaves.push_back(leaf.node);
            return leaf;
        };
        State before{};
        before.h = first(0);
        if constexpr (kinds == 2) before.c = first(1);
        const auto [y, last] = layer.run(pass, x, lengths, before);
        const auto from_output = weighted_outputs(y, 1);
        auto from_state = weighted_outputs(last.h, 2);
        if constexpr (kinds == 2) from_state = from_state + weighted_outputs(last.c, 2);
        sums = {static_cast<double>(from_output.value()), static_cast<double>(from_state.value())};
        return from_output + from_state;
    }
};

template <class L>
std::vector<double> numbers_of(const std::vector<Index>& lengths) {
    using B = backend_of<L>;
    using T = typename B::scalar;
    auto probe = make<Probe<L>>(Seed{1});
    probe.lengths = lengths;
    Index shift = 0;
    probe.layer.for_each_state([&](auto& state) {
        const auto numbers = pattern<T>(state.size, shift++);
        std::copy(numbers.begin(), numbers.end(), state.parameter(0));
    });
    Tape<B> tape;
    auto inputs = pattern<T>(batch * steps_of_all * width, 1);
    for (T& number : inputs) number *= 2;
    const auto x = tape.template leaf<shape<steps_of_all, width>>(inputs.data(), batch);
    const auto loss = forward(probe, tape, x, {.samples = 1}).samples;
    tape.backward(loss);
    std::vector<double> result = probe.sums;
    const auto add = [&](const auto& gradient) {
        result.push_back(weighted_gradient(gradient.data(), static_cast<Index>(gradient.size())));
    };
    add(tape.gradient_of(x.node));
    for (const Node<B>* leaf : probe.leaves) add(tape.gradient_of(leaf));
    for (const Draw<B>& draw : tape.draws())
        result.push_back(weighted_gradient(draw.gradient, draw.size));
    return result;
}

template <template <Index, Index, class...> class Layer, class... Options>
void check(const std::vector<Index>& lengths, const std::vector<double>& expected) {
    const auto compare = [&]<class T>(T, double tolerance) {
        const auto numbers =
            numbers_of<Layer<width, hidden, Options..., NonBayesian, UniformPrior, Cpu<T>>>(
                lengths);
        REQUIRE(numbers.size() == expected.size());
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            CAPTURE(i, expected[i]);
            CHECK(std::abs(numbers[i] - expected[i]) < tolerance);
        }
    };
    // Sums of up to 120 numbers of order one, printed with 15 digits.
    compare(double{}, 1e-12);
    // The same with 2^-24 per rounding, over five steps and two layers.
    compare(float{}, 2e-5);
}

void check_embedding(const EmbedOptions& options, double expected, double expected_gradient) {
    const auto compare = [&]<class T>(T, double tolerance) {
        using B = Cpu<T>;
        auto layer = make<Embedding<7, 4, NonBayesian, UniformPrior, B>>(Seed{1});
        layer.padding_idx = options.padding_idx;
        layer.max_norm = options.max_norm;
        auto numbers = pattern<T>(28, 0);
        std::transform(numbers.begin(), numbers.end(),
                       layer.template state<"weight">().parameter(0),
                       [](T number) { return 4 * number; });
        Tape<B> tape;
        const std::vector<T> ids{1, 0, 3, 3, 6, 2, 1, 1, 5, 0};
        const auto x = tape.template input<shape<5>>(ids.data(), 2);
        const auto loss = weighted_outputs(forward(layer, tape, x, {.samples = 1}).samples, 1);
        tape.backward(loss);
        CHECK(std::abs(static_cast<double>(loss.value()) - expected) < tolerance);
        CHECK(std::abs(weighted_gradient(tape.draws()[0].gradient, 28) - expected_gradient) <
              tolerance);
    };
    // Sums of 40 numbers of order one, printed with 15 digits; in float 2^-24 per rounding.
    compare(double{}, 1e-13);
    compare(float{}, 5e-6);
}

}  // namespace

TEST_CASE("recurrent layers give PyTorch's outputs, states and gradients", "[golden]") {
    check<RNN>({}, {-0.827953883395424, -0.676419246969436, -0.254207362336758, -0.63642100229237,
                    1.64637322462807, -0.531561740905405, -3.64896607133029, -3.64896607133029});
    check<RNN, rectified, layers<2>, bidirectional>(
        {}, {-0.515361314938234, 0.245886842780816, -1.49060943218085, 0.172174681470694,
             -1.31823905969482,  -1.59995467360386, 3.43700082674519,  3.43700082674519,
             0.870586598270425,  -2.07478019698052, 1.1158183078008,   1.11581830780081,
             -1.24773833252851,  0.150737546903783, 1.85319881963775,  1.85319881963775,
             4.40811709725479,   -1.87958322048654, -6.6135125067066,  -6.6135125067066});
    check<LSTM>({}, {-0.252740209717394, -0.512008092741669, 0.108847288876434, 0.104632619418474,
                     -0.611701868258121, -0.326232522740631, -0.546422868545804, 2.56114492040843,
                     2.56114492040843});
    check<LSTM, layers<2>, bidirectional>(
        {3, 5, 1}, {0.177136300822584, -1.72325404861771,  -0.543223699636358, -0.544720591296968,
                    -1.39391745867279, -0.214616493111161, -1.07980570653606,  1.35663561840503,
                    1.35663561840503,  1.65001203760311,   0.369593735708924,  -1.73941659057569,
                    -1.73941659057569, -0.164835027481383, -0.423248341729691, 1.59757302111185,
                    1.59757302111185,  0.187037595453762,  -0.440455988882427, -0.607781446416924,
                    -0.607781446416924});
    check<LSTM, layers<2>, without_bias>(
        {2, 4, 4}, {-0.0105521323178264, -0.460294072397133, -0.315743501145434,
                    0.00899092393986777, -0.0637841118094951, -1.84701633487246, 0.243276154492747,
                    0.278691301613778, -0.179904479874391});
    check<LSTM, peephole>(
        {}, {-0.340464914641091, -1.74215790169481, -0.0081698473552686, 0, -0.534313030236919,
             -0.04808468620343, 0.165032130008593, -0.04585653483541, -0.747048271501848});
    check<GRU>({5, 1, 2},
               {0.00784663634779725, -0.604961544520091, 0.29909183996303, -0.709555262927575,
                2.21196323395836, -0.817797538288353, 2.26311316444769, 1.18029017675494});
    check<GRU, layers<2>, bidirectional>(
        {}, {0.288652894071486,   0.773388353358744,  -0.368020148452774, -0.440884485655437,
             -0.0538939342470715, -0.867986947811231, 0.25696796313653,   0.0872185266294619,
             1.07629997710596,    0.75423173472841,   -0.899291337410674, -0.496238179857513,
             1.12772032405014,    -0.967051287816209, -3.94707278501798,  -2.09074349013958,
             0.119563441296715,   0.220246299284428,  3.43998902627317,   1.59383196927434});
    check<GRU, bidirectional>(
        {4, 5, 2}, {1.13007669802775, -0.479666982553523, 0.0585314644777917, -5.12648706460598,
                    0.242640810530538, -1.90888696604529, 5.95911712865918, 3.40394103986389,
                    0.22117628826601, 0.887796749682665, -4.12678570047872, -2.14700387084474});
}

TEST_CASE("embeddings give PyTorch's outputs and gradients", "[golden]") {
    check_embedding({}, -0.200376132697898, 5.68120236076314);
    check_embedding({.padding_idx = 3}, -0.376997500063272, 4.89459519583069);
    check_embedding({.padding_idx = 3, .max_norm = 2}, -0.388947996176925, 5.03749517941459);
}
