// SPDX-License-Identifier: BSD-3-Clause
#include <blue/backends/cpu/bfloat16.hpp>
#include <blue/backends/cpu/cpu.hpp>
#include <blue/distributions/centred_prior.hpp>
#include <blue/distributions/low_rank_normal.hpp>
#include <blue/distributions/matrix_normal.hpp>
#include <blue/distributions/multivariate_normal.hpp>
#include <blue/distributions/non_bayesian.hpp>
#include <blue/distributions/uniform_prior.hpp>
#include <blue/io/state_dict.hpp>
#include <blue/layers/activations.hpp>
#include <blue/layers/linear.hpp>
#include <blue/models/parallel.hpp>
#include <blue/models/repeat.hpp>
#include <blue/models/sequential.hpp>

#include "io/files.hpp"
#include "support/catch.hpp"

#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

using namespace blue::io;
using blue::Array;
using blue::FileError;
using blue::Index;
using blue::Seed;
using blue_test::message_of;
using blue_test::TemporaryFolder;

namespace {

template <class B>
using Net =
    blue::Sequential<blue::Linear<3, 2, blue::MeanFieldNormal, blue::MeanFieldNormal, B>,
                     blue::ReLU,
                     blue::Linear<2, 4, blue::without_bias, blue::per_variable<blue::NonBayesian>,
                                  blue::UniformPrior, B>>;
using FloatNet = Net<blue::Cpu<float>>;
using DoubleNet = Net<blue::Cpu<double>>;

/// The bytes of all parameters, in the order of the slots.
template <class M>
std::string bytes_of(const M& model) {
    std::string bytes;
    blue::detail::visit_variables(model, [&](const auto& state) {
        for (int k = 0; k < state.parameters; ++k)
            bytes.append(
                reinterpret_cast<const char*>(state.parameter(k)),
                static_cast<std::size_t>(state.parameter_size(k)) * sizeof(*state.parameter(k)));
    });
    return bytes;
}

/// The tensors of a float net, of which single ones are replaced.
class Changed {
public:
    explicit Changed(std::string name) : name_(std::move(name)) {}
    template <class T>
    NamedTensors to(const Array<T>& values) const {
        NamedTensors result("file");
        const NamedTensors all = state_dict(FloatNet{Seed{5}});
        for (const auto& name : all.names())
            name == name_ ? result.add(name, values) : result.add(name, all.at(name));
        return result;
    }

private:
    std::string name_;
};

/// The problems that loading tells, after checking that it changed nothing.
template <class M>
std::string problems(const NamedTensors& tensors, LoadOptions options = {}) {
    M model{Seed{1}};
    const std::string before = bytes_of(model);
    const std::string message =
        message_of<FileError>([&] { load_state_dict(model, tensors, options); });
    CHECK(bytes_of(model) == before);
    const std::string start = "the parameters do not fit the model; it stays as it was:\n";
    CHECK(message.substr(0, start.size()) == start);
    return message.size() < start.size() ? message : message.substr(start.size());
}

}  // namespace

TEST_CASE("names, order, shapes and types are those of torch_blue") {
    const NamedTensors tensors = state_dict(FloatNet{Seed{1}});
    CHECK(tensors.names() == std::vector<std::string>{"0._weight_mean", "0._weight_log_std",
                                                      "0._bias_mean", "0._bias_log_std",
                                                      "2._weight_mean"});
    CHECK(tensors.at("0._weight_mean").shape == std::vector<Index>{2, 3});
    CHECK(tensors.at("0._bias_log_std").shape == std::vector<Index>{2});
    CHECK(tensors.at("2._weight_mean").shape == std::vector<Index>{4, 2});
    for (const auto& name : tensors.names()) CHECK(tensors.at(name).dtype == DType::F32);
    CHECK(state_dict(DoubleNet{Seed{1}}).at("2._weight_mean").dtype == DType::F64);
}

