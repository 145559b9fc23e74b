// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A loop, a reduction and the work of a team, for any executor.
#pragma once

#include <blue/backends/cuda/parallel.hpp>

#include <cmath>
#include <cstddef>
#include <vector>

namespace blue_test {

namespace bodies {

/// A number that shows which index wrote it.
struct Write {
    double* to;
    BLUE_HOST_DEVICE void operator()(blue::Index i) const {
        to[i] = 3.0 * static_cast<double>(i) + 1;
    }
};

/// Sums whose last bits depend on the order, and a minimum.
struct SumAndSmallest {
    using result = blue::cuda::Sums<2>;
    const double* x;
    blue::Index size;
    double* to;
    BLUE_HOST_DEVICE static result combine(result a, const result& b) {
        a.total[0] += b.total[0];
        a.total[1] = b.total[1] < a.total[1] ? b.total[1] : a.total[1];
        return a;
    }
    BLUE_HOST_DEVICE result part(blue::Index group, int lane) const {
        const double value = x[(group * 101 + lane * 7) % size];
        return {{value, value}};
    }
    /// All lanes know the totals: each writes its share.
    BLUE_HOST_DEVICE void finish(blue::Index group, int lane, const result& sums) const {
        if (lane < 4) to[group * 4 + lane] = sums.total[lane % 2] + lane;
    }
};

/// Sums of a team whose last bits depend on the order, and what lanes tell each other.
struct TeamSums {
    const double* x;
    double* to;
    BLUE_HOST_DEVICE void operator()(blue::Index group, const auto& team) const {
        double* const all = to + group * 1000;
        const auto totals = team.template totals<2>(900 + group, [&](blue::Index i, double* sums) {
            sums[0] += x[i];
            sums[1] -= x[i] / 3;
        });
        team.each(30, 20, [&](blue::Index i, blue::Index j) {
            all[i * 20 + j] = totals.of[j % 2] + x[i + j];
        });
        team.add_up(
            20, 30, [&](blue::Index i, blue::Index j) { return all[599 - i * 30 - j]; }, all + 600,
            all + 650);
        team.once([&] { all[999] = all[650] + all[619]; });
    }
};

}  // namespace bodies

/// Memory of an executor that frees itself, with copies from and to vectors.
template <class E, class T>
struct Memory {
    T* data;
    std::size_t size;
    explicit Memory(std::size_t n) : data(static_cast<T*>(E::allocate(n * sizeof(T)))), size(n) {
        E::fill_zero(data, n * sizeof(T));
    }
    explicit Memory(const std::vector<T>& host) : Memory(host.size()) {
        E::copy_from_host(data, host.data(), size * sizeof(T));
    }
    Memory(const Memory&) = delete;
    ~Memory() { E::deallocate(data); }
    std::vector<T> host() const {
        std::vector<T> copy(size);
        E::copy_to_host(copy.data(), data, size * sizeof(T));
        return copy;
    }
};

inline std::vector<double> waves(std::size_t n) {
    std::vector<double> x(n);
    for (std::size_t i = 0; i < n; ++i) x[i] = std::sin(static_cast<double>(i) + 0.5) / 3;
    return x;
}

template <class E>
std::vector<double> write(blue::Index n) {
    const Memory<E, double> memory(static_cast<std::size_t>(n));
    E::for_each(n, bodies::Write{memory.data});
    return memory.host();
}

template <class E, int Lanes>
std::vector<double> reduce(blue::Index groups) {
    const Memory<E, double> x(waves(997)), to(static_cast<std::size_t>(groups) * 4);
    E::template reduce<Lanes>(groups, bodies::SumAndSmallest{x.data, 997, to.data});
    return to.host();
}

template <class E>
std::vector<double> team_sums(blue::Index groups) {
    const Memory<E, double> x(waves(997)), to(static_cast<std::size_t>(groups) * 1000);
    E::teams(groups, bodies::TeamSums{x.data, to.data});
    return to.host();
}

}  // namespace blue_test
