#pragma once
#include <cstddef>
#include <span>

#include <trivium/core/vector.hpp>

namespace trivium::mpi {

/// Entries [first, first + count) of x, wherever it lives, as bytes of type `as`.
void pack(const Vector& x, std::size_t first, std::size_t count, Dtype as, std::byte* to);
/// The same back.
void unpack(const std::byte* from, Dtype as, std::size_t first, std::size_t count, Vector& x);

/// The memory of a vector that travels as it lies there: one on the host, of the travelling type. Else
/// nothing.
std::span<std::byte> as_it_lies(Vector& x, Dtype as);

}  // namespace trivium::mpi
