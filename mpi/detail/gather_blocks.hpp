#pragma once
#include <cstring>
#include <span>
#include <vector>

#include <trivium/mpi/transport.hpp>

namespace trivium::mpi {

/// The memory of an object that travels as it lies there.
template <class T>
inline std::span<std::byte> bytes_of(T& object) {
  return std::as_writable_bytes(std::span(&object, 1));
}

/// Blocks of equal size from every rank, in rank order, on rank 0; on the control channel.
inline void gather_blocks(Transport& transport, std::span<const std::byte> mine, std::span<std::byte> all) {
  if (transport.rank() != 0) {
    const Send send[] = {{0, mine}};
    transport.transfer(send, {}, Channel::control);
    return;
  }
  std::memcpy(all.data(), mine.data(), mine.size());
  std::vector<Receive> receives;
  for (int rank = 1; rank < transport.ranks(); ++rank)
    receives.push_back({rank, all.subspan(static_cast<std::size_t>(rank) * mine.size(), mine.size())});
  transport.transfer({}, receives, Channel::control);
}

}  // namespace trivium::mpi
