// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Attention with several heads and random projections.
#pragma once

#include <blue/layers/attention_options.hpp>
#include <blue/layers/linear.hpp>
#include <blue/layers/module.hpp>
#include <blue/ops/attention.hpp>
#include <blue/ops/concatenate.hpp>
#include <blue/ops/rows.hpp>

namespace blue {

namespace requirement {
/// The width of what goes into an attention layer.
template <bool Ok, class Argument, class Expected, class Given>
struct attention_width : check {
    static_assert(
        Ok,
        "blue: MultiheadAttention gets another width than it takes, see the argument and its "
        "expected and given shape in attention_width<...>: change it, or give the layer kdim<N> "
        "and vdim<N>");
};
}  // namespace requirement

namespace detail {

/// The policy of a layer inside a layer with a list of policies: the first of the list.
template <class Policy>
struct policy_of_child {
    using type = Policy;
};
template <class First, class... Rest>
struct policy_of_child<per_variable<First, Rest...>> {
    using type = First;
};

/// The random variables of `MultiheadAttention`, as torch_blue names them.
template <Index E, class Options>
using attention_variables = variables<
    optional_variable<Options::key_width == E && Options::value_width == E, "in_proj_weight", 3 * E,
                      E>,
    optional_variable<Options::key_width != E || Options::value_width != E, "q_proj_weight", E, E>,
    optional_variable<Options::key_width != E || Options::value_width != E, "k_proj_weight", E,
                      Options::key_width>,
    optional_variable<Options::key_width != E || Options::value_width != E, "v_proj_weight", E,
                      Options::value_width>,
    optional_variable<Options::has_bias, "in_proj_bias", 3 * E>,
    optional_variable<Options::has_bias_kv, "bias_k", 1, 1, E>,
    optional_variable<Options::has_bias_kv, "bias_v", 1, 1, E>>;

/// What is wrong with an argument of `MultiheadAttention`; `requirement::check` when nothing is.
template <class Shape, class Argument, Index Width>
struct attention_argument {
    using expected = replace_last<Shape, Width>;
    using check = std::conditional_t<
        Shape::rank != 2, requirement::sequence<false, Argument, requirement::given<Shape>>,
        std::conditional_t<
            std::is_same_v<expected, Shape>, requirement::check,
            requirement::attention_width<false, Argument, requirement::expected<expected>,
                                         requirement::given<Shape>>>>;
};
template <class Argument, Index Width>
struct attention_argument<any_shape, Argument, Width> {
    using check = requirement::check;
};

/// The first thing that is wrong with the arguments of `MultiheadAttention`: one error, not three,
/// when a sequence that attends to itself is wrong.
template <Index E, class Options, class Q, class K, class V>
struct attention_check {
    using query = typename attention_argument<Q, requirement::query, E>::check;
    using key = typename attention_argument<K, requirement::key, Options::key_width>::check;
    using value = typename attention_argument<V, requirement::value, Options::value_width>::check;
    using together =
        std::conditional_t<first_extent<K> == first_extent<V> || std::is_same_v<K, any_shape> ||
                               std::is_same_v<V, any_shape>,
                           requirement::check, requirement::attention_shapes<false, Q, K, V>>;
    template <class First, class Second>
    using first_of = std::conditional_t<std::is_same_v<First, requirement::check>, Second, First>;
    using type = first_of<query, first_of<key, first_of<value, together>>>;
    static constexpr bool passed =
        std::is_same_v<type, requirement::check> && Q::rank == 2 && K::rank == 2 && V::rank == 2;
};

/// The output layer of `MultiheadAttention`.
template <Index E, class Options>
struct attention_output {
    using Q = typename policy_of_child<typename Options::variational>::type;
    using P = typename policy_of_child<typename Options::prior>::type;
    using B = typename Options::backend;
    using type = std::conditional_t<Options::has_bias, Linear<E, E, Q, P, B>,
                                    Linear<E, E, without_bias, Q, P, B>>;
};

/// Sequences with one more row: (S, B, L, N) and (S, 1, N) to (S, B, L + 1, N).
template <class B, Index L, Index N>
auto append_row(Var<B, shape<L, N>> x, Var<B, shape<N>> row) {
    return append_last(x.template as<shape<dynamic>>(), row).template as<shape<dynamic, N>>();
}
template <Index N, class B>
Var<B, shape<N>> zero_row(Tape<B>& tape) {
    Node<B>* const zeros = tape.node(1, 1, N, false);
    B::memory::fill_zero(zeros->value, N);
    return {&tape, zeros};
}

}  // namespace detail

/// Attention of queries to keys and values (Vaswani et al. 2017, "Attention Is All You Need",
/// section 3.2.2), all of them projected to the width `E` first, which `Heads` heads share out:
/// `MultiheadAttention<64, 4>`. Items are sequences: queries (S or 1, B, L, E), keys (S or 1, B, K,
/// E), values alike; the output is (S, B, L, E). Lengths may be `dynamic`.
///
/// The batch comes before the length, as everywhere in this library; data in which the length comes
/// first go through `sequence_first` on their way to a tape.
///
/// Random variables: "in_proj_weight" (3 E, E), of which the rows are for queries, keys and values;
/// with `kdim<N>` or `vdim<N>` instead of it "q_proj_weight" (E, E), "k_proj_weight" (E, kdim),
/// "v_proj_weight" (E, vdim); "in_proj_bias" (3 E); "bias_k" and "bias_v" (1, 1, E); and those of
/// the layer "out_proj". They are drawn once per sample, also those with `LocalReparameterization`
/// or `Flipout`: all elements of a sequence, and those that they attend to, have them in common.
/// Priors are rescaled, as in torch_blue: see `ModuleOptions`.
/// \tparam Options `kdim<N>`, `vdim<N>`, `without_bias`, `with_bias_kv`, `with_zero_attn`, then
///   variational distribution, prior, backend. Of a list of policies "out_proj" has the first.
template <Index E, Index Heads, class... Options>
struct MultiheadAttention
    : Module<MultiheadAttention<E, Heads, Options...>,
             detail::attention_variables<E, detail::attention_layer<E, Options...>>,
             typename detail::attention_layer<E, Options...>::variational,
             typename detail::attention_layer<E, Options...>::prior,
             typename detail::attention_layer<E, Options...>::backend> {
    using options = detail::attention_layer<E, Options...>;
    static constexpr bool divides = Heads > 0 && E % Heads == 0;
    static_assert(requirement::heads<divides, Heads, E>{});

    typename detail::attention_output<E, options>::type out_proj;
    using children = blue::children<&MultiheadAttention::out_proj>;

    /// The shape that the layer expects in place of a given one.
    template <class Shape>
    using expected_input = replace_last<Shape, E>;
    /// The input of a model that begins with this layer.
    using input_shape = shape<dynamic, E>;

    MultiheadAttention() {
        this->module_options.rescale_prior = out_proj.module_options.rescale_prior = true;
    }

    /// Attention of a sequence to itself.
    auto forward(auto& pass, auto x) const { return forward(pass, x, x, x); }
    auto forward(auto& pass, auto x, const AttentionOptions& masks) const {
        return forward(pass, x, x, x, masks);
    }
    /// \param weights `averaged_weights{}` or `weights_per_head{}`: the result is then
    ///   `{output, weights}`.
    template <class PassT, class B, class QShape, class KShape, class VShape,
              class Weights = no_weights>
    requires std::is_base_of_v<Pass<B>, PassT>
    auto forward(PassT& pass, Var<B, QShape> query, Var<B, KShape> key, Var<B, VShape> value,
                 const AttentionOptions& masks = {}, Weights = {}) const {
        using Check = detail::attention_check<E, options, QShape, KShape, VShape>;
        static_assert(typename Check::type{});
        if constexpr (!(Check::passed && divides)) {
            return Var<B, any_shape>{query.tape, query.node};  // after an error
        } else {
            constexpr Index queries = first_extent<QShape>;
            constexpr Index keys =
                first_extent<KShape> == dynamic ? dynamic : first_extent<KShape> + extra;
            Tape<B>& tape = detail::common_tape(query, key, value);
            const AttentionSizes sizes{Heads,     query.node->item / E,
                                       0,         E / Heads,
                                       E / Heads, key.node->item / options::key_width};
            const auto args =
                attend(pass, query, key, value, sizes, masks, detail::weights_kind<Weights>);
            const auto y = detail::attended<Heads, queries, keys, E, Weights>(tape, args);
            if constexpr (std::is_same_v<Weights, no_weights>)
                return project(pass, y);
            else
                return Attended<decltype(project(pass, y.output)), decltype(y.weights)>{
                    project(pass, y.output), y.weights};
        }
    }

private:
    static constexpr bool is_packed = options::key_width == E && options::value_width == E;
    /// Keys beside those of the sequence.
    static constexpr Index extra = Index{options::has_bias_kv} + Index{options::has_zero_attn};

    /// Its weights are drawn, with any estimator: a sequence has them in common.
    auto draw(const auto& pass, auto name) const { return drawn(pass.sample(*this, name)); }
    template <class PassT>
    auto project(PassT& pass, auto x) const {
        const auto run = [&] {
            return linear(x, drawn(pass.sample(out_proj, "weight"_v)),
                          drawn(pass.sample(out_proj, "bias"_v)));
        };
        if constexpr (requires { typename PassT::observer; })
            return pass.observe(out_proj, run);
        else
            return run();
    }

    template <class B, class X>
    static Columns<B> whole(X x) {
        return {x.node, 0, E};
    }

    /// Projects and attends.
    template <class B, class QShape, class KShape, class VShape>
    AttentionArgs<B> attend(const Pass<B>& pass, Var<B, QShape> query, Var<B, KShape> key,
                            Var<B, VShape> value, AttentionSizes sizes,
                            const AttentionOptions& masks, detail::WeightsKind kind) const {
        const Index length = value.node->item / options::value_width;
        if (length != sizes.masked_keys)
            throw ShapeError("MultiheadAttention: keys of length ", sizes.masked_keys,
                             " do not go with values of length ", length);
        sizes.keys = sizes.masked_keys + extra;
        Tape<B>& tape = *query.tape;
        const auto bias = draw(pass, "in_proj_bias"_v);
        if constexpr (is_packed && extra == 0) {
            const auto weight = draw(pass, "in_proj_weight"_v);
            if (key.node == value.node && query.node == key.node) {
                Node<B>* const x = linear(query, weight, bias).node;
                return detail::attention<B>(
                    tape, {{{x, 0, 3 * E}, {x, E, 3 * E}, {x, 2 * E, 3 * E}}}, sizes, masks, kind);
            }
            if (key.node == value.node) {
                Node<B>* const q = linear(query, rows<0, E>(weight), rows<0, E>(bias)).node;
                Node<B>* const x = linear(key, rows<E, 2 * E>(weight), rows<E, 2 * E>(bias)).node;
                return detail::attention<B>(tape, {{{q, 0, E}, {x, 0, 2 * E}, {x, E, 2 * E}}},
                                            sizes, masks, kind);
            }
        }
        const auto projected = [&](auto x, auto weight, auto part) {
            constexpr Index first = decltype(part)::value * E;
            if constexpr (is_packed)
                return linear(x, rows<first, E>(draw(pass, "in_proj_weight"_v)),
                              rows<first, E>(bias));
            else
                return linear(x, rows<0, E>(weight), rows<first, E>(bias));
        };
        const auto q = projected(query, draw(pass, "q_proj_weight"_v), part<0>{});
        const auto k = projected(key, draw(pass, "k_proj_weight"_v), part<1>{});
        const auto v = projected(value, draw(pass, "v_proj_weight"_v), part<2>{});
        return detail::attention<B>(
            tape,
            {{whole<B>(q), whole<B>(with_extra(tape, k, draw(pass, "bias_k"_v))),
              whole<B>(with_extra(tape, v, draw(pass, "bias_v"_v)))}},
            sizes, masks, kind);
    }
    template <Index N>
    using part = std::integral_constant<Index, N>;

    template <class B, class Shape, class Bias>
    static auto with_extra(Tape<B>& tape, Var<B, Shape> x, [[maybe_unused]] Bias bias) {
        const auto with_bias = [&] {
            if constexpr (options::has_bias_kv)
                return detail::append_row(x, as_var(bias).template as<shape<E>>());
            else
                return x;
        }();
        if constexpr (options::has_zero_attn)
            return detail::append_row(with_bias, detail::zero_row<E>(tape));
        else
            return with_bias;
    }
};

}  // namespace blue