TEST_CASE("parameters of joint distributions have shapes of their own") {
    using Net = blue::Sequential<
        blue::Linear<5, 3, blue::MatrixNormal, blue::CentredPrior<>>, blue::ReLU,
        blue::Linear<3, 2, blue::per_variable<blue::LowRankNormal<2>, blue::MultivariateNormal>>>;
    Net saved{Seed{1}};
    blue::layer<0>(saved).state<"weight">().constant(0)[14] = 3;
    const NamedTensors tensors = state_dict(saved);
    const auto shape = [&](const char* name) { return tensors.at(name).shape; };
    CHECK(shape("0._weight_mean") == std::vector<Index>{3, 5});
    CHECK(shape("0._weight_log_row_std") == std::vector<Index>{3});
    CHECK(shape("0._weight_log_column_std") == std::vector<Index>{5});
    CHECK(shape("0._weight_prior_centre") == std::vector<Index>{3, 5});
    CHECK(shape("0._bias_log_column_std") == std::vector<Index>{1});
    CHECK(shape("2._weight_factor") == std::vector<Index>{6, 2});
    CHECK(shape("2._bias_cholesky") == std::vector<Index>{3});
    CHECK(tensors.names().size() == 8 + 3 + 2);
    Net loaded{Seed{2}};
    REQUIRE(bytes_of(saved) != bytes_of(loaded));
    load_state_dict(loaded, tensors);
    CHECK(bytes_of(saved) == bytes_of(loaded));
    CHECK(blue::layer<0>(loaded).state<"weight">().constant(0)[14] == 3);
}

TEST_CASE("a state dict holds the parameters, row by row") {
    FloatNet net{Seed{1}};
    float* const mean = blue::layer<0>(net).state<"weight">().parameter(0);
    float* const log_std = blue::layer<0>(net).state<"weight">().parameter(1);
    for (int e = 0; e < 6; ++e) {
        mean[e] = static_cast<float>(e);
        log_std[e] = static_cast<float>(-e);
    }
    const NamedTensors tensors = state_dict(net);
    const auto numbers = [&](const char* name) {
        const Array<float> array = tensors.as<float>(name);
        return std::vector<float>(array.begin(), array.end());
    };
    CHECK(numbers("0._weight_mean") == std::vector<float>{0, 1, 2, 3, 4, 5});
    CHECK(numbers("0._weight_log_std") == std::vector<float>{0, -1, -2, -3, -4, -5});
}

TEST_CASE("what was saved comes back, to the last bit") {
    TemporaryFolder folder;
    const auto path = folder / "net.safetensors";
    const auto round_trip = [&]<class M>(M) {
        const M saved{Seed{1}};
        M loaded{Seed{2}};
        REQUIRE(bytes_of(saved) != bytes_of(loaded));
        save(saved, path);
        load(loaded, path);
        CHECK(bytes_of(loaded) == bytes_of(saved));
    };
    round_trip(FloatNet{});
    round_trip(DoubleNet{});
    CHECK(folder.names() == std::vector<std::string>{"net.safetensors"});
    // As torch's save_file does, so that other tools know how to show it.
    CHECK(read_safetensors(path).metadata.at("format") == "pt");
}

TEST_CASE("unusual numbers come back, too") {
    FloatNet saved{Seed{1}}, loaded{Seed{2}};
    float* const mean = blue::layer<0>(saved).state<"bias">().parameter(0);
    mean[0] = -0.0f;
    mean[1] = std::numeric_limits<float>::denorm_min();
    load_state_dict(loaded, state_dict(saved));
    CHECK(bytes_of(loaded) == bytes_of(saved));
}

TEST_CASE("the order of the tensors does not matter") {
    const FloatNet saved{Seed{1}};
    const NamedTensors tensors = state_dict(saved);
    NamedTensors reversed;
    for (auto name = tensors.names().rbegin(); name != tensors.names().rend(); ++name)
        reversed.add(*name, tensors.at(*name));
    FloatNet loaded{Seed{2}};
    load_state_dict(loaded, reversed);
    CHECK(bytes_of(loaded) == bytes_of(saved));
}

