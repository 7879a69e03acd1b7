#include "sentences.hpp"

#include <fmt/format.h>

#include <trivium/core/errors.hpp>

namespace trivium::gpu::detail {
namespace {

std::string size_text(std::size_t bytes) {
  const auto size = static_cast<double>(bytes);
  return size < 0x1p30 ? fmt::format("{:.2f} MiB", size / 0x1p20) : fmt::format("{:.2f} GiB", size / 0x1p30);
}

constexpr const char* advice = "use more cards, the host, or float32 in place of float64";

}  // namespace

std::string no_card(const char* cuda_says) { return fmt::format("no CUDA device found: {}", cuda_says); }

std::string card_too_old(const char* name, int capability, int oldest_built) {
  return fmt::format(
      "the CUDA device {} has compute capability {}.{}, this build needs {}.{}: configure with "
      "-DCMAKE_CUDA_ARCHITECTURES={}",
      name, capability / 100, capability / 10 % 10, oldest_built / 100, oldest_built / 10 % 10,
      capability / 10);
}

std::string out_of_memory(std::size_t asked, std::size_t free, std::size_t total) {
  return fmt::format("not enough memory on the CUDA device: {} asked for, {} of {} free; {}",
                     size_text(asked), size_text(free), size_text(total), advice);
}

std::string no_memory_for(const char* call) {
  return fmt::format("not enough memory on the CUDA device for {}; {}", call, advice);
}

void reject_with(const std::string& sentence) { throw InputError(sentence); }

}  // namespace trivium::gpu::detail
