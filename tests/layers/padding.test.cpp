// SPDX-License-Identifier: BSD-3-Clause
// The operation is tested in tests/ops/resample.test.cpp.
#include <blue/blue.hpp>

#include "support/catch.hpp"
#include "support/reference.hpp"

#include <type_traits>
#include <vector>

using namespace blue;
using blue_test::compare_with_reference;

TEST_CASE("padding and upsampling give PyTorch's numbers and gradients") {
    using One = shape<3, 11>;
    using Two = shape<2, 7, 9>;
    using Three = shape<2, 5, 6, 4>;
    // From tests/golden/reference_layers.py, as in tests/layers/pooling.test.cpp.
    compare_with_reference<One>(ZeroPad1d<2>{}, 16.8717361646247, 4.20350857139033);
    compare_with_reference<Two>(ZeroPad2d<1, 2>{}, -10.8178583393884, -121.949201439446);
    compare_with_reference<Three>(ZeroPad3d<0, 1, 2, 0, 1, 3>{}, 5.68677992344047,
                                  2.08241797534015);
    compare_with_reference<Two>(ConstantPad2d<1, 0, 2, 3>(-1.5), 23.4940083547717,
                                2.62184264144005);
    compare_with_reference<One>(ReflectionPad1d<3, 2>{}, 7.53624202955562, -0.407116562702111);
    compare_with_reference<Two>(ReflectionPad2d<2>{}, 16.3638862414979, 2.82545525121836);
    compare_with_reference<Three>(ReflectionPad3d<1, 2, 3, 0, 0, 2>{}, 27.8103492215073,
                                  -1.7626017009671);
    compare_with_reference<One>(ReplicationPad1d<2>{}, 26.8853693001533, 0.26679642985852);
    compare_with_reference<Two>(ReplicationPad2d<3, 1>{}, -18.9732145313107, 3.44139808588623);
    compare_with_reference<Three>(ReplicationPad3d<1, 2, 3, 0, 0, 2>{}, -6.07630365743866,
                                  -2.34594476988605);
    compare_with_reference<One>(CircularPad1d<11, 2>{}, 10.7152084293671, 6.81835919330581);
    compare_with_reference<Two>(CircularPad2d<2>{}, 5.01380995345955, 15.684511567882);
    compare_with_reference<Three>(CircularPad3d<1, 2, 3, 0, 0, 2>{}, -13.4635553866641,
                                  12.7719280632546);
    compare_with_reference<One>(Upsample1d<3>{}, -14.1283179009729, -1.49766592309477);
    compare_with_reference<Two>(Upsample2d<2, 3>{}, -0.719261240187685, -0.65342022545916);
    compare_with_reference<Three>(Upsample3d<2>{}, 190.295208040342, -5.69252666565016);
    compare_with_reference<One>(LinearUpsample1d<2>{}, 8.59405179661522, -1.60469123776805);
    compare_with_reference<Two>(LinearUpsample2d<2>{}, 27.8662914179291, -1.46598585209679);
    compare_with_reference<Two>(LinearUpsample2d<3, 4>{}, 4.09947430836596, -6.04281128529534);
    compare_with_reference<Three>(LinearUpsample3d<2, 1, 3>{}, 17.5436673538222,
                                  -0.224033308679276);
}

TEST_CASE("padding stands where its name says") {
    Tape<Cpu<double>> tape;
    const std::vector<double> numbers{1, 2, 3};
    const auto x = tape.input<shape<1, 3>>(numbers.data(), 1);
    const auto run = [&](auto layer) { return forward(layer, tape, x).samples.to_host(); };
    using Numbers = std::vector<double>;
    CHECK(run(ZeroPad1d<2, 1>{}) == Numbers{0, 0, 1, 2, 3, 0});
    CHECK(run(ConstantPad1d<1>{-1}) == Numbers{-1, 1, 2, 3, -1});
    CHECK(run(ReflectionPad1d<2>{}) == Numbers{3, 2, 1, 2, 3, 2, 1});
    CHECK(run(ReplicationPad1d<2>{}) == Numbers{1, 1, 1, 2, 3, 3, 3});
    CHECK(run(CircularPad1d<2>{}) == Numbers{2, 3, 1, 2, 3, 1, 2});
    CHECK(run(Upsample1d<2>{}) == Numbers{1, 1, 2, 2, 3, 3});
    CHECK(run(LinearUpsample1d<2>{}) == Numbers{1, 1.25, 1.75, 2.25, 2.75, 3});
    static_assert(
        std::is_same_v<decltype(forward(ZeroPad1d<0, 4>{}, tape, x).samples)::shape, shape<1, 7>>);
}
