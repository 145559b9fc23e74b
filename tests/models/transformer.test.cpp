// SPDX-License-Identifier: BSD-3-Clause
#include <blue/models/transformer.hpp>

#include <blue/blue.hpp>

#include "support/catch.hpp"

using namespace blue;

namespace {

using N = MeanFieldNormal;
using B = Cpu<double>;
using Layer = TransformerEncoderLayer<4, 2, 5>;
using Encoder = TransformerEncoder<2, Layer, LayerNorm<4>>;
using Both = Transformer<4, 2, 2, 1, 5>;

