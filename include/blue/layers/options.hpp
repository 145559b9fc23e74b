// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Options of layers that change types, in front of the policies: `Linear<4, 3, without_bias, Q, P,
/// B>`.
#pragma once

#include <blue/concepts/module.hpp>
#include <blue/fwd.hpp>

#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>

namespace blue {

/// A layer without the random variable "bias".
struct without_bias {};

namespace detail {

/// The policies of a layer, after its options: variational distribution, prior, backend.
template <class... Policies>
struct layer_policies {
    static constexpr std::size_t given = sizeof...(Policies);
    static constexpr bool fits = given <= 3;
    static_assert(
        requirement::policies<fits, requirement::given<requirement::count<int{given}>>>{});

    /// Policy I, or its default when it is not given (and after an error).
    template <std::size_t Position, class Default>
    using at = boost::mp11::mp_at_c<boost::mp11::mp_list<Policies..., Default>,
                                    (Position < given && fits ? Position : given)>;
    static constexpr bool has_bias = true;
    using variational = at<0, MeanFieldNormal>;
    using prior = at<1, MeanFieldNormal>;
    using backend = at<2, Cpu<float>>;
};
template <class... Policies>
struct layer_policies<without_bias, Policies...> : layer_policies<Policies...> {
    static constexpr bool has_bias = false;
};

}  // namespace detail

}  // namespace blue
