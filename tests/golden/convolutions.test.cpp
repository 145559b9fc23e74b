// SPDX-License-Identifier: BSD-3-Clause
#include "golden/backends.hpp"
#include "golden/run_case.hpp"
#include "support/catch.hpp"

using namespace blue;
using namespace blue_test;

namespace {

using N = MeanFieldNormal;
using Point = PointEstimate;

template <class B>
void run_lines(golden::Runner<B>& c) {
    using Plain = Conv1d<2, 3, kernel<3>, N, N, B>;
    c.template forward<Plain, SampleNormal, shape<2, 8>>("conv1d_default");
    c.template forward<Plain, Point, shape<2, 8>>("conv1d_unbatched");
    c.template forward<Conv1d<2, 4, kernel<3>, stride<2>, padding<1>, N, N, B>, Point, shape<2, 9>>(
        "conv1d_stride_padding");
    c.template forward<Conv1d<2, 3, kernel<4>, dilation<3>, same_padding, N, N, B>, Point,
                       shape<2, 11>>("conv1d_same_even_dilated");
    c.template forward<Conv1d<4, 6, kernel<3>, groups<2>, valid_padding, without_bias, N, N, B>,
                       Point, shape<4, 8>>("conv1d_valid_groups");
    c.template forward<Conv1d<3, 6, kernel<3>, groups<3>, padding<2>, circular_padding, N, N, B>,
                       Point, shape<3, 7>>("conv1d_depthwise_circular");
    c.template forward<Conv1d<2, 3, kernel<4>, same_padding, reflect_padding, N, N, B>, Point,
                       shape<2, 7>>("conv1d_same_reflect");
    c.template forward<
        Conv1d<2, 3, kernel<3>, stride<3>, padding<3>, dilation<2>, replicate_padding, N, N, B>,
        Point, shape<2, 10>>("conv1d_replicate_stride3");
}

template <class B>
void run_images(golden::Runner<B>& c) {
    using Plain = Conv2d<2, 3, kernel<3>, N, N, B>;
    c.template forward<Plain, SampleNormal, shape<2, 6, 7>>("conv2d_default");
    c.template forward<Plain, Point, shape<2, 5, 5>, AnalyticalKullbackLeiblerLoss>(
        "conv2d_analytical");
    c.template forward<Conv2d<2, 3, kernel<3>, MeanFieldStudentT, N, B>, Point, shape<2, 5, 5>>(
        "conv2d_studentt");
    c.template forward<Conv2d<2, 3, kernel<3>, N, BasicQuietPrior, B>, Point, shape<2, 5, 5>>(
        "conv2d_quiet");
    c.template forward<Conv2d<3, 4, kernel<3>, padding<1>, N, N, B>, SampleNormal, shape<3, 5, 5>>(
        "conv2d_rescale_norm");
    c.template forward<Conv2d<3, 4, kernel<1>, stride<2>, N, N, B>, Point, shape<3, 5, 6>>(
        "conv2d_1x1");
    c.template forward<Conv2d<5, 17, kernel<3>, padding<1>, N, N, B>, Point, shape<5, 13, 11>>(
        "conv2d_medium");
    c.template forward<
        Conv2d<4, 6, kernel<3, 2>, stride<2, 1>, padding<1, 2>, dilation<1, 2>, groups<2>, N, N, B>,
        Point, shape<4, 7, 6>>("conv2d_all_options");
}

template <class B>
void run_padded_images(golden::Runner<B>& c) {
    c.template forward<Conv2d<2, 3, kernel<3, 5>, same_padding, N, N, B>, Point, shape<2, 6, 7>>(
        "conv2d_same");
    c.template forward<
        Conv2d<2, 3, kernel<2, 4>, same_padding, dilation<3, 1>, circular_padding, N, N, B>, Point,
        shape<2, 6, 7>>("conv2d_same_even_circular");
    c.template forward<
        Conv2d<2, 3, kernel<3>, padding<1, 2>, reflect_padding, without_bias, N, N, B>, Point,
        shape<2, 5, 6>>("conv2d_reflect");
    c.template forward<
        Conv2d<3, 3, kernel<3>, stride<2>, padding<2, 1>, replicate_padding, N, N, B>, Point,
        shape<3, 6, 5>>("conv2d_replicate");
    c.template forward<Conv2d<1, 3, kernel<3>, padding<2, 1>, circular_padding, N, N, B>, Point,
                       shape<1, 6, 5>>("conv2d_circular");
}

template <class B>
void run_volumes(golden::Runner<B>& c) {
    c.template forward<Conv3d<2, 3, kernel<2>, N, N, B>, SampleNormal, shape<2, 4, 4, 5>>(
        "conv3d_default");
    c.template forward<Conv3d<2, 4, kernel<2, 3, 2>, stride<1, 2, 1>, padding<1, 0, 2>,
                              dilation<1, 1, 2>, groups<2>, N, N, B>,
                       Point, shape<2, 4, 5, 4>>("conv3d_all_options");
    c.template forward<Conv3d<1, 2, kernel<3, 2, 1>, same_padding, without_bias, N, N, B>, Point,
                       shape<1, 4, 4, 3>>("conv3d_same");
    c.template forward<Conv3d<1, 2, kernel<3>, padding<1, 2, 1>, reflect_padding, N, N, B>, Point,
                       shape<1, 3, 4, 4>>("conv3d_reflect");
    c.template forward<Conv3d<1, 2, kernel<3>, padding<1, 2, 1>, replicate_padding, N, N, B>, Point,
                       shape<1, 3, 4, 4>>("conv3d_replicate");
    c.template forward<Conv3d<1, 2, kernel<3>, padding<1, 2, 1>, circular_padding, N, N, B>, Point,
                       shape<1, 3, 4, 4>>("conv3d_circular");
}

/// Two convolutions and two linear layers with pooling in between.
template <Index Channels, Index First, Index Second, Index Features, Index Classes, class Q,
          class B>
using LeNet = Sequential<Conv2d<Channels, First, kernel<3>, N, N, B>, ReLU, MaxPool2d<2>,
                         Conv2d<First, Second, kernel<3>, N, N, B>, ReLU, MaxPool2d<2>, Flatten<>,
                         Linear<Features, 12, Q, N, B>, ReLU, Linear<12, Classes, Q, N, B>>;

}  // namespace

