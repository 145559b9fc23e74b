// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The type of a model with other policies: all at once, or layer by layer.
#pragma once

#include <blue/models/replaced_policies.hpp>

#include <type_traits>
#include <utility>

namespace blue {

namespace requirement {

/// A position in a `Sequential`.
template <bool Ok, class Position, class Count>
struct layer_position : check {
    static_assert(Ok,
                  "blue: the model has no layer at this position, see position and count in "
                  "layer_position<...>: positions begin with 0");
};

}  // namespace requirement

namespace detail {

/// Whether a layer has a weight matrix, or more axes.
template <class L>
inline constexpr bool has_matrix = [] {
    return []<class... Placed>(mp::mp_list<Placed...>) {
        return (false || ... || (Placed::variable::shape::rank >= 2));
    }(random_variables<L>{});
}();

/// The layers of a stack of which `keeps[i]` is true stay, the others become point estimates.
template <class Net>
struct layers_of {
    static_assert(requirement::replaceable_policies<false, Net>{});
};
template <class... Layers>
struct layers_of<Sequential<Layers...>> {
    static constexpr int count = sizeof...(Layers);

    static constexpr int last_matrix() {
        int last = 0, i = 0;
        ((has_matrix<Layers> ? static_cast<void>(last = i) : void(), ++i), ...);
        return last;
    }
    template <bool Keeps, class L, class P>
    using layer = typename std::conditional_t<Keeps, std::type_identity<L>,
                                              replaced<L, NonBayesian, P, keep_policy>>::type;
    template <class P, bool... Keeps>
    using bayesian = Sequential<layer<Keeps, Layers, P>...>;

    template <class P, int... Position>
    struct at {
        static_assert((requirement::layer_position<(Position >= 0 && Position < count),
                                                   requirement::position<Position>,
                                                   requirement::count<count>>{} &&
                       ...));
        static constexpr bool keeps(int i) { return ((i == Position) || ...); }
        template <class Indices>
        struct with;
        template <int... At>
        struct with<std::integer_sequence<int, At...>> {
            using type = bayesian<P, keeps(At)...>;
        };
        using type = typename with<std::make_integer_sequence<int, count>>::type;
    };
    template <class P>
    struct from_last_matrix {
        template <class Indices>
        struct with;
        template <int... At>
        struct with<std::integer_sequence<int, At...>> {
            using type = bayesian<P, (At >= last_matrix())...>;
        };
        using type = typename with<std::make_integer_sequence<int, count>>::type;
    };
    template <template <class> class Predicate, class P>
    using where = bayesian<P, static_cast<bool>(Predicate<Layers>::value)...>;
};

}  // namespace detail

/// The type of a model with other policies in all of its layers: `with_policies<Net,
/// MeanFieldLaplace>`, `with_policies<Net, keep_policy, UniformPrior>`. It goes through
/// `Sequential`, `Residual` and other containers and rewrites each layer that has random variables:
/// its last template arguments are taken for variational distribution, prior and backend, in this
/// order, behind options such as `without_bias`. A layer of another form says itself what it
/// becomes,
///
///     template <class Q, class P, class B> using with_policies = Block<8, Q>;
///
/// and one that can do neither is a compile error.
/// \tparam P, B stay as they are when left out.
template <class Net, class Q, class P = keep_policy, class B = keep_policy>
using with_policies = typename detail::replaced<Net, Q, P, B>::type;

/// The type of a model on another backend, with the same distributions: `with_backend<Net,
/// Cuda<float>>`. `to` moves the model itself.
template <class Net, class B>
using with_backend = with_policies<Net, keep_policy, keep_policy, B>;

/// A `Sequential` in which only the layers at some positions keep their variational distribution,
/// the others become point estimates: `bayesian_at<Net, 0, 4>`. The priors stay and act as weight
/// decay.
template <class Net, int... Position>
using bayesian_at = typename detail::layers_of<Net>::template at<keep_policy, Position...>::type;

/// A `Sequential` in which only layers with `Predicate<Layer>::value` keep their variational
/// distribution.
template <class Net, template <class> class Predicate>
using bayesian_where = typename detail::layers_of<Net>::template where<Predicate, keep_policy>;

/// A `Sequential` of point estimates up to its last layer with a weight matrix, which stays as it
/// is with all behind it ("neural linear model", Snoek et al. 2015).
/// \tparam P prior of the point estimates; theirs when left out.
template <class Net, class P = keep_policy>
using last_layer_bayesian = typename detail::layers_of<Net>::template from_last_matrix<P>::type;

}  // namespace blue
