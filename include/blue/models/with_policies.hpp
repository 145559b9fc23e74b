// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The type of a model with other policies: all at once, or layer by layer.
#pragma once

#include <blue/layers/options.hpp>
#include <blue/models/residual.hpp>
#include <blue/models/sequential.hpp>

#include <boost/mp11/algorithm.hpp>

namespace blue {

/// In the place of a policy: the one that each layer has.
struct keep_policy {};

namespace requirement {

/// A layer whose policies can be replaced.
template <bool Ok, class Layer>
struct replaceable_policies : check {
    static_assert(
        Ok,
        "blue: the policies of this layer cannot be replaced, see the layer in "
        "replaceable_policies<...>: let its last template arguments be its policies, or add "
        "template <class Q, class P, class B> using with_policies");
};

/// A position in a `Sequential`.
template <bool Ok, class Position, class Count>
struct layer_position : check {
    static_assert(Ok,
                  "blue: the model has no layer at this position, see position and count in "
                  "layer_position<...>: positions begin with 0");
};

}  // namespace requirement

namespace detail {

template <class T>
inline constexpr bool is_policy =
    is_policy_list<T> || VariationalDistribution<T> || Prior<T> || Backend<T>;

/// The template that a layer is made of, its arguments that are types, and how many values stand
/// before them.
template <class L>
struct template_of {
    static void with(...) = delete;
    using arguments = mp::mp_list<>;
    static constexpr int values = 0;
};
template <template <class...> class L, class... X>
struct template_of<L<X...>> {
    template <class... Y>
    static std::type_identity<L<Y...>> with(mp::mp_list<Y...>);
    using arguments = mp::mp_list<X...>;
    static constexpr int values = 0;
};
template <template <auto, class...> class L, auto A, class... X>
struct template_of<L<A, X...>> {
    template <class... Y>
    static std::type_identity<L<A, Y...>> with(mp::mp_list<Y...>);
    using arguments = mp::mp_list<X...>;
    static constexpr int values = 1;
};
template <template <auto, auto, class...> class L, auto A, auto B, class... X>
struct template_of<L<A, B, X...>> {
    template <class... Y>
    static std::type_identity<L<A, B, Y...>> with(mp::mp_list<Y...>);
    using arguments = mp::mp_list<X...>;
    static constexpr int values = 2;
};
template <template <auto, auto, auto, class...> class L, auto A, auto B, auto C, class... X>
struct template_of<L<A, B, C, X...>> {
    template <class... Y>
    static std::type_identity<L<A, B, C, Y...>> with(mp::mp_list<Y...>);
    using arguments = mp::mp_list<X...>;
    static constexpr int values = 3;
};
template <template <auto, auto, auto, auto, class...> class L, auto A, auto B, auto C, auto D,
          class... X>
struct template_of<L<A, B, C, D, X...>> {
    template <class... Y>
    static std::type_identity<L<A, B, C, D, Y...>> with(mp::mp_list<Y...>);
    using arguments = mp::mp_list<X...>;
    static constexpr int values = 4;
};

/// The policies of a layer and what takes their place.
template <class L, class Q, class P, class B>
struct replaced_arguments {
    template <class Old, class New>
    using choose = std::conditional_t<std::is_same_v<New, keep_policy>, Old, New>;
    template <class T>
    using policy = mp::mp_bool<is_policy<T>>;

    /// What is no policy comes first and stays: options such as `without_bias`.
    using arguments = typename template_of<L>::arguments;
    static constexpr std::size_t first = mp::mp_find_if<arguments, policy>::value;
    using options = mp::mp_take_c<arguments, first>;
    using policies = mp::mp_drop_c<arguments, first>;
    static constexpr std::size_t given = mp::mp_size<policies>::value;

    /// Whether the policies are what their places are for.
    static constexpr bool in_order = []<class... X>(mp::mp_list<X...>) {
        int place = 0;
        return (true && ... &&
                (place++ == 0 ? is_policy_list<X> || VariationalDistribution<X>
                 : place == 2 ? is_policy_list<X> || Prior<X>
                              : place == 3 && Backend<X>));
    }(policies{});

