#pragma once
#include <cstddef>
#include <functional>

/// The card's memory, and the work that waits on its stream.
namespace trivium::emulated {

/// True when all of it is memory of the card, or mapped for it, that is not released.
bool on_card(const void* memory, std::size_t bytes);
/// A kernel's argument may be null, or point into or to the end of such memory, aligned; else a fault.
void check_card_pointer(const void* memory, std::size_t alignment);
void check_alignment(const void* memory, std::size_t alignment);
/// A fault when a structure without padding has, where an address can stand, one of the host's memory.
void check_words(const std::byte* structure, std::size_t bytes);
/// A fault when something was written before or behind any array.
void check_zones();

/// To be done when somebody waits: results, and the host's memory, are used no sooner than CUDA promises.
void enqueue(std::function<void()> work);
void do_queued();

}  // namespace trivium::emulated
