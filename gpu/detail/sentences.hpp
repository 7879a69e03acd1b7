#pragma once
#include <cstddef>
#include <string>

/// What the room says about a card, as functions of plain numbers, tested without one. In a .cpp of its own
/// because nvcc cannot compile the format strings of fmt 9.
namespace trivium::gpu::detail {

std::string no_card(const char* cuda_says);
/// Compute capabilities are 100 major + 10 minor, as in __CUDA_ARCH_LIST__.
std::string card_too_old(const char* name, int capability, int oldest_built);
std::string out_of_memory(std::size_t asked, std::size_t free, std::size_t total);
/// For a call that does not say how much it asked for.
std::string no_memory_for(const char* call);
/// Throws InputError.
[[noreturn]] void reject_with(const std::string& sentence);

}  // namespace trivium::gpu::detail
