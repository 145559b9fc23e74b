// SPDX-License-Identifier: BSD-3-Clause
#include <blue/optim/schedule.hpp>

#include "support/catch.hpp"
#include "support/message.hpp"

#include <cmath>
#include <limits>

using blue::Index;
using blue::Schedule;
using blue::ValueError;
using blue_test::message_of;

// Factors are compared exactly where the formula has one rounding, and within a few units in the
// last place of double (Approx's margin here) where pow and cos come in.
static Approx close(double value) {
    return Approx(value).epsilon(0).margin(1e-15);
}

TEST_CASE("a constant schedule changes nothing") {
    for (Index step : {0, 1, 99}) CHECK(Schedule::constant()(step, 100) == 1);
}

TEST_CASE("a step schedule multiplies once per interval") {
    const Schedule schedule = Schedule::step(10, 0.5);
    const auto at = [&](Index step) { return schedule(step, 100); };
    CHECK(at(0) == 1);
    CHECK(at(9) == 1);
    CHECK(at(10) == 0.5);
    CHECK(at(19) == 0.5);
    CHECK(at(20) == 0.25);
    CHECK(at(99) == close(std::pow(0.5, 9)));
}

TEST_CASE("a cosine falls from 1 towards its end") {
    const double pi = std::acos(-1.0);
    for (double end : {0.0, 0.1, 1.0})
        for (Index step = 0; step < 40; ++step) {
            const double wave = (1 + std::cos(pi * static_cast<double>(step) / 40)) / 2;
            CHECK(Schedule::cosine(end)(step, 40) == close(end + (1 - end) * wave));
        }
    CHECK(Schedule::cosine()(0, 40) == 1);
    CHECK(Schedule::cosine()(20, 40) == close(0.5));
    // Nobody asks for these steps, but a factor that grew again would be a surprise.
    CHECK(Schedule::cosine(0.1)(40, 40) == close(0.1));
    CHECK(Schedule::cosine(0.1)(60, 40) == close(0.1));
}

TEST_CASE("a warm-up rises linearly, then the schedule starts") {
    const Schedule constant = Schedule::constant().with_warm_up(4);
    CHECK(constant(0, 10) == 0.25);
    CHECK(constant(1, 10) == 0.5);
    CHECK(constant(3, 10) == 1);
    CHECK(constant(4, 10) == 1);
    CHECK(constant(9, 10) == 1);

    const Schedule step = Schedule::step(3, 0.1).with_warm_up(4);
    CHECK(step(2, 20) == 0.75);
    CHECK(step(6, 20) == 1);
    CHECK(step(7, 20) == close(0.1));

    const Schedule cosine = Schedule::cosine().with_warm_up(10);
    CHECK(cosine(4, 50) == 0.5);
    CHECK(cosine(10, 50) == 1);
    CHECK(cosine(30, 50) == close(0.5));  // half of the 40 steps that remain
    CHECK(Schedule::cosine().with_warm_up(0)(5, 20) == Schedule::cosine()(5, 20));
}

TEST_CASE("a warm-up may be as long as the training, or longer") {
    const Schedule cosine = Schedule::cosine(0.2).with_warm_up(10);
    CHECK(cosine(9, 10) == 1);
    CHECK(cosine(10, 10) == close(0.2));
    CHECK(cosine(4, 5) == 0.5);
}

TEST_CASE("schedules without a meaning are errors") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinite = std::numeric_limits<double>::infinity();
    const auto error = [](auto make) { return message_of<ValueError>(make); };
    CHECK(error([] { Schedule::step(0, 0.5); }) ==
          "Schedule::step: expected an interval of at least 1 step, got 0");
    CHECK(error([] { Schedule::step(5, -0.5); }) ==
          "Schedule::step: expected a positive, finite factor, got -0.5");
    CHECK_THROWS_AS(Schedule::step(5, 0), ValueError);
    CHECK_THROWS_AS(Schedule::step(5, nan), ValueError);
    CHECK_THROWS_AS(Schedule::step(5, infinite), ValueError);
    CHECK(error([] { Schedule::cosine(-1); }) ==
          "Schedule::cosine: expected a finite final factor of at least 0, got -1");
    CHECK_THROWS_AS(Schedule::cosine(nan), ValueError);
    CHECK_THROWS_AS(Schedule::cosine(infinite), ValueError);
    CHECK(error([] { Schedule::constant().with_warm_up(-1); }) ==
          "Schedule: expected a warm-up of at least 0 steps, got -1");
}
