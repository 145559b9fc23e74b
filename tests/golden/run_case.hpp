// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Runs models on reference cases and says what differs, on any backend.
#pragma once

#include <blue/blue.hpp>

#include "golden/case_pass.hpp"
#include "golden/configure.hpp"
#include "golden/inputs.hpp"
#include "golden/model_view.hpp"
#include "testing/failures.hpp"

#include <span>

namespace blue_test::golden {

/// Runs the cases of a kind with models on backend B and collects what differs.
template <class B>
class Runner {
    using Index = blue::Index;
    using Variables = std::vector<VariableInfo<B>>;
    using Pass = CasePass<B>;
    template <class M>
    using input_of = typename blue::detail::input_shape_of<M>::type;

public:
    using T = typename B::scalar;

    /// \param kind,prefix which cases are to be run: `left` names those that were not.
    explicit Runner(const std::string& kind, const std::string& prefix = "")
        : left_(case_names(kind, prefix)) {}

    const Failures& failures() const { return failures_; }
    const std::set<std::string>& left() const { return left_; }

    /// A forward pass: weights, output, log probs, loss and gradients.
    /// \tparam Item the shape of one input.
    template <class M, class Likelihood, class Item = input_of<M>,
              template <class> class Objective = blue::KullbackLeiblerLoss>
    void forward(const std::string& name) {
        attempt(name, [&](const Case& c) {
            M model;
            const Variables variables = set_up(model, c);
            auto objective = make_objective<Objective<Likelihood>>(c);
            blue::Tape<B> tape;
            const Pass pass(c, tape, variables, 0, Item::rank);
            const auto x =
                tape.template input<Item>(pass.input.data(), pass.batch, pass.input_samples);
            const auto result = blue::forward<Objective<Likelihood>::scores>(
                model, tape, x, pass.options, pass.noise);
            const auto target = make_target<Likelihood>(c, 0, result.samples);
            const blue::Loss<B> loss = objective(result, put(tape, result.samples, target));
            backward(loss);
            check(c, "output", "output", result.samples.to_host());
            check_log_probs(c, result.log_probs.total());
            check_loss(c, {losses(loss)});
            check_weights(c, variables, tape);
            check_gradients(c, "grad.", variables, tape);
        });
    }

    /// A forward pass of a model with several inputs or with masks: `call(model, pass, inputs)`
    /// runs it and returns its output, or `{output, weights}`.
    template <class M, class Likelihood,
              template <class> class Objective = blue::KullbackLeiblerLoss, class Call>
    void run(const std::string& name, Call call) {
        attempt(name, [&](const Case& c) {
            M model;
            const Variables variables = set_up(model, c);
            auto objective = make_objective<Objective<Likelihood>>(c);
            blue::Tape<B> tape;
            const Pass pass(c, tape, variables, 0);
            Inputs<B> inputs(c, tape);
            const auto result = blue::forward_with<Objective<Likelihood>::scores>(
                model, tape, pass.options, [&](auto& run) { return call(model, run, inputs); },
                pass.noise);
            const auto output = output_of(result.samples);
            const auto target = inputs.batch_first(make_target<Likelihood>(c, 0, output));
            const blue::VIReturn<std::remove_const_t<decltype(output)>,
                                 std::remove_cvref_t<decltype(result.log_probs)>>
                outcome{output, result.log_probs};
            const blue::Loss<B> loss = objective(outcome, put(tape, output, target));
            backward(loss);
            check(c, "output", "output", inputs.as_given(output));
            if constexpr (requires { result.samples.weights; })
                check(c, "output", "output.attn_weights", result.samples.weights.to_host());
            check_log_probs(c, result.log_probs.total());
            check_loss(c, {losses(loss)});
            check_weights(c, variables, tape);
            check_gradients(c, "grad.", variables, tape);
        });
    }

