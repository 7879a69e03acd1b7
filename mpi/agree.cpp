#include <algorithm>
#include <string>
#include <vector>

#include <trivium/core/errors.hpp>
#include <trivium/mpi/transport.hpp>

#include "detail/gather_blocks.hpp"

namespace trivium::mpi {

void agree(Transport& transport, FunctionRef<void()> work) {
  std::string mine;
  try {
    work();
  } catch (const InputError& error) {
    mine = error.what();
    if (mine.empty()) mine = "unknown mistake";
  }
  const int ranks = transport.ranks();
  if (ranks == 1) {
    if (!mine.empty()) throw InputError(mine);
    return;
  }
  // A hash of every rank's sentence tells who failed and whether all said the same.
  struct Told {
    std::uint64_t length, hash;
  };
  const Told told{mine.size(), std::hash<std::string>{}(mine)};
  std::vector<Told> all(static_cast<std::size_t>(ranks));
  gather_blocks(transport, std::as_bytes(std::span(&told, 1)), std::as_writable_bytes(std::span(all)));
  transport.broadcast(std::as_writable_bytes(std::span(all)), Channel::control);
  const auto failed = std::find_if(all.begin(), all.end(), [](const Told& t) { return t.length > 0; });
  if (failed == all.end()) return;

  const auto who = static_cast<int>(failed - all.begin());
  std::string sentence = mine;
  sentence.resize(failed->length);
  const auto text = std::as_writable_bytes(std::span(sentence));
  if (who != 0 && transport.rank() == who) {
    const Send send[] = {{0, text}};
    transport.transfer(send, {}, Channel::control);
  } else if (who != 0 && transport.rank() == 0) {
    const Receive receive[] = {{who, text}};
    transport.transfer({}, receive, Channel::control);
  }
  transport.broadcast(text, Channel::control);
  const bool everywhere =
      std::all_of(all.begin(), all.end(), [&](const Told& t) { return t.hash == failed->hash; });
  throw InputError(everywhere ? sentence : fmt::format("rank {}: {}", who, sentence));
}

}  // namespace trivium::mpi
