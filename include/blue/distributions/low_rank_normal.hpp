// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Normals whose covariance is diagonal plus of low rank.
#pragma once

#include <blue/distributions/gram_root.hpp>
#include <blue/distributions/joint.hpp>

#include <cmath>

namespace blue {

namespace requirement {
/// The rank of `LowRankNormal`.
template <bool Ok, class Given>
struct rank_of_covariance : check {
    static_assert(Ok,
                  "blue: LowRankNormal needs a rank of 1 or more, see given in "
                  "rank_of_covariance<...>: write LowRankNormal<2>, or use MeanFieldNormal");
};
}  // namespace requirement

/// Normal with a covariance of low rank plus a diagonal (Ong, Nott and Smith 2018, "Gaussian
/// Variational Approximation With a Factor Covariance Structure"), over all D elements of a
/// variable:
///
///     w = mean + std * eps + F z, with D standard normals eps and Rank standard normals z,
///
/// covariance S = diag(std^2) + F F^T. Parameters: `mean` and `log_std` per element, and `factor`,
/// which is F, (D, Rank). Densities come from C = I + F^T diag(std^-2) F, Rank x Rank, in double:
/// log det S = log det C + 2 sum log std, and S^-1 by Woodbury's identity. The divergence has a
/// closed form beside every prior for which that of `MeanFieldNormal` has one. Noise is D + Rank
/// numbers, z the last.
///
/// A draw costs Rank more multiplications per element, the parameters are Rank + 2 numbers per
/// element.
template <int Rank>
struct LowRankNormal {
    static_assert(requirement::rank_of_covariance<(Rank > 0),
                                                  requirement::given<requirement::count<Rank>>>{});
    static constexpr int rank = Rank > 0 ? Rank : 1;

    double std = 1;  ///< initial standard deviation, before fan-in
    /// Share of the factors in the initial variance, on average. With none the gradient of F would
    /// be 0 on average, too.
    double factor_share = 0.1;

    using parameters = blue::parameters<real<"mean">, log_of<"std">, real<"factor">>;
    using noise = blue::noise::Normal;
    using marginal = MeanFieldNormal;
    template <class Shape>
    using parameter_shapes = boost::mp11::mp_list<Shape, Shape, shape<Shape::size, rank>>;

    void validate() const {
        require_positive("LowRankNormal", "std", std);
        require_fraction("LowRankNormal", "factor_share", factor_share);
    }
    static Index noise_size(Index size) { return size + rank; }
    static Index workspace(Index rows, Index columns) { return rows * columns + rank * rank + 1; }
    /// A uniform number in [-1, 1) has the variance 1/3.
    double initial_value(int k, Index, double uniform, double std) const {
        return k == 1 ? std::log(std) + 0.5 * std::log(1 - factor_share)
                      : uniform * std * std::sqrt(3 * factor_share / rank);
    }

    template <class T, class Team = OneLane>
    BLUE_HOST_DEVICE static void prepare(const JointVariable<T>& variable, T* log_std,
                                         const Team& team = {}) {
        const View own(variable);
        const auto products =
            team.template totals<rank * rank>(variable.size(), [&](Index e, double* sums) {
                const double stored = static_cast<double>(variable.parameter(1)[e]);
                own.std[e] = std::exp(stored);
                double f[rank];
                const double squares = in_units(variable, own, e, f);
                for (int a = 0; a < rank; ++a)
                    for (int b = 0; b < rank; ++b) sums[a * rank + b] += f[a] * f[b];
                log_std[e] = static_cast<T>(stored + 0.5 * std::log1p(squares));
            });
        team.once([&] {
            Root::set_identity(own.root);
            for (int a = 0; a < rank * rank; ++a) own.root[a] += products.of[a];
            if (!Root::factorise(own.root)) {
                Root::set_identity(own.root);
                for (Index e = 0; e < variable.size(); ++e) {
                    double f[rank];
                    in_units(variable, own, e, f);
                    Root::add_row(own.root, f);
                }
            }
            *own.log_det = Root::invert(own.root);
        });
    }
    /// 1/2 (sum of the logarithms of the diagonal of S - log det S).
    template <class T, class Team = OneLane>
    BLUE_HOST_DEVICE static double total_correlation(const JointVariable<T>& variable,
                                                     const Team& team = {}) {
        const View own(variable);
        const double sum = team.sum(variable.size(), [&](Index e) {
            double f[rank];
            return std::log1p(in_units(variable, own, e, f));
        });
        return 0.5 * (sum - *own.log_det);
    }
    template <class T, class Team = OneLane>
    BLUE_HOST_DEVICE static void prepare_backward(const JointVariable<T>& variable,
                                                  const T* log_std_gradient,
                                                  T factor_of_correlation,
                                                  const JointGradient<T>& gradient,
                                                  const Team& team = {}) {
        const View own(variable);
        const double of_correlation = static_cast<double>(factor_of_correlation);
        team.each(variable.size(), [&](Index e) {
            double f[rank], solved[rank], by_f[rank];
            const double squares = in_units(variable, own, e, f);
            Root::solve(own.root, f, solved);
            const double of_log_std = static_cast<double>(log_std_gradient[e]);
            for (int a = 0; a < rank; ++a)
                by_f[a] = (of_log_std + of_correlation) * f[a] / (1 + squares) -
                          of_correlation * solved[a];
            add(own, e, f, by_f, of_log_std, gradient);
        });
    }

