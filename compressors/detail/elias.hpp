#pragma once
#include <cstdint>
#include <span>

#include <trivium/core/message.hpp>

namespace trivium::compressors {

/// Appends codes `levels + number`, at most 512 of them, as the Elias gamma code of |number| + 1, that is N
/// zeros, a one and N more bits where N = floor(log2(|number| + 1)), and a sign bit unless it is 0.
void append_elias(Message& message, std::span<const std::uint32_t> codes, int levels);
/// Reads them again. Throws MessageError when a number is above `levels`.
void read_elias(MessageReader& reader, std::span<std::uint32_t> codes, int levels);

/// Bits of a number: 1 for 0, else 2 floor(log2(number + 1)) + 2.
int elias_bits(int number);
/// A bound of the mean number of bits for numbers up to `levels` whose mean is `mean`: the concave function
/// through the largest numbers of every length, which by Jensen's inequality no distribution exceeds.
double elias_bits_at_most(double mean, int levels);

}  // namespace trivium::compressors