    /// Steps of Adam: losses, the first gradients, the parameters after one step and at the end.
    template <class M, class Likelihood,
              template <class> class Objective = blue::KullbackLeiblerLoss>
    void trajectory(const std::string& name) {
        attempt(name, [&](const Case& c) {
            M model;
            const Variables variables = set_up(model, c);
            auto objective = make_objective<Objective<Likelihood>>(c);
            const Json& options = c.description.at("optimizer");
            require_type(options, "Adam");
            auto optimizer =
                blue::make_optimizer(model, blue::Adam{.learning_rate = options.at("lr"),
                                                       .beta1 = options.at("betas").at(0),
                                                       .beta2 = options.at("betas").at(1),
                                                       .eps = options.at("eps"),
                                                       .weight_decay = options.at("weight_decay")});
            blue::Tape<B> tape;
            std::vector<std::array<double, 3>> history;
            const Index steps = options.at("steps");
            for (Index step = 0; step < steps; ++step) {
                tape.reset();
                const Pass pass(c, tape, variables, step, input_of<M>::rank);
                const auto x = tape.template input<input_of<M>>(pass.input.data(), pass.batch);
                const auto result = blue::forward<Objective<Likelihood>::scores>(
                    model, tape, x, pass.options, pass.noise);
                const auto target = make_target<Likelihood>(c, step, result.samples);
                const blue::Loss<B> loss = objective(result, put(tape, result.samples, target));
                backward(loss);
                history.push_back(losses(loss));
                if (step == 0) check_gradients(c, "grad_first_step.", variables, tape);
                optimizer.step(model, tape);
                if (step == 0) check_parameters(c, "param_after_step1.", variables);
            }
            check_loss(c, history);
            check_parameters(c, "param_final.", variables);
        });
    }

    /// Initial values: bounds of locations, constants of the rest, rescaled priors.
    template <class M>
    void initial_values(const std::string& name) {
        attempt(name, [&](const Case& c) {
            M model;
            configure(model, c.description.at("model"));
            blue::initialise(model, blue::Seed{1});
            check_initial_values(c, variables_of(model));
        });
    }

private:
    template <class Output>
    static auto output_of(Output output) {
        if constexpr (requires { output.output; })
            return output.output;
        else
            return output;
    }

    template <class Body>
    void attempt(const std::string& name, Body body) {
        name_ = name;
        left_.erase(name);
        try {
            body(Case(name));
        } catch (const std::exception& error) {
            fail(error.what());
        }
    }
    void fail(const std::string& sentence) { failures_.push_back(name_ + ": " + sentence); }
    template <class Numbers>
    void check(const Case& c, const std::string& group, const std::string& tensor,
               const Numbers& given) {
        const std::string sentence = difference<T>(c, group, tensor, given);
        if (!sentence.empty()) fail(sentence);
    }

    template <class M>
    static Variables set_up(M& model, const Case& c) {
        configure(model, c.description.at("model"));
        blue::initialise(model, blue::Seed{1});  // rescales priors
        Variables variables = variables_of(model);
        set_parameters(variables, c);
        // An attention draws its weights, whatever their estimator is.
        for (VariableInfo<B>& variable : variables)
            variable.draws_outputs &= c.has("noise." + Pass::noise_name(variable));
        return variables;
    }
    static void set_parameters(const Variables& variables, const Case& c) {
        check_variables(variables, c.description.at("variables"));
        for (const VariableInfo<B>& variable : variables)
            for (std::size_t k = 0; k < variable.parameters.size(); ++k) {
                const std::vector<T> values = c.as<T>("param." + variable.parameters[k]);
                if (static_cast<Index>(values.size()) != variable.size)
                    throw blue::ShapeError(variable.parameters[k] + " has another size");
                B::memory::copy_from_host(variable.values + static_cast<Index>(k) * variable.stride,
                                          values.data(), variable.size);
            }
    }

    template <class Objective>
    static Objective make_objective(const Case& c) {
        const Json& loss = c.description.at("loss");
        require_type(loss, Objective::scores == blue::Scores::closed_form
                               ? "AnalyticalKullbackLeiblerLoss"
                               : "KullbackLeiblerLoss");
        const bool norm_constants = c.description.at("norm_constants");
        decltype(Objective::likelihood) likelihood;
        configure(likelihood, loss.at("predictive_distribution"), norm_constants);
        blue::KullbackLeiblerLossOptions options{.heat = loss.at("heat").get<double>(),
                                                 .norm_constants = norm_constants};
        if (!loss.at("dataset_size").is_null())
            options.dataset_size = blue::DatasetSize{loss.at("dataset_size").get<Index>()};
        return Objective(likelihood, options);
    }

    /// The targets of a step, in the type that the likelihood wants.
    template <class Likelihood, class Shape>
    static auto make_target(const Case& c, Index step, blue::Var<B, Shape> output) {
        constexpr bool classes = std::is_integral_v<typename Likelihood::target_type>;
        const std::vector<double> all = c["target"];
        const Index count = output.node->per_sample() / (classes ? blue::last_extent<Shape> : 1);
        const auto begin = all.begin() + step * count;
        return std::vector<std::conditional_t<classes, std::int32_t, T>>(begin, begin + count);
    }
    template <class Shape>
    static auto put(blue::Tape<B>& tape, blue::Var<B, Shape>,
                    const std::vector<std::int32_t>& labels) {
        return blue::make_labels(tape, labels.data(), static_cast<Index>(labels.size()),
                                 blue::last_extent<Shape>);
    }
    template <class Shape>
    static auto put(blue::Tape<B>& tape, blue::Var<B, Shape> output, const std::vector<T>& target) {
        return tape.input_like(output, target.data());
    }

