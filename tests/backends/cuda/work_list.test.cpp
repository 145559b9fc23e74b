// SPDX-License-Identifier: BSD-3-Clause
#include <blue/backends/cuda/work_list.hpp>

#include "support/catch.hpp"

#include "backends/cuda/host_executor.hpp"

#include <vector>

using namespace blue_test;
using blue::Index;
namespace work = blue::cuda::work;

namespace {

using List = blue::cuda::WorkList<HostExecutor>;

/// Adds a line to what was done.
struct Note {
    std::vector<int>* lines;
    int line;
    void operator()(Index) const { lines->push_back(line); }
};
struct OtherNote : Note {};

List notes(std::vector<int>& lines, int first, int second) {
    List list;
    list.add(work::Loop<Note>{1, {&lines, first}});
    list.add(work::Loop<Note>{2, {&lines, second}});
    return list;
}

}  // namespace

TEST_CASE("work is done in order, with the arguments that it had", "[cuda]") {
    std::vector<int> lines;
    List list = notes(lines, 1, 2);
    CHECK(list.size() == 2);
    CHECK(lines.empty());
    list.start();
    CHECK(lines == std::vector{1, 2, 2});
    HostExecutor::Graph graph;
    list.add_to(graph);
    list.clear();
    CHECK(list.size() == 0);
    graph.launch();
    CHECK(lines == std::vector{1, 2, 2, 1, 2, 2});
}

TEST_CASE("a graph gets the arguments that have changed", "[cuda]") {
    std::vector<int> lines;
    const List before = notes(lines, 1, 2), now = notes(lines, 1, 3);
    HostExecutor::Graph graph;
    before.add_to(graph);
    CHECK(now.update(graph, before) == 1);
    CHECK(now.update(graph, now) == 0);
    graph.launch();
    CHECK(lines == std::vector{1, 3, 3});
}

TEST_CASE("a graph fits the same kernels, and other work with the same arguments", "[cuda]") {
    std::vector<int> lines;
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
