// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A picture of how far an uncertainty tells unusual images from usual ones.
#pragma once

#include <blue/tensor/array.hpp>

#include <string>

namespace blue_examples {

/// A part of a page: for each limit in nats, which share of the usual and of the unusual images has
/// at least that entropy. \param most the end of the axis. Names stand in the legend.
std::string separation_figure(const blue::Array<double>& usual, const std::string& usual_name,
                              const blue::Array<double>& unusual, const std::string& unusual_name,
                              double most);

}  // namespace blue_examples
