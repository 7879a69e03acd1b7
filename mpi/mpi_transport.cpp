#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <boost/mpi.hpp>

#include <trivium/mpi/transport.hpp>

namespace trivium::mpi {
namespace {

namespace bmpi = boost::mpi;

/// MPI counts are ints: longer byte strings travel in pieces.
constexpr std::size_t piece = std::size_t{1} << 30;

class World final : public Transport {
 public:
  World()
      : payload_(bmpi::communicator(), bmpi::comm_duplicate),
        control_(bmpi::communicator(), bmpi::comm_duplicate) {
    MPI_Comm_set_name(payload_, "trivium payload");
    MPI_Comm_set_name(control_, "trivium control");
  }

  int rank() const override { return control_.rank(); }
  int ranks() const override { return control_.size(); }

  void transfer(std::span<const Send> sends, std::span<const Receive> receives, Channel channel) override {
    const bmpi::communicator& comm = communicator(channel);
    requests_.clear();
    for (const Receive& receive : receives)
      for (std::size_t at = 0; at < receive.bytes.size(); at += piece)
        requests_.push_back(
            comm.irecv(receive.from, 0, chars(receive.bytes.data()) + at, length(receive.bytes.size(), at)));
    for (const Send& send : sends)
      for (std::size_t at = 0; at < send.bytes.size(); at += piece)
        requests_.push_back(
            comm.isend(send.to, 0, chars(send.bytes.data()) + at, length(send.bytes.size(), at)));
    bmpi::wait_all(requests_.begin(), requests_.end());
  }

  void broadcast(std::span<std::byte> bytes, Channel channel) override {
    for (std::size_t at = 0; at < bytes.size(); at += piece)
      bmpi::broadcast(communicator(channel), chars(bytes.data()) + at, length(bytes.size(), at), 0);
  }

  void abort(const std::string& sentence, int code) override {
    std::fprintf(stderr, "trivium: rank %d: %s\n", rank(), sentence.c_str());
    std::fflush(nullptr);
    MPI_Abort(MPI_COMM_WORLD, code);
    std::abort();
  }

 private:
  static char* chars(std::byte* bytes) { return reinterpret_cast<char*>(bytes); }
  static const char* chars(const std::byte* bytes) { return reinterpret_cast<const char*>(bytes); }
  static int length(std::size_t size, std::size_t at) { return static_cast<int>(std::min(piece, size - at)); }
  const bmpi::communicator& communicator(Channel channel) const {
    return channel == Channel::payload ? payload_ : control_;
  }

  bmpi::communicator payload_, control_;
  std::vector<bmpi::request> requests_;
};

}  // namespace

std::unique_ptr<Transport> world() {
  // Ends MPI at the program's exit, after every transport is gone.
  static const bmpi::environment environment(bmpi::threading::single, false);
  return std::make_unique<World>();
}

bool launched_by_mpi() {
  if (bmpi::environment::initialized()) return true;
  for (const char* variable : {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "MPI_LOCALNRANKS"})
    if (std::getenv(variable) != nullptr) return true;
  return false;
}

}  // namespace trivium::mpi