    static std::array<double, 3> losses(const blue::Loss<B>& loss) {
        const auto parts = loss.values();
        return {static_cast<double>(loss.total.value()), parts.data_fitting, parts.prior_matching};
    }
    void check_loss(const Case& c, const std::vector<std::array<double, 3>>& history) {
        const char* const names[] = {"loss", "loss.data_fitting", "loss.prior_matching"};
        for (std::size_t i = 0; i < 3; ++i) {
            std::vector<double> numbers;
            for (const auto& entry : history) numbers.push_back(entry[i]);
            check(c, "loss", names[i], numbers);
        }
    }
    void check_log_probs(const Case& c, const blue::LogProbEntry& total) {
        if (!c.has("log_prob")) return;
        std::vector<double> pairs;
        for (std::size_t s = 0; s < total.prior.size(); ++s) {
            pairs.push_back(total.prior[s]);
            pairs.push_back(total.variational[s]);
        }
        // Without random variables the file has one pair for all samples.
        if (c["log_prob"].size() == 2) pairs.resize(2);
        check(c, "log_prob", "log_prob", pairs);
    }
    void check_weights(const Case& c, const Variables& variables, blue::Tape<B>& tape) {
        for (std::size_t slot = 0; slot < variables.size(); ++slot) {
            const blue::Draw<B>& draw = tape.draws()[slot];
            if (variables[slot].draws_outputs || variables[slot].deterministic) continue;
            std::vector<T> weights(static_cast<std::size_t>(draw.samples * draw.size));
            for (Index s = 0; s < draw.samples; ++s)
                B::memory::copy_to_host(weights.data() + s * draw.size,
                                        draw.weights + s * draw.weight_stride, draw.size);
            check(c, "weight", "weight." + variables[slot].name, weights);
        }
    }
    void check_gradients(const Case& c, const std::string& prefix, const Variables& variables,
                         blue::Tape<B>& tape) {
        for (std::size_t slot = 0; slot < variables.size(); ++slot) {
            VariableInfo<B> gradient = variables[slot];
            gradient.values = tape.draws()[slot].gradient;
            check_parameters(c, prefix, {gradient}, "grad");
        }
    }
    void check_parameters(const Case& c, const std::string& prefix, const Variables& variables,
                          const char* group = "param_final") {
        for (const VariableInfo<B>& variable : variables)
            for (std::size_t k = 0; k < variable.parameters.size(); ++k)
                check(c, group, prefix + variable.parameters[k], variable.stored(k));
    }

    void check_initial_values(const Case& c, const Variables& variables) {
        check_variables(variables, c.description.at("variables"));
        for (const VariableInfo<B>& variable : variables)
            for (std::size_t k = 0; k < variable.parameters.size(); ++k) {
                const std::string& parameter = variable.parameters[k];
                const std::vector<T> values = variable.stored(k);
                if (variable.deterministic) {  // of a normalisation
                    const T start = parameter.ends_with("weight") ? T(1) : T(0);
                    if (values != std::vector<T>(values.size(), start))
                        fail(parameter + " does not begin at 1 or 0");
                    continue;
                }
                if (c.has("bound." + parameter)) {
                    const double bound = c["bound." + parameter][0];
                    double largest = 0;
                    for (T value : values)
                        largest = std::fmax(largest, std::abs(static_cast<double>(value)));
                    if (largest > bound * (1 + 1e-7)) fail(parameter + " leaves its bound");
                    // 36 and more values stay below 0.8 of the bound with a probability of 3e-4
                    // (the seed is fixed), fewer say nothing.
                    if (values.size() >= 36 && largest < 0.8 * bound)
                        fail(parameter + " stays far below its bound");
                } else {
                    const std::string tensor = "init." + parameter;
                    const std::string sentence =
                        difference(tensor, values, std::vector(values.size(), c[tensor][0]),
                                   {sizeof(T) == 8 ? 1e-14 : 1e-7, 1e-15});
                    if (!sentence.empty()) fail(sentence);
                }
            }
    }

    std::set<std::string> left_;
    std::string name_;
    Failures failures_;
};

}  // namespace blue_test::golden
