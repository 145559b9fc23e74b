// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A model as a table: its layers, their outputs, random variables, parameters and costs.
#pragma once

#include <blue/models/trace.hpp>
#include <blue/models/with_policies.hpp>
#include <blue/objectives/closed_form.hpp>
#include <blue/train/predict.hpp>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace blue {

namespace detail {

template <class T>
constexpr std::string_view pretty_type() {
    return __PRETTY_FUNCTION__;
}

/// The end of the first `count` arguments behind `<`, at the level of the outermost brackets.
inline std::size_t end_of_arguments(const std::string& text, std::size_t bracket, int count) {
    int depth = 0;
    for (std::size_t i = bracket; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '<' || c == '(' || c == '{') ++depth;
        if (c == '>' || c == ')' || c == '}') --depth;
        if (depth == 0 || (depth == 1 && c == ',' && --count == 0)) return i;
    }
    return text.size();
}

/// A type of at most that width, or its name: what stands inside inner brackets becomes "...", then
/// the last arguments do.
inline std::string abbreviated_type(const std::string& text, std::size_t width) {
    const std::size_t bracket = text.find('<');
    if (text.size() <= width || bracket == std::string::npos) return text;
    std::string shorter;
    int depth = 0;
    for (const char c : text) {
        if (c == '>') --depth;
        if (depth < 2)
            shorter += c;
        else if (shorter.back() == '<')
            shorter += "...";
        if (c == '<') ++depth;
    }
    for (std::size_t end = shorter.size(); shorter.size() > width;) {
        end = shorter.rfind(", ", end - 1);
        if (end == std::string::npos) return text.substr(0, bracket) + "<...>";
        shorter.replace(end, std::string::npos, ", ...>");
    }
    return shorter;
}

/// A layer's type without namespaces and policies: "Linear<784, 512>".
template <class Layer>
std::string short_type_name() {
    const std::string_view pretty = pretty_type<Layer>();
    const std::size_t begin = pretty.find("T = ") + 4;
    std::string text(pretty.substr(begin, pretty.find_first_of(";]", begin) - begin));
    const auto erase = [&](std::string_view what, std::string_view put) {
        for (std::size_t at; (at = text.find(what)) != std::string::npos;)
            text.replace(at, what.size(), put);
    };
    for (const char* scope : {"(anonymous namespace)::", "{anonymous}::"}) erase(scope, "");
    erase("> >", ">>");
    for (std::size_t at; (at = text.find("::")) != std::string::npos;) {
        const std::size_t space = text.find_last_of("<,( ", at);
        const std::size_t name = space == std::string::npos ? 0 : space + 1;
        text.erase(name, at + 2 - name);
    }
    // The policies are the last arguments, which compilers print or leave out when they are the
    // defaults.
    using Arguments = replaced_arguments<Layer, keep_policy, keep_policy, keep_policy>;
    const std::size_t bracket = text.find('<');
    if (Arguments::given == 0 || bracket == std::string::npos) return text;
    const int kept = template_of<Layer>::values +
                     static_cast<int>(mp::mp_size<typename Arguments::options>::value);
    if (kept == 0) return text.substr(0, bracket);
    return text.substr(0, end_of_arguments(text, bracket, kept)) + ">";
}

/// 401408 as "401,408".
inline std::string grouped_digits(std::int64_t number) {
    std::string text = std::to_string(number);
    for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
    return text;
}

/// A table of texts; numbers stand to the right.
class Table {
public:
    static constexpr std::size_t columns = 7;
    using Row = std::array<std::string, columns>;

    void add(Row row) { rows_.push_back(std::move(row)); }

    std::string str() const {
        std::array<std::size_t, columns> widths{};
        for (const Row& row : rows_)
            for (std::size_t c = 0; c < columns; ++c)
                widths[c] = std::max(widths[c], row[c].size());
        std::string text;
        for (const Row& row : rows_) {
            std::string line;
            for (std::size_t c = 0; c < columns; ++c) {
                const std::string space(widths[c] - row[c].size(), ' ');
                const bool is_number = c == 4 || c == 6;
                line += (c > 0 ? "  " : "") + (is_number ? space + row[c] : row[c] + space);
            }
            line.erase(line.find_last_not_of(' ') + 1);
            text += line + "\n";
        }
        return text;
    }

private:
    std::vector<Row> rows_;
};

/// Where divergences come from: "closed form, Monte Carlo".
template <class... Placed>
std::string divergence_names(mp::mp_list<Placed...>) {
    std::string text;
    const auto add = [&]([[maybe_unused]] Divergence kind, const char* name) {
        if ((false || ... || (divergence_of_placed<Placed> == kind)))
            text += (text.empty() ? "" : ", ") + std::string(name);
    };
    add(Divergence::closed_form, "closed form");
    add(Divergence::monte_carlo, "Monte Carlo");
    add(Divergence::point_estimate, "point estimate");
    return text;
}

