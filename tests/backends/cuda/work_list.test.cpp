// SPDX-License-Identifier: BSD-3-Clause
#include <blue/backends/cuda/work_list.hpp>

#include "support/catch.hpp"

#include "backends/cuda/host_executor.hpp"

#include <algorithm>
#include <vector>

using namespace blue_test;
using blue::Index;
namespace work = blue::cuda::work;

namespace {

using List = blue::cuda::WorkList<HostExecutor>;

/// Adds a line to what was done. Without padding, which would count as a change.
struct Note {
    std::vector<Index>* lines;
    Index line;
    void operator()(Index) const { lines->push_back(line); }
};
struct OtherNote : Note {};
/// Adds up the numbers of the lanes, from the group's on.
struct Total {
    using result = Index;
    Index* totals;
    Index part(Index group, int lane) const { return group + lane; }
    static Index combine(Index a, Index b) { return a + b; }
    void finish(Index group, int lane, Index total) const {
        if (lane == 0) totals[group] = total;
    }
};
struct TeamNote : Note {
    void operator()(Index group, const auto&) const { lines->push_back(line + group); }
};

List notes(std::vector<Index>& lines, Index first, Index second) {
    List list;
    list.add(work::Loop<Note>{1, {&lines, first}});
    list.add(work::Loop<Note>{2, {&lines, second}});
    return list;
}

}  // namespace

TEST_CASE("work is done in order, with the arguments that it had", "[cuda]") {
    std::vector<Index> lines;
    List list = notes(lines, 1, 2);
    CHECK(list.size() == 2);
    CHECK(lines.empty());
    list.start();
    CHECK(lines == std::vector<Index>{1, 2, 2});
    HostExecutor::Graph graph;
    list.add_to(graph);
    list.clear();
    CHECK(list.size() == 0);
    graph.launch();
    CHECK(lines == std::vector<Index>{1, 2, 2, 1, 2, 2});
}

TEST_CASE("every kind of work is done as a whole", "[cuda]") {
    std::vector<Index> lines, totals(2);
    float from[3]{1, 2, 3}, to[3]{}, zeros[3]{4, 5, 6}, product[1]{};
    List list;
    list.add(work::Reduction<4, Total>{2, {&totals[0]}});
    list.add(work::Teams<TeamNote>{2, {{&lines, 7}}});
    list.add(work::Copy{to, from, sizeof from});
    list.add(work::FillZero{zeros, sizeof zeros});
    list.add(work::Product<float, float>{
        {false, false, 1, 1, 3, from, 1, 0, from, 3, 0, 0, product, 1, 0, 1}});
    list.start();
    CHECK(totals == std::vector<Index>{6, 10});
    CHECK(lines == std::vector<Index>{7, 8});
    CHECK(std::equal(from, from + 3, to));
    CHECK(std::count(zeros, zeros + 3, 0.0f) == 3);
    CHECK(product[0] == 14);
}

TEST_CASE("a graph gets the arguments that have changed", "[cuda]") {
    std::vector<Index> lines;
    const List before = notes(lines, 1, 2), now = notes(lines, 1, 3);
    HostExecutor::Graph graph;
    before.add_to(graph);
    CHECK(now.update(graph, before) == 1);
    CHECK(now.update(graph, now) == 0);
    graph.launch();
    CHECK(lines == std::vector<Index>{1, 3, 3});
}

TEST_CASE("a graph fits the same kernels, and other work with the same arguments", "[cuda]") {
    std::vector<Index> lines;
    const List list = notes(lines, 1, 2);
    CHECK(notes(lines, 3, 4).fits(list));
    List longer = list;
    longer.add(work::Loop<Note>{1, {&lines, 1}});
    CHECK(!longer.fits(list));
    List other = list;
    other.add(work::Loop<OtherNote>{1, {{&lines, 1}}});
    CHECK(!other.fits(longer));

    float a[4], b[4];
    const auto product = [&](float* c, float beta, Index m) {
        List one;
        one.add(work::Product<float, float>{
            {false, false, m, 1, 1, a, 1, 0, b, 1, 0, beta, c, 1, 0, 1}});
        return one;
    };
    CHECK(product(a, 0, 1).fits(product(a, 0, 1)));
    CHECK(!product(b, 0, 1).fits(product(a, 0, 1)));
    CHECK(!product(a, 1, 1).fits(product(a, 0, 1)));
    CHECK(!product(a, 0, 2).fits(product(a, 0, 1)));
    const auto zeros = [&](float* data, std::size_t bytes) {
        List one;
        one.add(work::FillZero{data, bytes});
        return one;
    };
    CHECK(zeros(a, 4).fits(zeros(a, 4)));
    CHECK(!zeros(b, 4).fits(zeros(a, 4)));
    CHECK(!zeros(a, 8).fits(zeros(a, 4)));
    CHECK(!zeros(a, 4).fits(product(a, 0, 1)));
}