TEMPLATE_LIST_TEST_CASE("convolutions over one axis agree with the reference", "[golden]",
                        golden::Backends) {
    golden::Runner<TestType> cases("forward", "conv1d_");
    run_lines(cases);
    CHECK(cases.failures() == Failures{});
    CHECK(cases.left() == std::set<std::string>{});
}

TEMPLATE_LIST_TEST_CASE("convolutions over two axes agree with the reference", "[golden]",
                        golden::Backends) {
    golden::Runner<TestType> cases("forward", "conv2d_");
    run_images(cases);
    run_padded_images(cases);
    CHECK(cases.failures() == Failures{});
    CHECK(cases.left() == std::set<std::string>{});
}

TEMPLATE_LIST_TEST_CASE("convolutions over three axes agree with the reference", "[golden]",
                        golden::Backends) {
    golden::Runner<TestType> cases("forward", "conv3d_");
    run_volumes(cases);
    CHECK(cases.failures() == Failures{});
    CHECK(cases.left() == std::set<std::string>{});
}

TEMPLATE_LIST_TEST_CASE("convolutional networks agree with the reference", "[golden]",
                        golden::Backends) {
    using B = TestType;
    golden::Runner<B> cases("forward", "lenet_");
    using Image = shape<1, 14, 14>;
    cases.template forward<LeNet<1, 3, 5, 20, 4, N, B>, Categorical, Image>("lenet_classification");
    cases.template forward<LeNet<2, 3, 5, 20, 4, N, B>, Categorical, shape<2, 14, 14>>(
        "lenet_rescaled_norm");
    cases.template forward<LeNet<1, 6, 7, 63, 10, N, B>, Categorical, shape<1, 20, 20>>(
        "lenet_medium");
    // Convolutions draw their weights, linear layers their outputs.
    cases.template forward<LeNet<1, 3, 5, 20, 4, LocalReparameterization<N>, B>, Categorical, Image,
                           AnalyticalKullbackLeiblerLoss>("lenet_analytical");
    CHECK(cases.failures() == Failures{});
    CHECK(cases.left() == std::set<std::string>{});
}
