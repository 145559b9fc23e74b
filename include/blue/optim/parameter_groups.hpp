// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Learning rates and other options of their own for some parameters.
#pragma once

#include <blue/optim/optimizer.hpp>

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace blue {

namespace requirement {
/// The rule of a group of parameters.
template <bool Ok, class Rule>
struct grouped_rule : check {
    static_assert(
        Ok,
        "blue: parameter groups are for rules that step every parameter alone, and this one steps "
        "mean and scale together, see the rule in grouped_rule<...>: use Adam, AdamW or SGD");
};
}  // namespace requirement

/// Parameters, and the rule that steps them.
template <class Rule>
struct ParameterGroup {
    /// A kind of parameters, such as "log_std", or one of `variational_parameter_names`, such as
    /// "0._weight_log_std".
    std::string parameters;
    Rule rule;
};

/// One rule with different options for different parameters:
///
///     ParameterGroups{Adam{.learning_rate = 1e-3}, {{"log_std", {.learning_rate = 1e-2}}}}
///
/// Where several groups name a parameter, the last one counts. Schedules multiply all rates.
/// Throws ValueError in the first step, before anything is changed, for a name that no parameter of
/// the model has.
template <class Rule>
class ParameterGroups {
    static_assert(requirement::grouped_rule<!NaturalGradientRule<Rule>, Rule>{});

public:
    ParameterGroups(Rule others, std::vector<ParameterGroup<Rule>> groups)
        : others(std::move(others)), groups(std::move(groups)) {}

    /// Steps what no group names.
    Rule others;
    /// Their rules may be changed between steps, their names may not.
    std::vector<ParameterGroup<Rule>> groups;

    static constexpr int state_arrays = Rule::state_arrays;

    /// The rule of a parameter, by its position in the model.
    const Rule& rule_of(Index parameter) const {
        const int group = group_of_[static_cast<std::size_t>(parameter)];
        return group < 0 ? others : groups[static_cast<std::size_t>(group)].rule;
    }
    /// Finds the parameters of a model that the groups name.
    void resolve(std::span<const std::string_view> names, std::span<const std::string_view> kinds) {
        if (group_of_.size() == names.size()) return;
        std::vector<int> group_of(names.size(), -1);
        for (std::size_t g = 0; g < groups.size(); ++g) {
            bool found = false;
            for (std::size_t i = 0; i < names.size(); ++i)
                if (groups[g].parameters == names[i] || groups[g].parameters == kinds[i]) {
                    group_of[i] = static_cast<int>(g);
                    found = true;
                }
            if (!found)
                throw ValueError("ParameterGroups: expected a kind of parameters (", listed(kinds),
                                 ") or the name of one (", listed(names), "), got ",
                                 groups[g].parameters);
        }
        group_of_ = std::move(group_of);
    }

private:
    /// All different texts.
    static std::string listed(std::span<const std::string_view> texts) {
        std::string list;
        for (std::size_t i = 0; i < texts.size(); ++i) {
            bool is_new = true;
            for (std::size_t k = 0; k < i; ++k) is_new = is_new && texts[k] != texts[i];
            if (is_new) list += (i == 0 ? "" : ", ") + std::string(texts[i]);
        }
        return list;
    }

    std::vector<int> group_of_;  // of each parameter; -1 for none
};

template <class Rule, class M>
void prepare_rule(ParameterGroups<Rule>& rule, std::type_identity<M> model) {
    rule.resolve(variational_parameter_names<M>, variational_parameter_kinds<M>);
    prepare_rule(rule.others, model);
    for (ParameterGroup<Rule>& group : rule.groups) prepare_rule(group.rule, model);
}
template <class Rule, class B>
void step_variable(const ParameterGroups<Rule>& rule, const VariableStep<B>& at) {
    for (int k = 0; k < at.variable.parameters; ++k) {
        const Rule& own = rule.rule_of(at.first_parameter + k);
        const Index first = at.variable.offset(k), end = at.variable.offset(k + 1);
        optimizer_step(
            own, own.constants(at.number, at.factor),
            ParameterBlock<B>{at.values + first, at.gradients + first, end - first, at.batch},
            at.state + first * Rule::state_arrays);
    }
}

}  // namespace blue
