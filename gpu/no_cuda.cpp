// The gpu room of a build without CUDA: the same functions, none of them available.
#include <trivium/core/errors.hpp>
#include <trivium/gpu/device.hpp>

namespace trivium::gpu {

bool available() { return false; }
std::string why_not() { return "built without CUDA: configure with -DTRIVIUM_CUDA=ON to run on a GPU"; }
Device& device() { throw InputError(why_not()); }
std::string card_name() { return {}; }
void synchronize() {}

}  // namespace trivium::gpu
