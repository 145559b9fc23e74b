// SPDX-License-Identifier: BSD-3-Clause
// expected-error {{blue: chunks of samples need a model with one output}}
// expected-error {{call forward and backward for all samples at once}}
// expected-error {{single_output<false, std::tuple<}}
// expected-lines g++ 20 clang 35
#include <blue/blue.hpp>

#include <tuple>

struct Net : blue::Module<Net, blue::variables<>> {
    using input_shape = blue::shape<2>;
    blue::Linear<2, 3> layer;
    using children = blue::children<&Net::layer>;
    explicit Net(blue::Seed seed) { blue::initialise(*this, seed); }
    auto forward(auto& pass, auto x) const {
        const auto y = layer(pass, x);
#if BLUE_EXPECT_FAIL
        return std::tuple{y, y};
#else
        return y;
#endif
    }
};

int main() {
    const Net net{blue::Seed{1}};
    const float x[2] = {1, 2};
    const std::int32_t label = 1;
    blue::Tape<blue::Cpu<float>> tape;
    blue::SampleChunks chunks(net, 2);
    chunks.backward<blue::Scores::divergence>(
        net, tape, {.samples = 8},
        [&](auto& on) { return on.template input<blue::shape<2>>(x, 1); },
        [&](const auto& result) {
            return blue::Elbo{blue::Categorical{}}(result, blue::make_labels(tape, &label, 1, 3),
                                                   blue::DatasetSize{1});
        });
}
