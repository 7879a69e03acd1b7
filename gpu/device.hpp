#pragma once
#include <string>

#include <trivium/core/device.hpp>

namespace trivium::gpu {

/// True when this build has CUDA and a card that its kernels run on is present. The card is the first one
/// CUDA shows to the process; CUDA_VISIBLE_DEVICES chooses another, for each rank its own. Asked once, cheap
/// afterwards.
bool available();

/// Why available() is false: one sentence that says what to do. Empty when it is true.
std::string why_not();

/// The card as a device for vectors, the same object at every call; it outlives every vector. Its kernels run
/// in the order they were called, on one stream; calls that read or write host memory return when that memory
/// may be used again. To be used by one thread at a time. Throws InputError with why_not() when not
/// available(). Its functions throw std::runtime_error with the name of the CUDA call and CUDA's message when
/// one fails, InputError when that is for lack of memory; a kernel that faults is reported by the next call
/// that waits for it.
Device& device();

/// The card's name as its maker gives it; empty when not available().
std::string card_name();

/// Waits until the card has finished everything asked of it. Throws std::runtime_error when any of it failed.
/// Does nothing when not available().
void synchronize();

}  // namespace trivium::gpu