TEST_CASE("a double model reads floats") {
    TemporaryFolder folder;
    const FloatNet saved{Seed{1}};
    save(saved, folder / "a");
    DoubleNet loaded{Seed{2}};
    load(loaded, folder / "a");
    const auto expected = blue::layer<0>(saved).state<"weight">();
    const auto& got = blue::layer<0>(loaded).state<"weight">();
    for (int k = 0; k < 2; ++k)
        for (Index e = 0; e < 6; ++e)
            CHECK(got.parameter(k)[e] == static_cast<double>(expected.parameter(k)[e]));
}

TEST_CASE("a model with products in bfloat16 has the parameters of a float model") {
    TemporaryFolder folder;
    const FloatNet saved{Seed{1}};
    save(saved, folder / "a");
    Net<blue::CpuBfloat16> loaded{Seed{2}};
    load(loaded, folder / "a");
    CHECK(bytes_of(loaded) == bytes_of(saved));
}

TEST_CASE("a float model reads doubles when rounding is meant") {
    const DoubleNet saved{Seed{1}};
    const std::string text = problems<FloatNet>(state_dict(saved));
    CHECK(text.find("  state dict: tensor \"0._weight_mean\": expected a type whose values F32 can "
                    "hold, got F64\n") == 0);
    FloatNet loaded{Seed{2}};
    load_state_dict(loaded, state_dict(saved), {.round = true});
    const auto& expected = blue::layer<2>(saved).state<"weight">();
    for (Index e = 0; e < 8; ++e)
        CHECK(blue::layer<2>(loaded).state<"weight">().parameter(0)[e] ==
              static_cast<float>(expected.parameter(0)[e]));
    // Not to infinity, though.
    const auto large = Changed("0._bias_mean").to(Array<double>({2}, {0, 1e300}));
    CHECK(problems<FloatNet>(large, {.round = true}) ==
          "  file: tensor \"0._bias_mean\": expected values in the range of F32, got 1e+300");
}

TEST_CASE("everything that is wrong is listed, and nothing is changed") {
    NamedTensors tensors("file");
    tensors.add("0._weight_mean", Array<float>({3, 2}));
    tensors.add("0._weight_log_std", Array<double>({2, 3}));
    tensors.add("0._bias_mean", Array<float>({2}, {0, std::numeric_limits<float>::infinity()}));
    tensors.add("2._weight_mean", Array<float>({4, 2}));  // fits
    tensors.add("2._bias_mean", Array<float>({4}));
    tensors.add("classifier.weight", Array<float>({1}));
    CHECK(
        problems<FloatNet>(tensors) ==
        "  0._weight_mean: expected shape (2, 3), got (3, 2)\n"
        "  file: tensor \"0._weight_log_std\": expected a type whose values F32 can hold, got F64\n"
        "  0._bias_mean: expected finite numbers, got inf\n"
        "  missing: 0._bias_log_std (2)\n"
        "  superfluous: 2._bias_mean\n"
        "  superfluous: classifier.weight");
}

TEST_CASE("one problem is enough, also in the last tensor") {
    CHECK(problems<FloatNet>(Changed("2._weight_mean").to(Array<float>({8}))) ==
          "  2._weight_mean: expected shape (4, 2), got (8)");
    Array<float> numbers({4, 2});
    numbers[7] = std::numeric_limits<float>::quiet_NaN();
    CHECK(problems<FloatNet>(Changed("2._weight_mean").to(numbers)) ==
          "  2._weight_mean: expected finite numbers, got nan");
    CHECK(problems<FloatNet>(Changed("2._weight_mean").to(Array<std::int32_t>({4, 2})))
              .find("got I32") != std::string::npos);
    NamedTensors more = state_dict(FloatNet{Seed{1}});
    more.add("3._weight_mean", Array<float>({1}));
    CHECK(problems<FloatNet>(more) == "  superfluous: 3._weight_mean");
    CHECK(problems<FloatNet>(NamedTensors()) ==
          "  missing: 0._weight_mean (2, 3)\n  missing: 0._weight_log_std (2, 3)\n"
          "  missing: 0._bias_mean (2)\n  missing: 0._bias_log_std (2)\n"
          "  missing: 2._weight_mean (4, 2)");
}

