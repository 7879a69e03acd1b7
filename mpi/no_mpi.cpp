// Stands in for mpi_transport.cpp in a build without MPI.
#include <trivium/mpi/transport.hpp>

namespace trivium::mpi {

std::unique_ptr<Transport> world() { return in_process(); }
bool launched_by_mpi() { return false; }

}  // namespace trivium::mpi
