// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Initial values of variational parameters, and prior rescaling.
#pragma once

#include <blue/models/settings.hpp>
#include <blue/models/standard_deviations.hpp>
#include <blue/random/draw.hpp>

#include <array>
#include <cmath>
#include <span>
#include <vector>

namespace blue {

namespace detail {

/// Product of all axes but the first.
template <class Shape>
inline constexpr Index fan_in = Shape::size / Shape::extents[0];
template <>
inline constexpr Index fan_in<shape<>> = 1;

/// The fan-in of a module: that of its first random variable with two or more axes; 1 without one.
template <class RandomVariables>
inline constexpr Index module_fan_in = 1;
template <class First, class... Rest>
inline constexpr Index module_fan_in<mp::mp_list<First, Rest...>> =
    First::shape::rank >= 2 ? fan_in<typename First::shape> : module_fan_in<mp::mp_list<Rest...>>;

/// The fan-in of a layer, of which a variable with several axes has its own. A layer may have one
/// for all of its variables, `static constexpr Index fan_in`.
template <class Layer>
struct layer_fan_in {
    static constexpr Index value = module_fan_in<typename Layer::own_variables>;
    static constexpr bool is_shared = false;
};
template <class Layer>
requires requires {
    Layer::fan_in;
}
struct layer_fan_in<Layer> {
    static constexpr Index value = Layer::fan_in;
    static constexpr bool is_shared = true;
};

/// Whether a parameter of this name says where its variable is. (The value of a deterministic
/// parameter is all that it has.)
constexpr bool is_location(fixed_string name) {
    return name == fixed_string("mean") || name == fixed_string("mode") ||
           name == fixed_string("loc") || name == fixed_string("value");
}

/// Narrows a prior to the width of its layer, once.
template <class State>
void rescale_prior(State& state, Index fan_in) {
    if constexpr (requires { state.prior.rescale(1.0); })
        if (!std::exchange(state.prior_is_rescaled, true))
            state.prior.rescale(1 / std::sqrt(3.0 * static_cast<double>(fan_in)));
}

/// The prior's value for a parameter of that stored name, if it has one.
template <class P>
bool prior_value(const P& prior, fixed_string stored_name, double& value) {
    if constexpr (HasParameters<P>) {
        const auto defaults = default_parameters(prior);
        for (std::size_t k = 0; k < defaults.size(); ++k)
            if (P::parameters::stored_names[k] == stored_name) {
                value = stored_value(P::parameters::transforms[k], defaults[k]);
                return true;
            }
    }
    return false;
}

/// How a parameter starts: uniform within [-bound, bound], or all elements at `constant`.
struct ParameterStart {
    double bound = 0, constant = 0;
};

/// Where a positive parameter or another one starts that is no location.
inline double initial_constant(transform kind, double natural, double spread,
                               bool kaiming_initialization) {
    if (!kaiming_initialization) return stored_value(kind, natural);
    switch (kind) {
        // torch_blue adds 1e-5 inside logarithms.
        case transform::exponential:
            return stored_value(kind, natural) + std::log(spread + 1e-5);
        case transform::softplus:
            return stored_value(kind, natural * spread);
        default:
            return natural * spread;
    }
}

/// Fills the parameters of one variable.
template <class B>
void fill_parameters(typename B::scalar* parameters, Index size, Index stride,
                     std::span<const ParameterStart> starts, random::Key key) {
    using T = typename B::scalar;
    std::vector<T> values(static_cast<std::size_t>(size));
    for (std::size_t k = 0; k < starts.size(); ++k) {
        key.sample = static_cast<std::uint32_t>(k);
        for (Index e = 0; e < size; ++e) {
            double value = starts[k].constant;
            if (starts[k].bound > 0)
                value = starts[k].bound * (2 * random::uniform<double>(key, e) - 1);
            values[static_cast<std::size_t>(e)] = static_cast<T>(value);
        }
        B::memory::copy_from_host(parameters + static_cast<Index>(k) * stride, values.data(), size);
    }
}

/// Whether a prior's initial values depend on its constant for an element.
template <class P>
inline constexpr bool draws_around_constants = requires(const P& prior) {
    prior.initial_values(0.0, 0.0);
};
template <class P>
inline constexpr bool draws_initial_values = draws_around_constants<P> || requires(const P& prior) {
    prior.initial_values(0.0);
};

/// What a prior draws for each element, the values of its `initial_parameters`. A prior with a
/// constant gets that of the element.
template <class State>
auto drawn_values(const State& state, random::Key key) {
    using B = typename std::remove_cvref_t<decltype(state.values)>::backend;
    constexpr bool is_moved = draws_around_constants<typename State::P>;
    std::vector<typename B::scalar> centre(static_cast<std::size_t>(is_moved ? State::size : 0));
    if constexpr (is_moved) B::memory::copy_to_host(centre.data(), state.constant(0), State::size);
    const auto drawn = [&](Index e) {
        const double normal = random::draw_element<noise::Normal, double>({}, key, e);
        if constexpr (is_moved)
            return state.prior.initial_values(
                normal, static_cast<double>(centre[static_cast<std::size_t>(e)]));
        else
            return state.prior.initial_values(normal);
    };
    std::vector<decltype(drawn(0))> values;
    for (Index e = 0; e < State::size; ++e) values.push_back(drawn(e));
    return values;
}

/// Initial values that a prior draws, element by element, for parameters that the variational
/// distribution has under the same stored name, one number per element. Elements of a joint
/// distribution get its `std` as theirs, whatever their parameters are.
template <class State>
void draw_from_prior(State& state, random::Key key) {
    if constexpr (draws_initial_values<typename State::P>) {
        using B = typename std::remove_reference_t<decltype(state.values)>::backend;
        using Own = typename State::Q::parameters;
        using Drawn = typename std::remove_cvref_t<decltype(state.prior)>::initial_parameters;
        const auto drawn = drawn_values(state, key);
        for (std::size_t d = 0; d < Drawn::size; ++d) {
            if constexpr (ScalesElements<typename State::Q>)
                if (Drawn::names[d] == fixed_string("std")) {
                    std::vector<double> stds;
                    for (const auto& values : drawn) stds.push_back(values[d]);
                    set_standard_deviations(state, stds);
                    continue;
                }
            for (int k = 0; k < Own::size; ++k) {
                if (Own::stored_names[k] != Drawn::stored_names[d]) continue;
                if (State::parameter_size(k) != State::size) continue;
                std::vector<typename B::scalar> numbers;
                for (const auto& values : drawn)
                    numbers.push_back(static_cast<typename B::scalar>(
                        stored_value(Drawn::transforms[d], values[d])));
                B::memory::copy_from_host(state.parameter(k), numbers.data(), State::size);
            }
        }
    }
}

/// Where a joint distribution starts: all parameters but the mean.
template <class State>
void fill_joint_parameters(State& state, const ModuleOptions& options, double spread,
                           random::Key key) {
    using B = typename std::remove_reference_t<decltype(state.values)>::backend;
    double std = state.distribution.std, log_std = 0;
    if (options.prior_initialization && prior_value(state.prior, "log_std", log_std))
        std = std::exp(log_std);
    else if (options.kaiming_initialization)
        std *= spread + 1e-5;  // as in initial_constant
    std::vector<typename B::scalar> values;
    for (int k = 1; k < State::parameters; ++k) {
        key.sample = static_cast<std::uint32_t>(k);
        values.resize(static_cast<std::size_t>(State::parameter_size(k)));
        for (Index e = 0; e < State::parameter_size(k); ++e)
            values[static_cast<std::size_t>(e)] =
                static_cast<typename B::scalar>(state.distribution.initial_value(
                    k, e, 2 * random::uniform<double>(key, e) - 1, std));
        B::memory::copy_from_host(state.parameter(k), values.data(), State::parameter_size(k));
    }
}

/// Where the parameters of a variable start. Without its shape, so that it is compiled once.
template <class Q, class P>
std::array<ParameterStart, Q::parameters::size> parameter_starts(const Q& distribution,
                                                                 const P& prior,
                                                                 const ModuleOptions& options,
                                                                 Index fan_in,
                                                                 Index module_fan_in) {
    using Parameters = typename Q::parameters;
    const auto defaults = default_parameters(distribution);
    std::array<ParameterStart, Parameters::size> starts;
    for (std::size_t k = 0; k < starts.size(); ++k) {
        const fixed_string stored_name = Parameters::stored_names[k];
        if (options.prior_initialization && prior_value(prior, stored_name, starts[k].constant))
            continue;
        if (is_location(stored_name))
            starts[k].bound = 1 / std::sqrt(static_cast<double>(fan_in));
        else
            starts[k].constant = initial_constant(Parameters::transforms[k], defaults[k],
                                                  1 / std::sqrt(static_cast<double>(module_fan_in)),
                                                  options.kaiming_initialization);
    }
    return starts;
}

template <class FanIn, class State>
void initialise_distribution(State& state, const ModuleOptions& options, random::Key key) {
    using B = typename std::remove_reference_t<decltype(state.values)>::backend;
    using Shape = typename State::variable::shape;
    constexpr Index module_fan_in = FanIn::value;
    constexpr bool has_own = Shape::rank >= 2 && !FanIn::is_shared;
    const auto starts = parameter_starts(state.distribution, state.prior, options,
                                         has_own ? fan_in<Shape> : module_fan_in, module_fan_in);
    if constexpr (is_joint<typename State::Q>) {
        fill_parameters<B>(state.parameter(0), State::size, State::stride,
                           std::span(starts).first(1), key);
        fill_joint_parameters(state, options, 1 / std::sqrt(static_cast<double>(module_fan_in)),
                              key);
    } else {
        fill_parameters<B>(state.parameter(0), State::size, State::stride, starts, key);
    }
    if (options.prior_initialization) draw_from_prior(state, key);
}

template <class FanIn, class State>
void initialise_state(State& state, const ModuleOptions& options, random::Key key) {
    if constexpr (is_deterministic<typename State::Q>) {
        std::array<ParameterStart, 1> start;
        start[0].constant = State::Q::start::value;
        using B = typename std::remove_reference_t<decltype(state.values)>::backend;
        fill_parameters<B>(state.parameter(0), State::size, State::stride, start, key);
    } else {
        initialise_distribution<FanIn>(state, options, key);
    }
}

}  // namespace detail

/// Sets the initial values of all variational parameters of a model, from the seed.
///
/// Locations (`mean`, `mode`, `loc`) are uniform within 1 / sqrt(fan-in), as Kaiming initialisation
/// of linear layers has it; other parameters start at the distribution's defaults, narrowed by 1 /
/// sqrt(fan-in).
/// \param settings any of `posterior(q)`, `prior(p)`, `ModuleOptions{...}`: applied to all modules
///   first.
template <class M, class... Settings>
void initialise(M& model, Seed seed, const Settings&... settings) {
    (detail::check_setting<M, Settings>(), ...);
    std::uint32_t slot = 0;
    const auto each = [&](auto& layer) {
        (detail::apply_module_setting(layer.module_options, settings), ...);
        using FanIn = detail::layer_fan_in<std::remove_reference_t<decltype(layer)>>;
        layer.for_each_state([&](auto& state) {
            (detail::apply_setting(state, settings), ...);
            if (layer.module_options.rescale_prior) detail::rescale_prior(state, FanIn::value);
            random::Key key{seed.value, 0, slot++, 0,
                            static_cast<std::uint32_t>(random::purpose::initial_values)};
            detail::initialise_state<FanIn>(state, layer.module_options, key);
        });
    };
    detail::visit_modules(model, each);
}

/// A model with initial values: `auto net = make<Block<8, 4>>(Seed{1});`. Settings: see
/// `initialise`.
template <class M, class... Settings>
M make(Seed seed, const Settings&... settings) {
    M model;
    initialise(model, seed, settings...);
    return model;
}

}  // namespace blue