template <class... Placed>
std::string variable_names(mp::mp_list<Placed...>) {
    std::string text;
    ((text += (text.empty() ? "" : ", ") + std::string(Placed::name)), ...);
    return text;
}

/// Of a module's variables those that are random or point estimates: no deterministic parameters.
template <class Placed>
using is_deterministic_placed = mp::mp_bool<is_deterministic<variational_of<Placed>>>;
template <class Variables>
using without_deterministic = mp::mp_remove_if<Variables, is_deterministic_placed>;

/// Adds the rows of a layer and of those inside.
class Description {
public:
    explicit Description(const Trace& trace) : trace_(trace) {
        table_.add({"layer", "type", "output", "random variables", "parameters", "divergence",
                    "multiply-adds"});
    }

    template <class Path, class Layer>
    void add(const Layer& layer) {
        using Entries = typename child_entries_of<Layer>::type;
        // Containers are seen in the paths of what they contain.
        if constexpr (mp::mp_empty<Entries>::value || requires { typename Layer::own_variables; })
            add_row<Layer>(layer, Path::size == 0 ? "model" : path_name<Path>);
        add_children<Path>(layer, Entries{});
    }

    template <class M>
    std::string str() {
        using Random = without_deterministic<random_variables<M>>;
        table_.add({"total", "", "", std::to_string(mp::mp_size<Random>::value),
                    grouped_digits(parameter_count<M>), divergence_names(Random{}),
                    grouped_digits(multiply_adds_)});
        return table_.str();
    }

private:
    template <class Path, class Layer, class... Entries>
    void add_children(const Layer& layer, mp::mp_list<Entries...>) {
        (add<typename Path::template append<Entries::key>>(Entries::get(layer)), ...);
    }

    template <class Layer>
    void add_row(const Layer& layer, std::string_view path) {
        using Own = mp::mp_transform_q<place<blue::path<>>, typename own_variables_of<Layer>::type>;
        using Random = without_deterministic<Own>;
        using Parameters = mp::mp_flatten<mp::mp_transform<parameters_in_t, Own>>;
        constexpr Index parameters = parameter_total<Parameters>::value;
        const TracedLayer traced = trace_.of(layer);
        const std::int64_t products = traced.multiply_adds;
        multiply_adds_ += products;
        std::string shape = traced.has_output && traced.shape.empty() ? "1" : "";
        for (const Index extent : traced.shape)
            shape += (shape.empty() ? "" : " x ") +
                     (extent == dynamic ? std::string("dynamic") : std::to_string(extent));
        table_.add({std::string(path), abbreviated_type(short_type_name<unnamed<Layer>>(), 64),
                    shape, variable_names(Random{}), parameters ? grouped_digits(parameters) : "",
                    divergence_names(Random{}), products ? grouped_digits(products) : ""});
    }

    const Trace& trace_;
    Table table_;
    std::int64_t multiply_adds_ = 0;
};

}  // namespace detail

/// A model as a table, one line per layer in the order of the state dict: its path, type (without
/// policies, and with "..." for what would make it wider than 64 characters), the shape of an item
/// of its output, random variables, number of trained parameters, where the divergence of `Elbo`
/// comes from, and the multiply-adds of its matrix products and convolutions for one example and
/// one draw of the weights; the last line has the totals. Containers have no line of their own, and
/// neither output nor products of a layer are known that does not run, or that gives several
/// values. Runs the model once, on zeros.
///
/// \tparam Input shape of an example; left out, that of the model or its first layer.
template <class M, class Input = void>
std::string describe(const M& model) {
    using B = std::conditional_t<std::is_void_v<backend_of<M>>, Cpu<float>, backend_of<M>>;
    using Shape = typename std::conditional_t<std::is_void_v<Input>, detail::input_shape_of<M>,
                                              std::type_identity<Input>>::type;
    const std::vector<typename B::scalar> zeros(static_cast<std::size_t>(Shape::size));
    Tape<B> tape;
    tape.recording = false;
    const auto variables = variable_views<M, B>(model);
    const auto prepared =
        detail::begin_pass<B>(variables, Scores::none, tape,
                              {.samples = detail::sample_multiple_of<M>, .training = false}, {});
    Trace trace;
    TracingPass<B> pass(prepared.pass, trace);
    const auto x = tape.template input<Shape>(zeros.data(), 1);
    if constexpr (requires { typename M::module_tag; })
        model(pass, x);
    else
        pass.observe(model, [&] { return model(pass, x); });
    detail::Description description(trace);
    description.add<path<>>(model);
    return description.str<M>();
}

/// The same for a type of model.
template <class M, class Input = void>
std::string describe() {
    return describe<M, Input>(M());
}

}  // namespace blue