    /// Those that are not given have the defaults of built-in layers.
    using old = mp::mp_apply<layer_policies, policies>;
    using wanted = mp::mp_list<choose<typename old::variational, Q>, choose<typename old::prior, P>,
                               choose<typename old::backend, B>>;
    using every = mp::mp_append<options, wanted>;
    /// Of a layer that takes no more policies than it has.
    using as_many = mp::mp_append<options, mp::mp_take_c<wanted, (given < 3 ? given : 3)>>;
    static constexpr bool has_all_that_change = (given > 0 || std::is_same_v<Q, keep_policy>)&&(
        given > 1 || std::is_same_v<P, keep_policy>)&&(given > 2 || std::is_same_v<B, keep_policy>);
};

/// Whether a layer computes with what replaces its backend.
template <class L, class B>
inline constexpr bool takes_backend = computes_with<L, B>;
template <class L>
inline constexpr bool takes_backend<L, keep_policy> = true;

/// What a layer with `with_policies` is told: one with random variables which policies it keeps,
/// one that only contains others hands `keep_policy` on.
template <class L, class New, std::size_t Position>
struct told_policy {
    using type = New;
};
template <class L, std::size_t Position>
requires(!mp::mp_empty<typename own_variables_of<L>::type>::value) struct told_policy<
    L, keep_policy, Position> {
    using type = mp::mp_at_c<typename L::given_policies, Position>;
};

template <class L, class Q, class P, class B>
constexpr auto with_replaced_policies() {
    using Arguments = replaced_arguments<L, Q, P, B>;
    using NewQ = typename told_policy<L, Q, 0>::type;
    using NewP = typename told_policy<L, P, 1>::type;
    using NewB = typename told_policy<L, B, 2>::type;
    if constexpr (requires { typename L::template with_policies<NewQ, NewP, NewB>; }) {
        using Found = typename L::template with_policies<NewQ, NewP, NewB>;
        if constexpr (takes_backend<Found, B>)
            return std::type_identity<Found>{};
        else
            return std::type_identity<requirement::replaceable_policies<false, L>>{};
    } else if constexpr (mp::mp_empty<random_variables<L>>::value && takes_backend<L, B>)
        return std::type_identity<L>{};
    else if constexpr (!Arguments::in_order)
        return std::type_identity<requirement::replaceable_policies<false, L>>{};
    else if constexpr (requires { template_of<L>::with(typename Arguments::every{}); })
        return decltype(template_of<L>::with(typename Arguments::every{})){};
    else if constexpr (requires { template_of<L>::with(typename Arguments::as_many{}); } &&
                       Arguments::has_all_that_change && Arguments::given > 0)
        return decltype(template_of<L>::with(typename Arguments::as_many{})){};
    else
        return std::type_identity<requirement::replaceable_policies<false, L>>{};
}

/// After an error in the place of a layer that stays on another backend.
struct not_replaced {
    template <class X>
    X operator()(auto&, X x) const {
        return x;
    }
};

/// A layer with other policies; itself after an error.
template <class L, class Q, class P, class B>
struct replaced {
    using found = typename decltype(with_replaced_policies<L, Q, P, B>())::type;
    using failure = requirement::replaceable_policies<false, L>;
    static constexpr bool failed = std::is_same_v<found, failure>;
    static_assert(std::conditional_t<failed, failure, requirement::check>{});
    using type =
        std::conditional_t<failed, std::conditional_t<takes_backend<L, B>, L, not_replaced>, found>;
};
template <fixed_string Name, class Layer, class Q, class P, class B>
struct replaced<named<Name, Layer>, Q, P, B> {
    using type = named<Name, typename replaced<Layer, Q, P, B>::type>;
};
template <class... Layers, class Q, class P, class B>
struct replaced<Sequential<Layers...>, Q, P, B> {
    using type = Sequential<typename replaced<Layers, Q, P, B>::type...>;
};
template <class... Layers, class Q, class P, class B>
struct replaced<Residual<Layers...>, Q, P, B> {
    using type = Residual<typename replaced<Layers, Q, P, B>::type...>;
};

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