    template <class T, class Team = OneLane>
    BLUE_HOST_DEVICE static void deviate(const JointVariable<T>& variable, const T* noise,
                                         T* deviation, const Team& team = {}) {
        const View own(variable);
        const T* const z = noise + variable.size();
        team.each(variable.size(), [&](Index e) {
            const T* const factor = variable.parameter(2) + e * rank;
            T sum = static_cast<T>(own.std[e]) * noise[e];
            for (int a = 0; a < rank; ++a) sum += factor[a] * z[a];
            deviation[e] = sum;
        });
    }
    /// -1/2 deviation^T S^-1 deviation is the largest value of -1/2 (|rest|^2 + |v|^2) for rest =
    /// deviation / std - (F / std) v: a sum of positive numbers that loses no digits.
    template <class T, class Team = OneLane>
    BLUE_HOST_DEVICE static double log_prob(const JointVariable<T>& variable, const T* noise,
                                            const T*, const Team& team = {}) {
        const View own(variable);
        const Explained best(variable, own, noise, team);
        double squares = 0;
        for (int a = 0; a < rank; ++a) {
            const double v = best.z[a] + best.change[a];
            squares += v * v;
        }
        const T* const log_std = variable.parameter(1);
        const double sum = team.sum(variable.size(), [&](Index e) {
            double f[rank];
            in_units(variable, own, e, f);
            const double rest = best.rest(noise[e], f);
            return 0.5 * rest * rest + static_cast<double>(log_std[e]);
        });
        return static_cast<double>(variable.size()) * MeanFieldNormal::constant -
               0.5 * (squares + *own.log_det) - sum;
    }
    template <class T, class Team = OneLane>
    BLUE_HOST_DEVICE static void backward(const JointVariable<T>& variable, const T* noise,
                                          const T* weight_gradient, T factor_of_log_prob,
                                          const JointGradient<T>& gradient, const Team& team = {}) {
        const View own(variable);
        const T* const z = noise + variable.size();
        T *const by_log_std = gradient.parameter(1), *const by_factor = gradient.parameter(2);
        team.each(variable.size(), [&](Index e) {
            by_log_std[e] += weight_gradient[e] * static_cast<T>(own.std[e]) * noise[e];
            for (int a = 0; a < rank; ++a) by_factor[e * rank + a] += weight_gradient[e] * z[a];
        });
        if (factor_of_log_prob == 0) return;  // with a closed-form divergence
        const Explained best(variable, own, noise, team);
        const double of_log_prob = static_cast<double>(factor_of_log_prob);
        team.each(variable.size(), [&](Index e) {
            double f[rank], solved[rank], by_f[rank];
            in_units(variable, own, e, f);
            Root::solve(own.root, f, solved);
            const double rest = best.rest(noise[e], f);
            for (int a = 0; a < rank; ++a)
                by_f[a] = of_log_prob * (rest * best.change[a] - solved[a]);
            add(own, e, f, by_f, -of_log_prob, gradient);
        });
    }
    /// Diagonal and factors of an element keep their shares in its variance.
    template <class T>
    static void scale_elements(const JointVariable<T>& variable, const T* log_factors, T* stored) {
        T *const log_std = stored + variable.offsets[1], *row = stored + variable.offsets[2];
        for (Index e = 0; e < variable.size(); ++e, row += rank) {
            log_std[e] += log_factors[e];
            for (int a = 0; a < rank; ++a) row[a] *= std::exp(log_factors[e]);
        }
    }

private:
    using Root = detail::GramRoot<rank>;
    /// What `prepare` leaves: std of each element, the inverse of the upper triangular R with
    /// R^T R = C, log det C.
    struct View {
        double *std, *root, *log_det;
        template <class T>
        BLUE_HOST_DEVICE explicit View(const JointVariable<T>& variable)
            : std(variable.workspace), root(std + variable.size()), log_det(root + rank * rank) {}
    };
    /// The noise z, and how the z that explains a deviation best differs from it:
    /// C^-1 ((F / std)^T eps - z).
    struct Explained {
        double z[rank], change[rank];
        template <class T, class Team>
        BLUE_HOST_DEVICE Explained(const JointVariable<T>& variable, const View& own,
                                   const T* noise, const Team& team) {
            auto projected =
                team.template totals<rank>(variable.size(), [&](Index e, double* sums) {
                    double f[rank];
                    in_units(variable, own, e, f);
                    for (int a = 0; a < rank; ++a) sums[a] += f[a] * static_cast<double>(noise[e]);
                });
            for (int a = 0; a < rank; ++a) {
                z[a] = static_cast<double>(noise[variable.size() + a]);
                projected.of[a] -= z[a];
            }
            Root::solve(own.root, projected.of, change);
        }
        template <class T>
        BLUE_HOST_DEVICE double rest(T eps, const double* f) const {
            double rest = static_cast<double>(eps);
            for (int a = 0; a < rank; ++a) rest -= f[a] * change[a];
            return rest;
        }
    };

    /// A row of F / std. Returns its squared length.
    template <class T>
    BLUE_HOST_DEVICE static double in_units(const JointVariable<T>& variable, const View& own,
                                            Index e, double* f) {
        const T* const row = variable.parameter(2) + e * rank;
        const double per_std = 1 / own.std[e];
        double squares = 0;
        for (int a = 0; a < rank; ++a) {
            f[a] = static_cast<double>(row[a]) * per_std;
            squares += f[a] * f[a];
        }
        return squares;
    }
    /// Adds gradients with respect to log std at fixed F / std, and to F / std.
    template <class T>
    BLUE_HOST_DEVICE static void add(const View& own, Index e, const double* f, const double* by_f,
                                     double by_log_std, const JointGradient<T>& gradient) {
        T* const by_factor = gradient.parameter(2) + e * rank;
        const double per_std = 1 / own.std[e];
        for (int a = 0; a < rank; ++a) {
            by_factor[a] += static_cast<T>(by_f[a] * per_std);
            by_log_std -= by_f[a] * f[a];
        }
        gradient.parameter(1)[e] += static_cast<T>(by_log_std);
    }
};

}  // namespace blue
