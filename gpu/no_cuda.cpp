// The gpu room of a build without CUDA: the same functions, none of them available.
#include <trivium/core/errors.hpp>
#include <trivium/gpu/operators.hpp>

namespace trivium::gpu {

bool available() { return false; }
std::string why_not() { return "built without CUDA: configure with -DTRIVIUM_CUDA=ON to run on a GPU"; }
Device& device() { throw InputError(why_not()); }
std::string card_name() { return {}; }
void synchronize() {}

SparseMatrix::SparseMatrix(std::size_t, std::span<const std::size_t>, std::span<const std::uint32_t>,
                           std::span<const double>, Dtype) {
  device();
}

// Nobody gets here: there is no vector on a card to call them with.
void multiply(double, const Matrix&, Op, ConstPart, double, Part) { device(); }
void multiply(double, const SparseMatrix&, Op, ConstPart, double, Part) { device(); }
void add_both_products(const Matrix&, double, ConstPart, Part, double, ConstPart, Part) { device(); }
void copy(Part, ConstPart) { device(); }
void dot(ConstPart, ConstPart, Part) { device(); }
void couple(ConstPart, ConstPart, double, const ConstPart*, ConstPart, Part) { device(); }
void settle_residuals(double, ConstPart, ConstPart, Part, Part) { device(); }
void finish_regression(ConstPart, double, double, ConstPart, Part) { device(); }

}  // namespace trivium::gpu
