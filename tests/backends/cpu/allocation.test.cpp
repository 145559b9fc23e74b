// SPDX-License-Identifier: BSD-3-Clause
// A training step allocates nothing after the first: neither with new nor with malloc.
#include <blue/blue.hpp>

#include "support/catch.hpp"

#include <cstdlib>
#include <vector>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define BLUE_TEST_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define BLUE_TEST_SANITIZED
#endif
#endif

#ifdef BLUE_TEST_SANITIZED

#include "support/skip.hpp"

TEST_CASE("the second step and those after it allocate nothing") {
    blue_test::skip("sanitizers have an allocator of their own");
}

#else

namespace {
std::atomic<long> allocations{0};
}

// Every allocation of the program passes here: operator new calls malloc or aligned_alloc.
extern "C" void* __libc_malloc(std::size_t);
extern "C" void* __libc_memalign(std::size_t, std::size_t);
extern "C" void* malloc(std::size_t bytes) {
    ++allocations;
    return __libc_malloc(bytes);
}
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
    ++allocations;
    return __libc_memalign(alignment, bytes);
}
extern "C" int posix_memalign(void** result, std::size_t alignment, std::size_t bytes) {
    ++allocations;
    *result = __libc_memalign(alignment, bytes);
    return 0;
}

using Net = blue::Sequential<blue::Linear<784, 200>, blue::ReLU, blue::Linear<200, 10>>;

template <class Rule>
Rule some() {
    Rule rule{};
    if constexpr (requires { rule.dataset_size; }) rule.dataset_size = blue::DatasetSize{1000};
    return rule;
}
template <>
blue::ParameterGroups<blue::Adam> some() {
    return {blue::Adam{}, {{"log_std", blue::Adam{.learning_rate = 0.01}}}};
}

TEMPLATE_TEST_CASE("the second step and those after it allocate nothing", "", blue::Adam,
                   blue::Ivon, blue::Vadam, blue::ParameterGroups<blue::Adam>) {
    TestType rule = some<TestType>();
    Net net{blue::Seed{1}};
    const std::vector<float> inputs(64 * 784, 0.5f);
    const std::vector<std::int32_t> labels(64, 3);
    blue::Tape<blue::Cpu<float>> tape;
    blue::KullbackLeiblerLoss objective{blue::Categorical{},
                                        {.dataset_size = blue::DatasetSize{1000}}};
    auto optimizer = blue::make_optimizer(net, rule);
    blue::WeightAverage average(net, blue::Averaging::exponential(0.9));
    for (std::uint64_t step = 0; step < 5; ++step) {
        const long before = allocations;
        tape.reset();
        const auto x = tape.input<blue::shape<784>>(inputs.data(), 64);
        const auto y = blue::make_labels(tape, labels.data(), 64, 10);
        const auto result = blue::forward(net, tape, x, {.samples = 10, .pass = step});
        const auto loss = objective(result, y);
        blue::backward(loss);
        optimizer.step(net, tape);
        average.update(net);
        average.swap(net);
        average.swap(net);
        const long during = allocations - before;
        if (step == 0)
            CHECK(during > 0);  // the counter counts
        else
            CHECK(during == 0);
    }
}

#endif
