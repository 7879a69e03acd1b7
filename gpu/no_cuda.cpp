// The gpu room of a build without CUDA: the same functions, none of them available.
#include <trivium/core/errors.hpp>
#include <trivium/gpu/compress.hpp>
#include <trivium/gpu/network.hpp>
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
void multiply(double, ConstMatrixPart, Op, ConstMatrixPart, Op, double, MatrixPart) { device(); }
void add_both_products(const Matrix&, double, ConstPart, Part, double, ConstPart, Part) { device(); }
void copy(Part, ConstPart) { device(); }
void dot(ConstPart, ConstPart, Part) { device(); }
void couple(ConstPart, ConstPart, double, const ConstPart*, ConstPart, Part) { device(); }
void settle_residuals(double, ConstPart, ConstPart, Part, Part) { device(); }
void finish_regression(ConstPart, double, double, ConstPart, Part) { device(); }
void ImageList::assign(std::span<const std::uint32_t>) { device(); }
void unpack(const Picked&, const ConstPart*, MatrixPart) { device(); }
void activate(Activation, ConstPart, MatrixPart, MatrixPart) { device(); }
void cross_entropy_slope(const Picked&, double, ConstPart, MatrixPart) { device(); }
void add_cross_entropy(const Picked&, double, ConstPart, ConstMatrixPart, Part) { device(); }
void add_correct(const Picked&, ConstPart, ConstMatrixPart, Part) { device(); }
void multiply_entries(ConstMatrixPart, MatrixPart) { device(); }
void sum_rows(ConstMatrixPart, double, Part) { device(); }
void ascend(const Ascent&, ConstMatrixPart, ConstMatrixPart, MatrixPart, MatrixPart) { device(); }
void project_on_box(double, Part) { device(); }
void project_on_ball(double, Part) { device(); }
void select_largest(const Vector&, std::span<std::uint32_t>, std::span<double>) { device(); }
void pack_entries(const Vector&, const Stretches&, ValueFormat, Stream&, std::span<std::uint64_t>) {
  device();
}
void add_entries(std::span<const std::uint64_t>, const Stretches&, ValueFormat, double, Vector&) { device(); }
double largest_size(const Vector&) { throw InputError(why_not()); }
void signs_and_sizes(const Vector&, std::span<std::uint64_t>, std::span<double>) { device(); }
void squares(const Vector&, bool, std::span<double>) { device(); }
void add_signs(std::span<const std::uint64_t>, double, Vector&) { device(); }
void pack_codes(const Vector&, const Rounding&, const Stream::Key&, const CodeLayout&,
                std::span<std::uint64_t>) {
  device();
}
bool add_codes(std::span<const std::uint64_t>, const CodeLayout&, const CodeValues&, Vector&) {
  throw InputError(why_not());
}

}  // namespace trivium::gpu
