#pragma once
#include <string>

#include <trivium/core/errors.hpp>
#include <trivium/mpi/transport.hpp>

namespace trivium::experiments {

/// mpi::agree on what rank 0 alone does: its sentence is everybody's.
template <class Work>
void agree_on_server(mpi::Transport& transport, Work work) try {
  mpi::agree(transport, [&] {
    if (transport.rank() == 0) work();
  });
} catch (const InputError& mistake) {
  const std::string sentence = mistake.what(), who = "rank 0: ";
  throw InputError(sentence.starts_with(who) ? sentence.substr(who.size()) : sentence);
}

}  // namespace trivium::experiments
