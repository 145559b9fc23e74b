// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The kernels with threads of the host: barriers, what threads of a block tell each other, and the
/// order of sums. The preset tsan sees where a barrier is missing.
#include "support/catch.hpp"

#include "backends/cuda/bodies.hpp"
#include "backends/cuda/joint.hpp"
#include "backends/cuda/modules.hpp"
#include "backends/cuda/threads_executor.hpp"

#include <stdexcept>

using namespace blue;
using namespace blue_test;

TEST_CASE("kernels: loops reach each index once", "[cuda]") {
    for (Index n : {1, 255, 256, 257, 1000})
        CHECK(write<ThreadsExecutor>(n) == write<HostExecutor>(n));
}

TEST_CASE("kernels: reductions add in the order of the host executor", "[cuda]") {
    for (Index groups : {1, 7, 8, 9}) {
        CHECK(reduce<ThreadsExecutor, 32>(groups) == reduce<HostExecutor, 32>(groups));
        CHECK(reduce<ThreadsExecutor, 256>(groups) == reduce<HostExecutor, 256>(groups));
    }
}

TEST_CASE("kernels: teams add in the order of the host executor", "[cuda]") {
    CHECK(team_sums<ThreadsExecutor>(3) == team_sums<HostExecutor>(3));
}

namespace {

/// A barrier that only some lanes come to.
struct Uneven {
    BLUE_HOST_DEVICE void operator()(Index, const auto& team) const {
        team.lanes.all([&](int lane) {
            if (lane < 7) team.once([] {});
        });
    }
};

template <Index width, class Q, class E>
using Joint = Linear<width, 13, Q, MeanFieldNormal, Cuda<double, E>>;

/// Drawn, scored and differentiated.
template <class Q, Index width = 9>
bool is_that_of_the_host_executor() {
    const ModuleRun how{1, 2, 3};
    const auto given = run_module<Joint<width, Q, ThreadsExecutor>, shape<width>>(how);
    const auto expected = run_module<Joint<width, Q, HostExecutor>, shape<width>>(how);
    return given.output == expected.output &&
           given.parameter_gradients == expected.parameter_gradients &&
           given.divergences == expected.divergences;
}

}  // namespace

TEST_CASE("kernels: barriers that some threads miss are seen", "[cuda]") {
    CHECK_THROWS_AS(ThreadsExecutor::teams(2, Uneven{}), std::logic_error);
}

TEST_CASE("kernels: joint distributions wait for each other where they must", "[cuda]") {
    CHECK(is_that_of_the_host_executor<MeanFieldNormal>());
    CHECK(is_that_of_the_host_executor<MatrixNormal>());
    CHECK(is_that_of_the_host_executor<Radial>());
    CHECK(is_that_of_the_host_executor<LowRankNormal<3>>());
    CHECK(is_that_of_the_host_executor<MultivariateNormal, 3>());
}