TEST_CASE("a file that is no file of parameters is an error that names it") {
    TemporaryFolder folder;
    FloatNet net{Seed{1}};
    const std::string before = bytes_of(net);
    const auto error = [&](const std::filesystem::path& path) {
        return message_of<FileError>([&] { load(net, path); });
    };
    CHECK(error(folder / "absent").find((folder / "absent").string()) != std::string::npos);
    const auto broken = folder.file("broken", "no safetensors");
    CHECK(error(broken).find(broken.string()) == 0);
    save(net, folder / "whole");
    std::filesystem::resize_file(folder / "whole",
                                 std::filesystem::file_size(folder / "whole") - 1);
    CHECK(error(folder / "whole").find((folder / "whole").string()) == 0);
    CHECK(bytes_of(net) == before);
}

TEST_CASE("a file is written completely or not at all") {
    TemporaryFolder folder;
    const auto path = folder / "net";
    const FloatNet first{Seed{1}}, second{Seed{2}};
    save(first, path);
    CHECK_THROWS_AS(save(second, folder / "absent" / "net"), FileError);

    // A full disk: no file may grow beyond 256 bytes, of the 520 that this one needs.
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    rlimit small = before;
    small.rlim_cur = 256;
    setrlimit(RLIMIT_FSIZE, &small);
    const std::string message = message_of<FileError>([&] { save(second, path); });
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);

    CHECK(message.find(path.string()) != std::string::npos);
    CHECK(folder.names() == std::vector<std::string>{"net"});
    FloatNet loaded{Seed{3}};
    load(loaded, path);
    CHECK(bytes_of(loaded) == bytes_of(first));
}

TEST_CASE("centres of priors are saved with the parameters", "[io]") {
    using Centred = blue::Sequential<
        blue::Linear<3, 2, blue::MeanFieldNormal,
                     blue::per_variable<blue::CentredPrior<>, blue::MeanFieldNormal>>,
        blue::Linear<2, 2, blue::without_bias, blue::MeanFieldNormal, blue::CentredPrior<>>>;
    Centred net{Seed{1}};
    blue::layer<0>(net).state<"weight">().constant(0)[5] = 0.25f;
    blue::layer<1>(net).state<"weight">().constant(0)[2] = -3;
    const NamedTensors tensors = state_dict(net);
    CHECK(tensors.names() ==
          std::vector<std::string>{"0._weight_mean", "0._weight_log_std", "0._weight_prior_centre",
                                   "0._bias_mean", "0._bias_log_std", "1._weight_mean",
                                   "1._weight_log_std", "1._weight_prior_centre"});
    Centred other{Seed{2}};
    load_state_dict(other, tensors);
    CHECK(blue::layer<0>(other).state<"weight">().constant(0)[5] == 0.25f);
    CHECK(blue::layer<1>(other).state<"weight">().constant(0)[2] == -3);
    CHECK(bytes_of(other) == bytes_of(net));
}

TEST_CASE("layers in containers have their names in files") {
    using Model = blue::Sequential<
        blue::named<"encoder", blue::Linear<3, 2>>,
        blue::Parallel<blue::Sum, blue::Linear<2, 2>, blue::named<"side", blue::Linear<2, 2>>>,
        blue::Repeat<2, blue::Linear<2, 2>>, blue::RepeatShared<2, blue::Linear<2, 2>>>;
    const Model model{Seed{1}};
    const NamedTensors tensors = state_dict(model);
    for (const char* name : {"encoder._weight_mean", "1.0._bias_log_std", "1.side._weight_mean",
                             "2.0._weight_mean", "2.1._weight_mean", "3.0._weight_log_std"})
        CHECK(tensors.contains(name));
    CHECK(tensors.names().size() == 24);
    Model other{Seed{2}};
    load_state_dict(other, tensors);
    CHECK(blue::layer<2, 1>(other).state<"weight">().parameter(0)[0] ==
          blue::layer<2, 1>(model).state<"weight">().parameter(0)[0]);
    CHECK(blue::layer<1, "side">(other).state<"bias">().parameter(1)[1] ==
          blue::layer<1, "side">(model).state<"bias">().parameter(1)[1]);
}
